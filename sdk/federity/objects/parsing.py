"""JSON of strangers, read without letting it reach the interpreter's stack."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

__all__ = ["MAX_DEPTH", "parse"]

MAX_DEPTH: Final = 64
"""Levels of lists and objects in each other; a manifest, a header or a configuration has a handful."""

# A string matches without its end too: else each of its quotes would be tried up to the end of the text.
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def parse(text: str, unique: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """Parse JSON; `unique` builds an object from its pairs. Raises ValueError, also for too deep a nesting.

    Python's parser recurses in C. Its own guard is the process's recursion limit, which libraries raise
    (py-ecc does) far past what the stack holds, so depth is counted before.
    """
    depth = 0
    for found in _TOKEN.finditer(text):
        match found[0]:
            case "[" | "{":
                depth += 1
                if depth > MAX_DEPTH:
                    raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
            case "]" | "}":
                depth -= 1
    return json.loads(text, object_pairs_hook=unique)
