"""What an aggregation rule is.

A rule sees the accepted commits in the order of their index and returns one weight for each, an integer in
Q16 (2^16 is one), none negative, their sum at most 2^16. Integers only and no hidden state: the same commits
give the same weights everywhere, so anyone can check a keeper's proposal by computing it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ..errors import ConfigError

__all__ = ["WEIGHT_ONE", "Candidate", "Strategy", "capped", "require_candidates"]

WEIGHT_ONE: Final = 1 << 16
"""The weight 1."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a rule may know of an accepted commit.

    Declared sample count; norm, in squared steps at shift 8; and, for rules that compare commits, its squared
    distances to all commits of the round in their order, itself included, in the same steps.
    """

    samples: int = 0
    norm: int = 0
    distances: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse, with ConfigError, what no commit can declare."""
        if not 0 <= self.samples < 1 << 32 or self.norm < 0:
            raise ConfigError(
                f"{self.samples} samples with norm {self.norm} are not what a commit can declare"
            )


class Strategy(Protocol):
    """A rule with its settings bound: candidates in, Q16 weights out."""

    def __call__(self, candidates: Sequence[Candidate], *, max_weight: int = WEIGHT_ONE) -> list[int]:
        """Return one weight per candidate, at most `max_weight` each; ConfigError without candidates."""
        ...


def require_candidates(candidates: Sequence[Candidate], max_weight: int) -> None:
    """Raise ConfigError when there is nothing to weigh or the cap is not a weight."""
    if not candidates:
        raise ConfigError("there are no accepted commits to weigh")
    if not 0 < max_weight <= WEIGHT_ONE:
        raise ConfigError(f"a cap of {max_weight} is not a weight; it is 1 to {WEIGHT_ONE}")


def capped(shares: Sequence[int], total: int, max_weight: int) -> list[int]:
    """Return `floor(2^16 * share / total)` for each share, at most `max_weight`, as the program does."""
    return [min(WEIGHT_ONE * share // total, max_weight) for share in shares]
