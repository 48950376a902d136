"""How far updates are from one another, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from .. import objects
from ..errors import ConfigError

if TYPE_CHECKING:
    from ..objects.delta import Delta

__all__ = ["distances"]

# Values cast at a time: 64 updates take 32 MiB, and sums of 2^16 products of bytes are exact in float64.
BLOCK: Final = 1 << 16


def distances(deltas: Sequence[Delta]) -> list[tuple[int, ...]]:
    """Return `sum_j (a_j - b_j)^2` for each pair of updates, in squared steps at shift 8.

    Row i has the distances of update i to all in their order, itself included. Integers: the products are
    summed by blocks that float64 holds exactly, so every machine finds the same. Raises ConfigError for
    updates of different models.
    """
    import numpy as np  # here: other rules, and verbs that weigh nothing, need no arrays

    if len({(delta.manifest_hash, len(delta.values)) for delta in deltas}) > 1:
        raise ConfigError("updates of different models have no distance")
    products = np.zeros((len(deltas), len(deltas)), np.int64)
    for start in range(0, len(deltas[0].values) if deltas else 0, BLOCK):
        block = np.stack([delta.values[start : start + BLOCK] for delta in deltas]).astype(np.float64)
        products += (block @ block.T).astype(np.int64)
    # a . b in steps at shift 8; on the diagonal it is the squared length.
    inner = [
        [int(products[i, j]) << 2 * objects.MAX_SHIFT - a.shift - b.shift for j, b in enumerate(deltas)]
        for i, a in enumerate(deltas)
    ]
    everyone = range(len(deltas))
    return [tuple(inner[i][i] + inner[j][j] - 2 * inner[i][j] for j in everyone) for i in everyone]
