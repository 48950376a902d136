"""Reading and writing the byte forms that accounts, events and arguments share: little-endian, no padding."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from solders.pubkey import Pubkey

T = TypeVar("T")


class Reader:
    """Takes values off the front of some bytes. Raises ValueError when there are too few."""

    __slots__ = ("_data", "_offset")

    def __init__(self, data: bytes) -> None:
        """Start at the first byte."""
        self._data = data
        self._offset = 0

    def take(self, count: int) -> bytes:
        """The next bytes as they are."""
        end = self._offset + count
        if end > len(self._data):
            raise ValueError(f"{end} bytes are needed, {len(self._data)} are there")
        taken = self._data[self._offset : end]
        self._offset = end
        return taken

    def unsigned(self, size: int) -> int:
        """An unsigned integer of that many bytes."""
        return int.from_bytes(self.take(size), "little")

    def signed(self, size: int) -> int:
        """A signed integer of that many bytes."""
        return int.from_bytes(self.take(size), "little", signed=True)

    def boolean(self) -> bool:
        """One byte, 0 or 1."""
        value = self.unsigned(1)
        if value > 1:
            raise ValueError(f"{value} is no truth value")
        return bool(value)

    def pubkey(self) -> Pubkey:
        """An address."""
        return Pubkey.from_bytes(self.take(32))

    def option(self, read: Callable[[], T]) -> T | None:
        """A flag, then perhaps a value."""
        return read() if self.boolean() else None

    def counted(self) -> bytes:
        """A length in four bytes, then that many bytes."""
        return self.take(self.unsigned(4))

    def many(self, count: int, read: Callable[[], T]) -> tuple[T, ...]:
        """That many values."""
        return tuple(read() for _ in range(count))

    def vector(self, read: Callable[[], T]) -> tuple[T, ...]:
        """A length in four bytes, then that many values."""
        return self.many(self.unsigned(4), read)


def unsigned(value: int, size: int) -> bytes:
    """An unsigned integer in that many bytes. Raises OverflowError when it does not fit."""
    return value.to_bytes(size, "little")


def signed(value: int, size: int) -> bytes:
    """A signed integer in that many bytes. Raises OverflowError when it does not fit."""
    return value.to_bytes(size, "little", signed=True)


def exactly(value: bytes, size: int) -> bytes:
    """Bytes of a fixed number. Raises ValueError when there are more or fewer."""
    if len(value) != size:
        raise ValueError(f"{size} bytes are needed, {len(value)} are there")
    return bytes(value)


def counted(value: bytes) -> bytes:
    """A length in four bytes, then the bytes."""
    return unsigned(len(value), 4) + bytes(value)


def option(value: T | None, write: Callable[[T], bytes]) -> bytes:
    """A flag, then perhaps the value."""
    return b"\0" if value is None else b"\1" + write(value)


def many(values: Iterable[T], count: int, write: Callable[[T], bytes]) -> bytes:
    """That many values. Raises ValueError when there are more or fewer."""
    written = [write(value) for value in values]
    if len(written) != count:
        raise ValueError(f"{count} values are needed, {len(written)} are there")
    return b"".join(written)


def vector(values: Iterable[T], write: Callable[[T], bytes]) -> bytes:
    """A length in four bytes, then the values."""
    written = [write(value) for value in values]
    return unsigned(len(written), 4) + b"".join(written)
