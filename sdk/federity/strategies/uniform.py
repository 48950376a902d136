"""Every accepted commit counts the same."""

from collections.abc import Sequence

from .base import WEIGHT_ONE, Candidate, capped, require_candidates

__all__ = ["uniform"]


def uniform(candidates: Sequence[Candidate], *, max_weight: int = WEIGHT_ONE) -> list[int]:
    """Return `floor(2^16 / k)` for each of k candidates, at most `max_weight`.

    The program computes the same for branches with uniform weighting. Raises ConfigError without candidates.
    """
    require_candidates(candidates, max_weight)
    return capped([1] * len(candidates), len(candidates), max_weight)
