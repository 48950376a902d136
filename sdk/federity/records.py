"""Values from a file, checked against the dataclass that they are to become: fields, types, shapes."""

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

__all__ = [
    "Address",
    "Count",
    "Digest",
    "Hex",
    "Maybe",
    "Name",
    "Unsound",
    "build",
    "digest",
    "one_of",
]

R = TypeVar("R")

_Shape = Callable[[Any], None]
"""What a value has to look like besides its type: raises ValueError."""


class Unsound(ValueError):
    """What was read is not what a record of this version can be; the text says why."""


def _hex(text: str) -> None:
    if text != bytes.fromhex(text).hex():
        raise ValueError("it is not lower-case hexadecimal")


def digest(text: str) -> None:
    """The shape of a sha256 in hexadecimal."""
    _hex(text)
    if len(text) != 64:
        raise ValueError("it is not 32 bytes in hexadecimal")


def _address(text: str) -> None:
    from solders.pubkey import Pubkey

    if str(Pubkey.from_string(text)) != text:
        raise ValueError("it is not an address")


def _maybe_address(text: str) -> None:
    if text:
        _address(text)


def _hex_or_address(text: str) -> None:
    try:
        _hex(text)
    except ValueError:
        _address(text)


def _name(text: str) -> None:
    if text in ("", ".", "..") or "/" in text:
        raise ValueError("it cannot name anything")


def _count(value: int) -> None:
    if value < 0:
        raise ValueError("it is negative")


def one_of(*words: str, or_: _Shape | None = None) -> _Shape:
    """A shape: one of these words, or what another shape takes."""

    def check(text: str) -> None:
        if text not in words:
            if or_ is None:
                raise ValueError(f"it is none of {', '.join(map(repr, words))}")
            or_(text)

    return check


Hex = Annotated[str, _hex]
"""Bytes in lower-case hexadecimal."""

Digest = Annotated[str, digest]
"""A sha256 in hexadecimal."""

Address = Annotated[str, _address]
"""An address of the chain in base58."""

HexOrAddress = Annotated[str, _hex_or_address]
"""What is named by bytes in hexadecimal or by an address."""

Maybe = Annotated[str, _maybe_address]
"""An address, or empty before it is known."""

Name = Annotated[str, _name]
"""What is also the name of a file: of a branch or a repository."""

Count = Annotated[int, _count]
"""A whole number from 0."""


def build(kind: type[R], values: Any) -> R:
    """Make a dataclass of the values that a file holds. Raises Unsound for other fields or other values.

    Numbers are finite, integers fit 64 bits, texts can be written as UTF-8 and hold no NUL. What a record's
    own `__post_init__` refuses with ValueError is Unsound too.
    """
    if not isinstance(values, Mapping):
        raise Unsound("it is not a record")
    hints = get_type_hints(kind, include_extras=True)
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            raise Unsound(f"it has a field {_shown(name)}, which this version does not know")
    for name, field in known.items():
        if name not in values and field.default is MISSING and field.default_factory is MISSING:
            raise Unsound(f"it has no field {name!r}")
    found = {name: _value(hints[name], value, name) for name, value in values.items()}
    try:
        return kind(**found)
    except (ValueError, TypeError) as error:
        raise Unsound(str(error)) from error


def _value(kind: Any, value: Any, name: str) -> Any:
    """`value` as a field of this type; lists become tuples, whole numbers floats where one is meant."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        _value(arguments[0], value, name)
        try:
            arguments[1](value)
        except ValueError as error:
            raise Unsound(f"its field {name!r} is not what it can be: {error}") from error
        return value
    if origin in (Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        (kind,) = (argument for argument in arguments if argument is not type(None))
        return _value(kind, value, name)
    if origin is tuple and isinstance(value, list):
        return tuple(_value(arguments[0], item, name) for item in value)
    if origin in (dict, Mapping) and isinstance(value, dict):
        return {
            _value(arguments[0], key, name): _value(arguments[1], item, name) for key, item in value.items()
        }
    if is_dataclass(kind):
        return build(kind, value)  # type: ignore[arg-type]
    return _plain(kind, value, name)


def _plain(kind: Any, value: Any, name: str) -> Any:
    if kind is float and type(value) in (int, float) and _is_finite(value):
        return float(value)
    if kind is int and type(value) is int and -(1 << 63) <= value < 1 << 64:
        return value
    if kind is bool and type(value) is bool:
        return value
    if kind is str and isinstance(value, str) and is_text(value):
        return value
    wanted = {float: "a finite number", int: "a whole number", bool: "true or false", str: "a text"}
    raise Unsound(f"its field {name!r} is not {wanted.get(kind, 'what it should be')}")


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def is_text(value: str) -> bool:
    """Whether a text can be written as UTF-8 and handed to the system (no NUL)."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value


def _shown(name: object) -> str:
    text = repr(name)
    return text if len(text) <= 80 else text[:79] + "…"
