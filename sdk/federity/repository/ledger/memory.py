"""What a reader keeps from one question to the next: facts of the repository, blobs, checked heads.

A working copy is one such memory (`federity.repository.working_copy.worktree`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Protocol

from federity.records import digest, one_of

if TYPE_CHECKING:
    from federity.objects import Manifest
    from federity.storage.base import Storage

# What stands for the accumulator of a genesis: all zero, so there is no blob to keep.
ZERO = "zero"

BlobOrZero = Annotated[str, one_of(ZERO, or_=digest)]


class Facts(Protocol):
    """Which repository is read, where. Addresses are base58, hashes hex; `base` is the sha256 of the snapshot
    that vectors are added to, `cluster` the chain's genesis hash, empty before the first push of one that was
    made without a chain.
    """

    @property
    def url(self) -> str: ...  # noqa: D102
    @property
    def cluster(self) -> str: ...  # noqa: D102
    @property
    def repository(self) -> str: ...  # noqa: D102
    @property
    def spec(self) -> str: ...  # noqa: D102
    @property
    def insecure(self) -> bool: ...  # noqa: D102
    @property
    def srs(self) -> str: ...  # noqa: D102
    @property
    def base(self) -> str: ...  # noqa: D102


class Memory(Protocol):
    """Where a reader keeps what it has fetched and checked."""

    @property
    def objects(self) -> Storage:
        """Blobs by sha256."""

    def config(self) -> Facts:
        """Which repository this is of. Raises WorktreeError when that cannot be read."""

    def manifest(self, base: str) -> Manifest:
        """The manifest of the base with this sha256. Raises WorktreeError when it was never seen."""

    def has_manifest(self, base: str) -> bool:
        """Whether the base with this sha256 was seen."""

    def set_manifest(self, base: str, manifest: Manifest) -> None:
        """Remember the manifest of a base."""

    def accumulator(self, commit: str) -> str | None:
        """The sha256 of the accumulator's blob of a head that was checked, `ZERO`, or None."""

    def mark(self, commit: str) -> str:
        """The mark of the head at this address (`heads.mark_of`), empty where none is known."""

    def set_accumulator(self, commit: str, blob_hash: str, mark: str = "") -> None:
        """Remember the accumulator's blob of a head, and its mark."""

    def forget_accumulators(self, needed: frozenset[str] = frozenset()) -> None:
        """Forget those that are old, with their blobs, but none of the heads `needed`."""
