"""Running statistics among tensors that only have names: those of a file, or of a mapping of arrays."""

from collections.abc import Iterable
from typing import Final

__all__ = ["statistics_among"]

_STATISTICS: Final = frozenset({"running_mean", "running_var", "moving_mean", "moving_variance"})
"""Last parts of names that batch normalisation gives, in PyTorch and Keras, and no layer gives to weights."""


def statistics_among(names: Iterable[object]) -> frozenset[str]:
    """Return the names that are those of running statistics."""
    return frozenset(
        name for name in names if isinstance(name, str) and name.rpartition(".")[2] in _STATISTICS
    )
