"""Which values of a change are kept, chosen by size or by lot; the lots are drawn the same on every machine.

DARE keeps each value with one probability (Yu et al. 2023), DELLA a large one more likely than a small one
of its row (MAGPRUNE: Deep et al. 2024), Breadcrumbs leaves out the smallest and the very largest (Davari and
Belilovsky 2023). Changes are int64 in the shape of their tensor; a mask is bool in that shape.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction

import numpy as np
import numpy.typing as npt

__all__ = ["Mask", "between", "by_lot", "by_rank", "lots"]

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Lots = npt.NDArray[np.float64]

_DOMAIN = b"federity/mask/v1"
_MANTISSA = 53


def lots(seed: int, model: bytes, tensor: str, shape: tuple[int, ...]) -> Lots:
    """A number in [0, 1) for each value of a tensor, in multiples of 2^-53.

    Drawn by Philox (Salmon et al. 2011), whose key is of the seed, below 2^64, the commit and the tensor's
    name.
    """
    seeded = _DOMAIN + seed.to_bytes(8, "little") + model + tensor.encode()
    key = int.from_bytes(hashlib.sha256(seeded).digest()[:16], "little")
    raw = np.random.Philox(key=key).random_raw(int(np.prod(shape, dtype=np.int64)))
    return np.ldexp((raw >> np.uint64(64 - _MANTISSA)).astype(np.float64), -_MANTISSA).reshape(shape)


def by_lot(drawn: Lots, density: Fraction) -> Mask:
    """Each value with probability `density`."""
    return drawn < float(density)


def by_rank(change: Integers, drawn: Lots, density: Fraction, epsilon: Fraction) -> Mask:
    """Each value with a probability from `density - epsilon`, of the smallest of its row, to
    `density + epsilon`, of the largest; between them by rank. Of equal ones the later ranks higher.

    Rows lie along the second dimension, and of a vector there is one.
    """
    rows = change if change.ndim > 1 else change.reshape(1, -1)
    ranks = np.abs(rows).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    count = rows.shape[1]
    # The one value of a row is neither the smallest nor the largest.
    place = ranks / (count - 1) if count > 1 else np.full(rows.shape, 0.5)
    likely = float(density - epsilon) + place * float(2 * epsilon)
    return drawn < likely.reshape(change.shape)


def between(change: Integers, density: Fraction, gamma: Fraction) -> Mask:
    """A share `density` of the values: not the `gamma` largest, and of what is left the largest.

    Shares are rounded down to whole values. Where too few would be left, fewer of the largest are taken out.
    """
    size = change.size
    kept = int(density * size)
    first = max(size - kept - int(gamma * size), 0)
    order = np.abs(change).reshape(-1).argsort(kind="stable")
    found = np.zeros(size, np.bool_)
    found[order[first : first + kept]] = True
    return found.reshape(change.shape)
