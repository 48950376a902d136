"""Reading a request's parameters: each has a type and a range, and what does not fit is -32602, by name."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.signature import Signature

from federity.chain import base58
from federity_node.errors import RpcError, invalid

__all__ = ["Options", "Params", "address", "binary", "blockhash", "signature", "text", "truth", "whole"]

T = TypeVar("T")

COMMITMENTS = ("processed", "confirmed", "finalized", "recent", "single", "singleGossip", "root", "max")
"""How sure a slot must be, old words included. Every slot of this chain is final at once."""

_LONGEST = 4096
_KEY = 44
_SIGNATURE = 88


def whole(value: Any) -> int:
    """A whole number of 64 bits."""
    if type(value) is not int or not 0 <= value < 1 << 64:
        raise ValueError("expected a whole number of 64 bits")
    return value


def text(value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError("expected a text")
    return value


def truth(value: Any) -> bool:
    """A truth value."""
    if not isinstance(value, bool):
        raise ValueError("expected true or false")
    return value


def address(value: Any) -> Pubkey:
    """An address in base58."""
    return Pubkey.from_bytes(_fixed(value, _KEY, 32, "an address"))


def signature(value: Any) -> Signature:
    """A signature in base58."""
    return Signature.from_bytes(_fixed(value, _SIGNATURE, 64, "a signature"))


def blockhash(value: Any) -> Hash:
    """A blockhash in base58."""
    return Hash.from_bytes(_fixed(value, _KEY, 32, "a blockhash"))


def _fixed(value: Any, letters: int, size: int, what: str) -> bytes:
    if not isinstance(value, str) or not 0 < len(value) <= letters:
        raise ValueError(f"expected {what} in base58")
    found = base58.decode(value)
    if len(found) != size:
        raise ValueError(f"expected {what}, {size} bytes in base58")
    return found


def binary(value: Any, encoding: str) -> bytes:
    """Bytes in base58 or base64."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError(f"expected bytes in {encoding}, of at most {_LONGEST} letters")
    if encoding == "base58":
        return base58.decode(value)
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError(f"expected bytes in base64: {error}") from error


class Params:
    """The parameters of one request, read in their order."""

    def __init__(self, values: Any) -> None:
        """Take what the request holds; a list, or nothing. Raises RpcError."""
        if values is None:
            values = []
        if not isinstance(values, list):
            raise invalid("expected a list of parameters")
        self._values: list[Any] = values
        self._next = 0

    def one(self, name: str, read: Callable[[Any], T]) -> T:
        """The next parameter. Raises RpcError."""
        if self._next >= len(self._values):
            raise invalid(f"{name} is missing")
        return _read(name, self._take(), read)

    def maybe(self, name: str, read: Callable[[Any], T], default: T) -> T:
        """The next parameter where it is there and not null, else the default. Raises RpcError."""
        if self._next >= len(self._values):
            return default
        value = self._take()
        return default if value is None else _read(name, value, read)

    def many(self, name: str, read: Callable[[Any], T], most: int) -> list[T]:
        """The next parameter, a list. Raises RpcError."""
        values = self.one(name, _list)
        if len(values) > most:
            raise invalid(f"Too many inputs provided; max {most}")
        return [_read(f"{name}[{index}]", value, read) for index, value in enumerate(values)]

    def options(self, *names: str) -> "Options":
        """The next parameter, a request's configuration, which may be missing."""
        empty: dict[str, Any] = {}
        found = Options(self.maybe("config", _dict, empty))
        found.text("commitment", COMMITMENTS, "finalized")
        return found

    def end(self) -> None:
        """Refuse parameters that nobody reads."""
        if self._next < len(self._values):
            raise invalid(f"expected {self._next} parameters, got {len(self._values)}")

    def peek(self) -> Any:
        """The next parameter, left where it is; None after the last."""
        return self._values[self._next] if self._next < len(self._values) else None

    def _take(self) -> Any:
        self._next += 1
        return self._values[self._next - 1]


class Options:
    """A request's configuration. Unknown names are ignored, as nodes do: clients are newer than servers."""

    def __init__(self, values: dict[str, Any]) -> None:
        """Take a JSON object."""
        self._values = values

    def get(self, name: str, read: Callable[[Any], T], default: T) -> T:
        """A value, the default where it is missing or null. Raises RpcError."""
        value = self._values.get(name)
        return default if value is None else _read(name, value, read)

    def text(self, name: str, known: Sequence[str], default: str) -> str:
        """One of some words. Raises RpcError."""
        found = self.get(name, text, default)
        if found not in known:
            raise invalid(f"{name} is none of {', '.join(known)}")
        return found

    def list(self, name: str, read: Callable[[Any], T], most: int) -> "list[T] | None":
        """A list, None where it is missing. Raises RpcError."""
        values = self.get(name, _list, None)
        if values is None:
            return None
        if len(values) > most:
            raise invalid(f"Too many inputs provided in {name}; max {most}")
        return [_read(f"{name}[{index}]", value, read) for index, value in enumerate(values)]

    def inner(self, name: str) -> "Options | None":
        """A configuration in this one. Raises RpcError."""
        value = self.get(name, _dict, None)
        return None if value is None else Options(value)

    def must(self, name: str, read: Callable[[Any], T]) -> T:
        """A value that has to be there. Raises RpcError."""
        if self._values.get(name) is None:
            raise invalid(f"{name} is missing")
        return _read(name, self._values[name], read)

    def has(self, name: str) -> bool:
        """Whether a value is there."""
        return self._values.get(name) is not None


def _read(name: str, value: Any, read: Callable[[Any], T]) -> T:
    try:
        return read(value)
    except RpcError:
        raise
    except ValueError as error:
        raise invalid(f"{name}: {error}") from error


def _list(value: Any) -> Any:
    if not isinstance(value, list):
        raise ValueError("expected a list")
    return value


def _dict(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("expected an object")
    return value
