"""How far the push of one local commit got: where it goes on the chain, and the proofs made so far.

The chain says what was sent; the journal keeps what would cost time to make again. It is written before
anything is sent and dropped when the commit has arrived, or can no longer arrive where it was going.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated

from federity import _native
from federity.local_files import Format
from federity.objects.location import Location
from federity.records import Count, Hex, Maybe

if TYPE_CHECKING:
    from federity.repository.working_copy.worktree import Worktree


def _unit(text: str) -> None:
    if not (text.isascii() and text.isdigit() and str(int(text)) == text):
        raise ValueError("it is not the number of a unit")


def _location(text: str) -> None:
    if text:
        Location.from_bytes(bytes.fromhex(text))


@dataclass(frozen=True)
class KeptProof:
    """A unit's proof as the journal holds it: in hex."""

    proof: Hex
    point: Hex
    opening: Hex
    p: Hex
    y: Hex
    norm: Count

    def __post_init__(self) -> None:
        """Refuse, with ValueError, what is no proof."""
        self.restored()

    @classmethod
    def of(cls, made: _native.UnitProof) -> KeptProof:
        """A proof to keep."""
        parts = (made.proof, made.point, made.opening, made.p, made.y)
        proof, point, opening, p, y = (part.hex() for part in parts)
        return cls(proof, point, opening, p, y, made.norm)

    def restored(self) -> _native.UnitProof:
        """The proof as it was made."""
        parts = (self.proof, self.point, self.opening, self.p, self.y)
        proof, point, opening, p, y = (bytes.fromhex(part) for part in parts)
        return _native.UnitProof(proof, point, opening, p, y, self.norm)


@dataclass(frozen=True)
class Journal:
    """A push in progress. `proofs` maps unit indices to proofs in hex; addresses are base58, empty before
    known. `location` is where the delta will be, 33 bytes in hex, before it is uploaded.
    """

    id: Hex
    parent: Maybe = ""
    round: Maybe = ""
    commit: Maybe = ""
    key: Maybe = ""
    location: Annotated[str, _location] = ""
    proof_seconds: float = 0.0
    proofs: dict[Annotated[str, _unit], KeptProof] = field(default_factory=dict)

    @classmethod
    def load(cls, worktree: Worktree, identity: str) -> Journal:
        """The journal of a local commit, empty when there is none. Raises WorktreeError."""
        path = worktree.folder / "push" / f"{identity}.json"
        return _FORMAT.read(path) if path.exists() else cls(identity)

    def place(self) -> Location:
        """Where the delta will be; nowhere, before that is known."""
        return Location.from_bytes(bytes.fromhex(self.location)) if self.location else Location.none()

    def save(self, worktree: Worktree) -> None:
        """Write the journal whole."""
        worktree.write(f"push/{self.id}.json", _FORMAT.encode(self))

    def with_proof(self, unit: int, proof: KeptProof, seconds: float) -> Journal:
        """The journal with one more proof."""
        return replace(
            self, proofs={**self.proofs, str(unit): proof}, proof_seconds=self.proof_seconds + seconds
        )


_FORMAT = Format(
    Journal,
    "Delete it: the next push reads the chain and makes the missing proofs again.",
    limit=1 << 26,
)
