"""Data roots: how a transaction commits to its data, and the path that shows one chunk to be part of it.

Data is cut and hashed as arweave.js does it (ar_merkle.erl checks it): chunks of 256 KiB, the last two of
equal length where the last would have less than 32 KiB, and an empty last one where nothing is left over,
which has a place in the tree and is never sent. Other clients cut otherwise; a node takes both.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...objects.blob import Blob

__all__ = ["CHUNK_BYTES", "Chunk", "MerkleTree", "cuts", "proved"]

CHUNK_BYTES: Final = 256 * 1024
_SMALLEST: Final = 32 * 1024
_HASH: Final = 32
_NOTE: Final = 32
_BRANCH: Final = 2 * _HASH + _NOTE


@dataclass(frozen=True)
class Chunk:
    """Bytes from `start` to before `stop` of the data."""

    start: int
    stop: int


def cuts(size: int) -> list[Chunk]:
    """Where data of so many bytes is cut, with the empty last chunk."""
    found, start = list[Chunk](), 0
    while size - start >= CHUNK_BYTES:
        rest = size - start
        length = CHUNK_BYTES if rest == CHUNK_BYTES or rest - CHUNK_BYTES >= _SMALLEST else (rest + 1) // 2
        found.append(Chunk(start, start + length))
        start += length
    return [*found, Chunk(start, size)]


class MerkleTree:
    """The tree over some data: it holds hashes, 64 bytes for each chunk, and never the data."""

    def __init__(self, leaves: Sequence[tuple[bytes, Chunk]]) -> None:
        """Take the sha256 and the place of every chunk, as `cuts` names them."""
        self._hashes = [digest for digest, _ in leaves]
        nodes = [(_node(digest, stop=chunk.stop), chunk.stop) for digest, chunk in leaves]
        self._layers = [nodes]
        while len(nodes) > 1:
            nodes = [_joined(nodes[at : at + 2]) for at in range(0, len(nodes), 2)]
            self._layers.append(nodes)
        self.chunks = [chunk for _, chunk in leaves if chunk.stop > chunk.start]

    @classmethod
    def of(cls, data: Blob) -> "MerkleTree":
        """Read the data once. Raises FileUnavailable."""
        return cls(
            [(hashlib.sha256(data[chunk.start : chunk.stop]).digest(), chunk) for chunk in cuts(len(data))]
        )

    @property
    def root(self) -> bytes:
        """The data root, 32 bytes."""
        return self._layers[-1][0][0]

    def path(self, index: int) -> bytes:
        """What shows that the chunk with this index is part of the data: from the root down to it."""
        path = b""
        for depth in range(len(self._layers) - 1, 0, -1):
            first = index >> depth << 1
            pair = self._layers[depth - 1][first : first + 2]
            if len(pair) == 2:
                path += pair[0][0] + pair[1][0] + _note(pair[0][1])
        return path + self._hashes[index] + _note(self._layers[0][index][1])


def proved(root: bytes, size: int, offset: int, path: bytes) -> tuple[bytes, Chunk] | None:
    """The sha256 and the place of the chunk that holds the byte at `offset`, None when the path shows none.

    `size` is the data's; all of the path is checked against the root.
    """
    if not 0 <= offset < size:
        return None
    wanted, left, right = root, 0, size
    while len(path) > _HASH + _NOTE:
        if len(path) < _BRANCH:
            return None
        first, second, note, path = path[:_HASH], path[_HASH:64], path[64:_BRANCH], path[_BRANCH:]
        if _branch(first, second, note) != wanted:
            return None
        cut = int.from_bytes(note, "big")
        if offset < cut:
            wanted, right = first, min(right, cut)
        else:
            wanted, left = second, max(left, cut)
    if len(path) != _HASH + _NOTE or _leaf(path[:_HASH], path[_HASH:]) != wanted:
        return None
    end = int.from_bytes(path[_HASH:], "big")
    if not left <= offset < right or end != right:
        return None
    return path[:_HASH], Chunk(left, right)


def _node(digest: bytes, stop: int) -> bytes:
    return _leaf(digest, _note(stop))


def _joined(pair: Sequence[tuple[bytes, int]]) -> tuple[bytes, int]:
    """A branch over two nodes; one that has no neighbour moves up as it is."""
    if len(pair) == 1:
        return pair[0]
    (first, cut), (second, stop) = pair
    return _branch(first, second, _note(cut)), stop


def _branch(first: bytes, second: bytes, note: bytes) -> bytes:
    return _sha256(_sha256(first) + _sha256(second) + _sha256(note))


def _leaf(digest: bytes, note: bytes) -> bytes:
    return _sha256(_sha256(digest) + _sha256(note))


def _note(value: int) -> bytes:
    return value.to_bytes(_NOTE, "big")


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
