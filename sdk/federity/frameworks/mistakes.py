"""Naming what was passed in place of a model's weights, and why a place cannot take them."""

from collections.abc import Iterable
from typing import Final

from ..errors import ModelError

__all__ = ["refuse_optimiser"]

_STATE: Final = frozenset(
    {
        "param_groups",
        "acc_delta",
        "exp_avg",
        "exp_avg_sq",
        "exp_inf",
        "max_exp_avg_sq",
        "momentum_buffer",
        "square_avg",
    }
)
"""Last parts of names that PyTorch's optimisers give to their state, and that no module gives to weights."""


def refuse_optimiser(names: Iterable[object], what: str) -> None:
    """Raise ModelError when the names are those of an optimiser's state."""
    found = next((name for name in names if isinstance(name, str) and name.split(".")[-1] in _STATE), None)
    if found is not None:
        raise ModelError(
            f"{what} hold an optimiser's state ({found}), not weights",
            hint="Pass the model, or save its weights alone: the optimiser's state stays where it is.",
        )
