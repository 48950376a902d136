"""Tags of a data item: names and values as Avro writes a list of records of two byte strings."""

from typing import Final, TypeAlias

from ...errors import BadBlob

__all__ = ["MAX_TAGS", "MAX_TAG_BYTES", "Tag", "decode_tags", "encode_tags"]

Tag: TypeAlias = tuple[bytes, bytes]
"""Name and value, neither empty."""

MAX_TAGS: Final = 128
MAX_TAG_BYTES: Final = 4096
"""Of one item, as the upload services and JavaScript's libraries bound them."""


def encode_tags(tags: tuple[Tag, ...]) -> bytes:
    """The bytes that the signature covers; none without tags.

    Raises BadBlob for what no reader would take: empty or too many or too long.
    """
    if not tags:
        return b""
    out = bytearray(_number(len(tags)))
    for tag in tags:
        for text in tag:
            out += _number(len(text)) + text
    out.append(0)
    if len(tags) > MAX_TAGS or len(out) > MAX_TAG_BYTES or any(not text for tag in tags for text in tag):
        raise BadBlob(f"an item has at most {MAX_TAGS} tags in {MAX_TAG_BYTES} bytes, and none is empty")
    return bytes(out)


def decode_tags(data: bytes, count: int) -> tuple[Tag, ...]:
    """Read `count` tags that fill `data`. Raises BadBlob for anything else, however it is written."""
    if count > MAX_TAGS or len(data) > MAX_TAG_BYTES:
        raise BadBlob("the item has too many tags")
    if not data:
        if count:
            raise BadBlob("the item's tags are missing")
        return ()
    reader, found = _Reader(data), list[Tag]()
    while (block := reader.number()) != 0:
        if block < 0:  # Avro then says how many bytes the block has
            block = -block
            reader.number()
        if len(found) + block > count:
            raise BadBlob("the item has other tags than it counts")
        found += [(reader.text(), reader.text()) for _ in range(block)]
    if reader.at != len(data) or len(found) != count:
        raise BadBlob("the item has other tags than it counts")
    return tuple(found)


def _number(value: int) -> bytes:
    """A length or count, which is not negative, in Avro's zig-zag varint."""
    rest, out = value << 1, bytearray()
    while rest >= 0x80:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


class _Reader:
    """A place in the bytes of tags."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def number(self) -> int:
        value = shift = 0
        while True:
            if self.at >= len(self.data) or shift > 63:
                raise BadBlob("the item's tags are cut short")
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)
            shift += 7

    def text(self) -> bytes:
        size = self.number()
        if not 0 < size <= len(self.data) - self.at:
            raise BadBlob("a tag of the item is empty or longer than all of them")
        self.at += size
        return self.data[self.at - size : self.at]
