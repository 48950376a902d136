"""Bundles: many data items as the data of one transaction, with a table of their sizes and ids in front."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...errors import BadBlob
from ...objects.blob import Blob, pieces
from .encoding import ID_BYTES
from .items import Item

__all__ = ["BUNDLE_TAGS", "MAX_ITEMS", "Entry", "bundle_parts", "bundled", "item_at"]

BUNDLE_TAGS: Final = ((b"Bundle-Format", b"binary"), (b"Bundle-Version", b"2.0.0"))
"""What the transaction around a bundle is tagged with."""

MAX_ITEMS: Final = 1 << 16
"""The items that are looked for in one bundle: a table of 4 MB."""

_ENTRY: Final = 32 + ID_BYTES


@dataclass(frozen=True)
class Entry:
    """Where in the bundle an item is, and the id that the table states."""

    id: bytes
    start: int
    size: int


def bundled(raw: Blob) -> list[Entry]:
    """The items of a bundle. Raises BadBlob when the table does not fit all the bytes, FileUnavailable."""
    count = int.from_bytes(raw[0:32], "little")
    start = 32 + _ENTRY * count
    if count > MAX_ITEMS or start > len(raw):
        raise BadBlob(f"the bundle has no table of {count} items")
    table, found = raw[32:start], []
    for at in range(0, len(table), _ENTRY):
        size = int.from_bytes(table[at : at + 32], "little")
        found.append(Entry(table[at + 32 : at + _ENTRY], start, size))
        start += size
    if start != len(raw):
        raise BadBlob("the items of the bundle are not as long as it is")
    return found


def item_at(raw: Blob, entry: Entry) -> Item:
    """Read one item of a bundle into memory. Raises BadBlob, also for another id, and FileUnavailable."""
    item = Item.parse(raw[entry.start : entry.start + entry.size])
    if item.id != entry.id:
        raise BadBlob("the item has another id than the bundle's table states")
    return item


def bundle_parts(items: Sequence[Item]) -> Iterator[bytes]:
    """The bytes of a bundle, by parts."""
    yield len(items).to_bytes(32, "little")
    headers = [item.header for item in items]
    for item, header in zip(items, headers, strict=True):
        yield (len(header) + len(item.data)).to_bytes(32, "little") + item.id
    for item, header in zip(items, headers, strict=True):
        yield header
        for piece in pieces(item.data):
            yield bytes(piece)
