"""How far the push of one local commit got: where it goes on the chain, and the proofs made so far.

The chain says what was sent; the journal keeps what would cost time to make again. It is written before
anything is sent and dropped when the commit has arrived, or can no longer arrive where it was going.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from federity.errors import WorktreeError

if TYPE_CHECKING:
    from federity.repository.worktree import Worktree


@dataclass(frozen=True)
class Journal:
    """A push in progress. `proofs` maps unit indices to proofs in hex; addresses are base58, empty before
    known.
    """

    id: str
    parent: str = ""
    round: str = ""
    commit: str = ""
    key: str = ""
    proof_seconds: float = 0.0
    proofs: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, worktree: Worktree, identity: str) -> Journal:
        """The journal of a local commit, empty when there is none. Raises WorktreeError."""
        name = f"push/{identity}.json"
        if not (worktree.folder / name).exists():
            return cls(identity)
        try:
            values = json.loads(worktree.read(name))
            return cls(**{field.name: values[field.name] for field in fields(cls)})
        except (ValueError, KeyError, TypeError) as error:
            raise WorktreeError(
                f"The journal {worktree.folder / name} is damaged.",
                hint="Delete it: the next push reads the chain and makes the missing proofs again.",
            ) from error

    def save(self, worktree: Worktree) -> None:
        """Write the journal whole."""
        worktree.write(f"push/{self.id}.json", json.dumps(asdict(self)).encode())

    def with_proof(self, unit: int, proof: dict[str, Any], seconds: float) -> Journal:
        """The journal with one more proof."""
        return replace(
            self, proofs={**self.proofs, str(unit): proof}, proof_seconds=self.proof_seconds + seconds
        )
