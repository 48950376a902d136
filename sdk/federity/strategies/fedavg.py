"""Federated averaging: commits count by the samples behind them.

McMahan, Moore, Ramage, Hampson, Agüera y Arcas: Communication-Efficient Learning of Deep Networks from
Decentralized Data. AISTATS 2017.
"""

from collections.abc import Sequence

from .base import WEIGHT_ONE, Candidate, capped, require_candidates

__all__ = ["fedavg"]


def fedavg(
    candidates: Sequence[Candidate], *, max_weight: int = WEIGHT_ONE, max_samples: int | None = None
) -> list[int]:
    """Return `floor(2^16 n_i / sum n)` for each candidate, at most `max_weight`.

    Sample counts are declared, not proved. `max_samples` caps what one commit may claim before shares are
    formed, so a boast takes less from the others; `max_weight` is the branch's cap on one commit. Without any
    samples declared all count the same. Raises ConfigError without candidates or for a cap below 1.
    """
    require_candidates(candidates, max_weight)
    cap = max_samples if max_samples is not None else max(candidate.samples for candidate in candidates)
    shares = [min(candidate.samples, cap) for candidate in candidates]
    if not any(shares):
        shares = [1] * len(candidates)
    return capped(shares, sum(shares), max_weight)
