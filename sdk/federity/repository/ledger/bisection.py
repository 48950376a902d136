"""Where a history turned bad: which commit to look at next. Pure, of the graph of heads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from federity.errors import ConfigError

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.repository.ledger.past import Graph


@dataclass(frozen=True)
class Step:
    """What is known: one of the `suspects`, the newest first, is the first bad commit. `next` is the one to
    look at, None when there is one suspect left, or none of the others can be looked at.
    """

    suspects: tuple[Pubkey, ...]
    next: Pubkey | None

    @property
    def found(self) -> bool:
        """Whether the first bad commit is known."""
        return len(self.suspects) == 1


def step(graph: Graph, bad: Pubkey, good: Collection[Pubkey], skipped: Collection[Pubkey] = ()) -> Step:
    """Halve what is in a bad commit and in no good one: `2^n` suspects of one line take `n` looks.

    Raises ConfigError when a good commit is not older than the bad one, as then neither says anything.
    """
    innocent = 0
    for one in good:
        if one not in graph.nodes or not graph.contains(bad, one) or one == bad:
            raise ConfigError(
                f"The good commit {one} is not in the past of the bad one: nothing lies between them.",
                hint="Name a good commit that `federity log BAD` lists below it.",
            )
        innocent |= graph.pasts.bits[one]
    guilty = graph.pasts.bits[bad] & ~innocent
    suspects = [at for number, at in enumerate(graph.order) if guilty >> number & 1]
    total = len(suspects)

    def worst(at: Pubkey) -> int:
        """How many suspects are left in the worse case, once it is known whether this one is good."""
        below = (graph.pasts.bits[at] & guilty).bit_count()
        return max(below, total - below)

    open_ = [at for at in suspects if at != bad and at not in skipped]
    return Step(tuple(reversed(suspects)), min(open_, key=worst) if open_ else None)
