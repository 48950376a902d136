"""The owner's own measure of a model on data that nobody else sees."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from federity.errors import ConfigError
from federity_keeper.jobs.inspect import Evaluator

__all__ = ["load_evaluator"]


def load_evaluator(name: str, options: Mapping[str, Any], folder: Path) -> Evaluator | None:
    """Import `module:factory` and call it with `options`; None when `name` is empty.

    The option `path`, if there is one, is taken relative to `folder`. Raises ConfigError when there is no
    such factory or it does not take the options.
    """
    if not name:
        return None
    module, _, attribute = name.partition(":")
    try:
        factory = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"The evaluator {name!r} cannot be imported: {error}.") from error
    values = dict(options)
    if isinstance(values.get("path"), str):
        values["path"] = folder / values["path"]
    try:
        evaluator: Evaluator = factory(**values)
    except TypeError as error:
        raise ConfigError(f"The evaluator {name!r} does not take {sorted(values)}: {error}.") from error
    return evaluator
