"""Figures of weights that a function of the user's own measures, such as an evaluation on a hold-out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from federity.errors import ConfigError

Evaluation = Callable[[Mapping[str, Any]], Mapping[str, float]]


def evaluated(evaluate: Evaluation, weights: Mapping[str, Any]) -> dict[str, float]:
    """What it measures. Raises ConfigError for figures that are no numbers."""
    try:
        return {str(name): float(value) for name, value in evaluate(weights).items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise ConfigError(f"An evaluation answers with numbers by name: {error}.") from error
