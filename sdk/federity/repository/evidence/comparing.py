"""Where a document is not the one it should be, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["differences", "first"]

_NAMED = 5


def differences(expected: Any, found: Any, path: str = "") -> Iterator[str]:
    """The paths of fields that differ in value or type, that are missing, or that should not be there."""
    if type(expected) is not type(found):
        yield path or "all of it"
    elif isinstance(expected, dict):
        for name in [*expected, *(name for name in found if name not in expected)]:
            inner = f"{path}.{name}" if path else str(name)
            if name not in expected or name not in found:
                yield inner
            else:
                yield from differences(expected[name], found[name], inner)
    elif isinstance(expected, list):
        for number, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from differences(one, other, f"{path}[{number}]")
        if len(expected) != len(found):
            yield f"{path}[{min(len(expected), len(found))}]"
    elif expected != found:
        yield path or "all of it"


def first(found: Iterator[str]) -> str:
    """The first of some paths in a sentence; empty for none."""
    named = [path[:200] for path, _ in zip(found, range(_NAMED + 1), strict=False)]
    more = " and more" if len(named) > _NAMED else ""
    return f"{', '.join(named[:_NAMED])}{more}"
