"""What the small files of a working copy say: which repository it is of, and the head it stands on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from federity.local_files import Format
from federity.records import Address, Count, Digest, Hex, Name, digest, one_of
from federity.storage_settings import kept_kind

# The name of a head that is one update whole; one of several and a genesis are named by their address.
BlobName = Annotated[str, one_of("", or_=digest)]
# The genesis hash of a chain; empty before a repository that was made here has ever met its chain.
ClusterName = Annotated[str, one_of("", or_=digest)]


@dataclass(frozen=True)
class WorktreeConfig:
    """Which repository this is a working copy of. Addresses are base58, hashes hex.

    `cluster` is the genesis hash of its chain, empty for one that was made where no chain could be reached.
    `keypair` is the file of the wallet that it was made with by name; empty: what the user's settings say.
    `samples` is how many training samples a commit declares that names no number; 0: what the settings say.
    `storage` is where its blobs are kept; empty: where the settings say.
    """

    url: str
    cluster: ClusterName
    repository: Address
    owner: Address
    name: Name
    branch: Name
    insecure: bool
    srs: Digest
    base: Digest
    keypair: str = ""
    samples: Count = 0
    storage: Annotated[str, one_of("", or_=kept_kind)] = ""

    def without(self, name: str) -> WorktreeConfig:
        """The settings with one of its own as if it had never been set."""
        changed: dict[str, Any] = {name: getattr(WorktreeConfig, name)}
        return replace(self, **changed)

    @property
    def wallet_file(self) -> Path | None:
        """The keypair file that the working copy remembers."""
        return Path(self.keypair) if self.keypair else None

    @property
    def spec(self) -> str:
        """OWNER/NAME, what `clone` takes."""
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True)
class Head:
    """The head that commits of this working copy go on top of, whatever the model in hand was loaded with.

    `norm_bound` is the branch's (0: none). `landed` are local commits that this head contains, in case a
    process was killed before it took them off the stack. `id` is its name, where that is not its address.
    """

    branch: Name
    commit: Address
    seq: Count
    norm_bound: Count = 0
    landed: tuple[Hex, ...] = ()
    id: BlobName = ""

    @property
    def called(self) -> str:
        """The head's name (`federity.repository.ledger.identity`), as `log` shows it."""
        return self.id or self.commit


ANEW = "Clone the repository into a new folder, and copy your model.safetensors there."


CONFIG = Format(WorktreeConfig, ANEW, version=2, toml=True)


HEAD = Format(Head, ANEW, version=2, gone=("loaded",))
