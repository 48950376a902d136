"""Arweave's way to write bytes as text, base64url without padding, and its way to hash lists of them."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

__all__ = ["ID_BYTES", "DeepHashed", "Parts", "deep_hash", "from_base64", "hashed_blob", "to_base64"]

ID_BYTES: Final = 32

_BASE64: Final = re.compile(r"[A-Za-z0-9_-]*")


def to_base64(data: bytes) -> str:
    """Bytes in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64(text: str, size: int | None = None) -> bytes:
    """The bytes that a text in base64url means, `size` of them if that is given.

    Raises ValueError for any text that `to_base64` would not write.
    """
    if _BASE64.fullmatch(text) is None or len(text) % 4 == 1:
        raise ValueError("it is not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_base64(data) != text or (size is not None and len(data) != size):
        raise ValueError("it is not base64url of this length")
    return data


class DeepHashed(bytes):
    """48 bytes that are the deep hash of something already."""


Parts: TypeAlias = "bytes | Sequence[Parts]"
"""What is deep-hashed: bytes, or lists of such. A blob too large for memory comes as `hashed_blob`."""


def hashed_blob(size: int, pieces: Iterable[bytes | memoryview]) -> DeepHashed:
    """The deep hash of one blob of `size` bytes that is read by pieces."""
    state = hashlib.sha384()
    for piece in pieces:
        state.update(piece)
    return DeepHashed(_sha384(_sha384(b"blob%d" % size) + state.digest()))


def deep_hash(parts: Parts) -> DeepHashed:
    """Arweave's deep hash, 48 bytes: https://github.com/ArweaveTeam/arweave-standards (ANS-104, 1.3)."""
    if isinstance(parts, DeepHashed):
        return parts
    if isinstance(parts, bytes):
        return hashed_blob(len(parts), [parts])
    state = _sha384(b"list%d" % len(parts))
    for part in parts:
        state = _sha384(state + deep_hash(part))
    return DeepHashed(state)


def _sha384(data: bytes) -> bytes:
    return hashlib.sha384(data).digest()
