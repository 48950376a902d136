"""The owner's measure for the keeper: accuracy on a private hold-out that only the keeper's process reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from federity.demo.data import Samples
from federity.demo.forward import Tensors, accuracy


def hold_out(path: Path) -> Callable[[Tensors], float]:
    """Return a function from weights to accuracy on the samples in `path`."""
    samples = Samples.load(path)
    return lambda tensors: accuracy(tensors, samples)
