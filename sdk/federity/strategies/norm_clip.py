"""Averaging with large updates scaled down to a common length.

Sun, Kairouz, Suresh, McMahan: Can You Really Backdoor Federated Learning? 2019, norm thresholding. Scaling an
update is scaling its weight, so the merge stays a sum of commitments that the program computes.
"""

import math
from collections.abc import Sequence

from .base import WEIGHT_ONE, Candidate, require_candidates
from .fedavg import fedavg

__all__ = ["norm_clip"]


def norm_clip(
    candidates: Sequence[Candidate], *, max_weight: int = WEIGHT_ONE, bound: int | None = None
) -> list[int]:
    """Return FedAvg's weights times `min(1, sqrt(bound / norm_i))`, rounded down.

    `bound` and norms are squared lengths in steps at shift 8. Without a bound the median norm is taken (the
    lower of two), so that half of the commits are untouched and a single one cannot raise it. Raises
    ConfigError without candidates.
    """
    require_candidates(candidates, max_weight)
    if bound is None:
        bound = sorted(candidate.norm for candidate in candidates)[(len(candidates) - 1) // 2]
    weights = fedavg(candidates, max_weight=max_weight)
    return [_clip(weight, c.norm, bound) for weight, c in zip(weights, candidates, strict=True)]


def _clip(weight: int, norm: int, bound: int) -> int:
    """Return floor(weight * sqrt(bound / norm)) in integers: the square root of the floor of the square."""
    return weight if norm <= bound else math.isqrt(weight * weight * bound // norm)
