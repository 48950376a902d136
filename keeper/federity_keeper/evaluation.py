"""The owner's own measure of a model on data that nobody else sees."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from federity.errors import ConfigError

__all__ = ["Evaluator", "load_evaluator"]

Evaluator = Callable[[Mapping[str, np.ndarray[Any, Any]]], float]


def load_evaluator(name: str, options: Mapping[str, Any], folder: Path) -> Evaluator | None:
    """Import `module:factory` and call it with `options`; None when `name` is empty.

    `folder` is where the settings are: modules beside them are found first, and the option `path`, if there
    is one, is taken relative to it. What the evaluator itself raises later becomes a ConfigError that names
    it. Raises ConfigError when there is no such factory or it does not take the options.
    """
    if not name:
        return None
    module, _, attribute = name.partition(":")
    if str(folder) not in sys.path:
        # For good, and not only while importing: an evaluator may import its neighbours when it is called.
        sys.path.insert(0, str(folder))
    try:
        factory = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise ConfigError(
            f"The evaluator {name!r} cannot be imported: {_said(error)}.",
            hint=f"It is MODULE:FACTORY, the module in {folder} or installed beside the keeper.",
        ) from error
    values = dict(options)
    if isinstance(values.get("path"), str):
        values["path"] = folder / values["path"]
    try:
        measure = factory(**values)
    except TypeError as error:
        raise ConfigError(f"The evaluator {name!r} does not take {sorted(values)}: {error}.") from error
    except Exception as error:
        raise ConfigError(f"The evaluator {name!r} cannot be made: {_said(error)}.") from error
    return _named(name, measure)


def _named(name: str, measure: Any) -> Evaluator:
    """`measure`, with whatever it does wrong told as a ConfigError that names it."""

    def evaluate(tensors: Mapping[str, np.ndarray[Any, Any]]) -> float:
        try:
            return float(measure(tensors))
        except Exception as error:
            raise ConfigError(f"The evaluator {name!r} failed: {_said(error)}.") from error

    return evaluate


def _said(error: Exception) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return text if isinstance(error, ImportError | AttributeError) else f"{type(error).__name__}: {text}"
