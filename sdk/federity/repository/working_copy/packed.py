"""Accounts of the program in a text: compressed, for a small file to hold."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

_ENTRY = struct.Struct("<32sI")
# Of what is packed: far more than any history has.
_LARGEST = 1 << 30


def unpacked(text: str) -> bytes:
    """Raises ValueError for what nobody packed."""
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(base64.b64decode(text, validate=True), _LARGEST)
    except zlib.error as error:
        raise ValueError(f"it cannot be unpacked ({error})") from error
    if not unpacking.eof:
        raise ValueError("it ends too early, or is too large")
    return data


def packed(data: bytes) -> str:
    """Bytes as zlib in base64."""
    return base64.b64encode(zlib.compress(data)).decode()


def packed_accounts(accounts: Mapping[Pubkey, bytes]) -> str:
    """Address, number of bytes and bytes of each, packed."""
    return packed(b"".join(_ENTRY.pack(bytes(at), len(data)) + data for at, data in accounts.items()))


def unpacked_accounts(text: str) -> dict[Pubkey, bytes]:
    """What `packed_accounts` was given. Raises ValueError."""
    from solders.pubkey import Pubkey

    return {Pubkey.from_bytes(at): data for at, data in _entries(unpacked(text))}


def accounts(text: str) -> None:
    """The shape of packed accounts: raises ValueError."""
    for _ in _entries(unpacked(text)):
        pass


def _entries(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        if at + _ENTRY.size > len(data):
            raise ValueError("an account of it is cut off")
        address, size = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        if at + size > len(data):
            raise ValueError("an account of it is cut off")
        yield address, data[at : at + size]
        at += size
