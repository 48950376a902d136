"""A verb that moves a head, with its arguments: as a person gave them, and as they are queued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity.repository.working_copy.queue import Asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from federity.repository.ledger.shares import Share


@dataclass(frozen=True)
class Wanted:
    """A verb with its arguments, as a person gave them: see `Repository.merge_branch` and its like.

    `subjects` are commits; `branch` is one that is named, in place of the one that is checked out;
    `otherwise` is what is said without a message, where the verb does not know better.
    """

    verb: str
    subjects: tuple[Any, ...]
    message: str | None = None
    weights: Mapping[Any, Share] = field(default_factory=dict)
    average: bool = False
    ff_only: bool = False
    branch: str | None = None
    otherwise: str = ""

    def named(self, meant: Callable[[Any], Any]) -> Wanted:
        """The same, with the commits called otherwise."""
        weights = {meant(name): share for name, share in self.weights.items()}
        return replace(self, subjects=tuple(meant(one) for one in self.subjects), weights=weights)

    def asked(self, addresses: Mapping[Any, Pubkey], words: str) -> Asked:
        """The same for a file, where commits are addresses."""
        return Asked(
            self.verb,
            tuple(str(addresses[one]) for one in self.subjects),
            words,
            {str(addresses[name]): str(share) for name, share in self.weights.items()},
            self.average,
            self.ff_only,
        )


def again(asked: Asked, branch: str) -> Wanted:
    """What was asked for, to be done now."""
    return Wanted(
        asked.verb,
        tuple(map(Pubkey.from_string, asked.subjects)),
        asked.words,
        {Pubkey.from_string(at): Fraction(share) for at, share in asked.weights.items()},
        asked.average,
        asked.ff_only,
        branch,
    )
