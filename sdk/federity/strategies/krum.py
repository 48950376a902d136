"""Krum: the one update that lies closest to its neighbours, whole; the others weigh nothing.

Blanchard, El Mhamdi, Guerraoui, Stainer: Machine Learning with Adversaries: Byzantine Tolerant Gradient
Descent. NIPS 2017. Of n commits at most f are taken to be faulty; a commit's score is the sum of its squared
distances to the n - f - 2 nearest others, and n >= 2f + 3 is asked.
"""

from collections.abc import Sequence

from ..errors import ConfigError
from .base import WEIGHT_ONE, Candidate, require_candidates

__all__ = ["closest", "krum", "tolerated"]


def krum(
    candidates: Sequence[Candidate], *, max_weight: int = WEIGHT_ONE, byzantine: int | None = None
) -> list[int]:
    """Return `max_weight` for the candidate of the lowest score (of equals the first), zero for the others.

    `byzantine` is f, how many may be faulty; without it as many as the count allows, `(n - 3) // 2`. Raises
    ConfigError without candidates, without their distances, or when there are fewer than 2f + 3.
    """
    require_candidates(candidates, max_weight)
    (chosen, *_) = closest(candidates, tolerated(len(candidates), byzantine))
    return [max_weight if i == chosen else 0 for i in range(len(candidates))]


def tolerated(count: int, byzantine: int | None) -> int:
    """Return f for this many candidates. Raises ConfigError when `byzantine` faulty ones are too many."""
    if byzantine is None:
        return max(0, (count - 3) // 2)
    if byzantine < 0 or count < 2 * byzantine + 3:
        raise ConfigError(
            f"among {count} commits {byzantine} faulty ones cannot be told apart; "
            f"it takes {2 * max(byzantine, 0) + 3} commits, and a count that is not negative"
        )
    return byzantine


def closest(candidates: Sequence[Candidate], byzantine: int) -> list[int]:
    """Return the places of all candidates, lowest score first, of equals the first.

    One or two candidates have fewer neighbours than the rule counts; then all there are count. Raises
    ConfigError for candidates whose `distances` are not the squared distances to each of them in order.
    """
    count = len(candidates)
    rows = [candidate.distances for candidate in candidates]
    if any(len(row) != count for row in rows) or any(
        rows[i][j] != rows[j][i] or rows[i][i] or rows[i][j] < 0 for i in range(count) for j in range(count)
    ):
        raise ConfigError("Krum needs the squared distance of each commit to each other")
    neighbours = max(1, count - byzantine - 2)
    scores = [sum(sorted(row[:i] + row[i + 1 :])[:neighbours]) for i, row in enumerate(rows)]
    return sorted(range(count), key=lambda i: (scores[i], i))
