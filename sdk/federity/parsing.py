"""Texts of strangers, bounded before a parser sees them, nesting and number of items: JSON, TOML, YAML."""

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any, Final

__all__ = ["MAX_DEPTH", "MAX_OBJECTS", "parse", "parse_shallow", "parse_toml", "parse_yaml"]

MAX_DEPTH: Final = 64
"""Levels of lists and objects in each other; a manifest, a header or a configuration has a handful."""

MAX_OBJECTS: Final = 100_100
"""Objects in one text: one for each tensor that a model may have, and some more."""

# Commas and colons for each object, and beside: a tensor's entry has at most 17.
_PER_OBJECT: Final = 18
_BESIDE: Final = 1 << 14
_MAX_QUOTES: Final = 1 << 23
_MAX_TOML: Final = 1 << 16
_MAX_YAML: Final = 1 << 16
_MAX_TOML_PARTS: Final = 64
_MAX_TOML_BRACKETS: Final = 256

# A string matches without its end too: else each of its quotes would be tried up to the end of the text.
_STRING: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKET: Final = re.compile(r"[\[\]{}]")


def parse(text: str, unique: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """Parse JSON; `unique` builds an object from its pairs.

    Raises ValueError, also for too deep a nesting and too many items. Python's parser recurses in C and its
    own guard is the process's recursion limit, which libraries raise (py-ecc does) far past what the stack
    holds; and an item costs it many times the bytes that name it. So both are counted before.
    """
    if text.count('"') > _MAX_QUOTES:
        raise ValueError(f"it has more than {_MAX_QUOTES // 2} texts")
    bare = _STRING.sub("", text)
    objects = bare.count("{")
    if objects > MAX_OBJECTS:
        raise ValueError(f"it has more than {MAX_OBJECTS} objects")
    if bare.count(",") + bare.count(":") > _BESIDE + _PER_OBJECT * objects:
        raise ValueError("it has more items than its objects account for")
    _bound_depth(bare)
    return json.loads(text, object_pairs_hook=unique)


def parse_shallow(data: bytes) -> Any:
    """Parse JSON of which only the nesting is to be bounded: who reads it has bounded its bytes.

    Raises ValueError.
    """
    text = data.decode()
    _bound_depth(_STRING.sub("", text))
    return json.loads(text)


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML as people write settings: at most 64 kB, few brackets, keys of few parts.

    Raises ValueError. Python's parser takes a time that grows with the square of a key's dotted parts.
    """
    if len(text) > _MAX_TOML:
        raise ValueError(f"it is longer than {_MAX_TOML} characters")
    if text.count("[") + text.count("{") > _MAX_TOML_BRACKETS:
        raise ValueError(f"it has more than {_MAX_TOML_BRACKETS} tables and lists")
    if any(line.count(".") > _MAX_TOML_PARTS for line in text.splitlines()):
        raise ValueError(f"a line of it has more than {_MAX_TOML_PARTS} dots")
    return tomllib.loads(text)


def parse_yaml(text: str) -> Any:
    """Parse YAML as people write it: at most 64 kB, no more levels than JSON, no name twice.

    Raises ValueError, also for aliases, which multiply what they name, and for tags that name code.
    """
    import yaml

    if len(text) > _MAX_YAML:
        raise ValueError(f"it is longer than {_MAX_YAML} characters")
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise ValueError("it has an alias")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
        waiting = [yaml.compose(text, Loader=yaml.SafeLoader)]
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.MappingNode):
                names = [name.value for name, _ in node.value if isinstance(name, yaml.ScalarNode)]
                if len({*names}) < len(node.value):
                    raise ValueError("a name in it is no text, or is there twice")
                waiting += [value for _, value in node.value]
            elif isinstance(node, yaml.SequenceNode):
                waiting += node.value
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"it is not YAML ({' '.join(str(error).split())[:120]})") from error


def _bound_depth(bare: str) -> None:
    if bare.count("[") + bare.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for found in _BRACKET.finditer(bare):
        depth += 1 if found[0] in "[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
