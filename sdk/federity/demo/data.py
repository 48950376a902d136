"""Handwritten digits and who holds which.

The optical digits data set of UCI, 1,797 images. No network: scikit-learn carries the file. The pixels 0..16
become float32 in [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from federity.repository.working_copy.lock import write_atomic

CLASSES = 10
ROUNDS = 3
CONTRIBUTORS = ("ada", "bela", "cleo")
# What each contributor has never seen. Every digit is known to at least two of them, 9 to all.
MISSING: tuple[frozenset[int], ...] = (frozenset({0, 1, 2}), frozenset({3, 4, 5}), frozenset({6, 7, 8}))
TEST, HOLD_OUT = 450, 200


@dataclass(frozen=True)
class Samples:
    """Images, float32[n, 1, 8, 8] in [0, 1], and their digits, int64[n]."""

    images: NDArray[np.float32]
    digits: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the samples."""
        return len(self.digits)

    @property
    def known(self) -> list[int]:
        """The digits that occur, ascending."""
        return [int(digit) for digit in np.unique(self.digits)]

    def save(self, path: Path) -> None:
        """Write the samples as a safetensors file."""
        write_atomic(path, save({"images": self.images, "digits": self.digits}), private=False)

    @classmethod
    def load(cls, path: Path) -> Samples:
        """Read what `save` wrote."""
        tensors = load_file(path)
        return cls(tensors["images"], tensors["digits"])


@dataclass(frozen=True)
class Shares:
    """Who holds what: contributors' own samples, the owner's private hold-out, the test set of all digits."""

    contributors: tuple[Samples, ...]
    hold_out: Samples
    test: Samples


def shares(seed: int) -> Shares:
    """Deal the digits: test set, hold-out, and one share per contributor without its missing digits."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    images = (pixels / 16).astype(np.float32).reshape(-1, 1, 8, 8)
    digits = labels.astype(np.int64)
    random = np.random.default_rng(seed)
    order = random.permutation(len(digits))
    own: list[list[int]] = [[] for _ in MISSING]
    for i in order[TEST + HOLD_OUT :]:
        holders = [k for k, missing in enumerate(MISSING) if int(digits[i]) not in missing]
        own[holders[random.integers(len(holders))]].append(int(i))

    def pick(indices: NDArray[np.int64] | list[int]) -> Samples:
        return Samples(images[indices], digits[indices])

    return Shares(tuple(pick(o) for o in own), pick(order[TEST : TEST + HOLD_OUT]), pick(order[:TEST]))
