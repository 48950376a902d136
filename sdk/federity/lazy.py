"""Packages whose parts are imported when they are first asked for: a verb pays for what it uses alone."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any


def modules(package: str) -> Callable[[str], ModuleType]:
    """A package's `__getattr__`, which imports its modules by their names.

    It raises AttributeError for a name that none of them has.
    """

    def get(name: str) -> ModuleType:
        full = f"{package}.{name}"
        try:
            return importlib.import_module(full)
        except ModuleNotFoundError as missing:
            if missing.name != full:
                raise
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return get


def names(package: str, homes: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """A package's `__getattr__`, which takes names from the modules of it that define them.

    `homes` has the names of each module. It raises AttributeError for any other name.
    """
    home = {name: module for module, defined in homes.items() for name in defined}

    def get(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{home[name]}"), name)

    return get
