"""Multi-Krum: the mean of the updates that lie closest to their neighbours.

Blanchard, El Mhamdi, Guerraoui, Stainer: Machine Learning with Adversaries: Byzantine Tolerant Gradient
Descent. NIPS 2017, section 4. It learns faster than Krum, which throws all updates but one away.
"""

from collections.abc import Sequence

from ..errors import ConfigError
from .base import WEIGHT_ONE, Candidate, capped, require_candidates
from .krum import closest, tolerated

__all__ = ["multi_krum"]


def multi_krum(
    candidates: Sequence[Candidate],
    *,
    max_weight: int = WEIGHT_ONE,
    byzantine: int | None = None,
    selected: int | None = None,
) -> list[int]:
    """Return `floor(2^16 / m)`, at most `max_weight`, for the m candidates of the lowest Krum scores.

    `byzantine` is f as in `krum`, `selected` is m; without it n - f - 2, as many as a score counts, and at
    least one. Raises ConfigError as `krum` does, and when m is not 1 to n.
    """
    require_candidates(candidates, max_weight)
    count = len(candidates)
    faulty = tolerated(count, byzantine)
    kept = max(1, count - faulty - 2) if selected is None else selected
    if not 0 < kept <= count:
        raise ConfigError(f"{kept} of {count} commits cannot be selected")
    chosen = set(closest(candidates, faulty)[:kept])
    return capped([int(i in chosen) for i in range(count)], kept, max_weight)
