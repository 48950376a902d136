"""What the IDL says of instructions, and where their integers lie in a call's bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Integer", "Slot", "instructions", "integers", "slots"]

_IDL = json.loads((Path(__file__).parents[3] / "protocol" / "idl.json").read_text())
_TYPES = {entry["name"]: entry["type"] for entry in _IDL["types"]}
_CALLS = {entry["name"]: entry for entry in _IDL["instructions"]}
_DISCRIMINATOR = 8


@dataclass(frozen=True)
class Slot:
    """A named account of an instruction."""

    name: str
    signer: bool
    writable: bool
    optional: bool


@dataclass(frozen=True)
class Integer:
    """An integer argument of a call: its path, and its little-endian bytes."""

    path: str
    offset: int
    size: int
    signed: bool

    def value(self, data: bytes) -> int:
        """What the call says."""
        return int.from_bytes(data[self.offset :][: self.size], "little", signed=self.signed)

    def set(self, data: bytes, value: int) -> bytes:
        """The call's bytes with another value."""
        written = value.to_bytes(self.size, "little", signed=self.signed)
        return data[: self.offset] + written + data[self.offset + self.size :]


def instructions() -> list[str]:
    """All names."""
    return list(_CALLS)


def slots(instruction: str) -> list[Slot]:
    """The named accounts, in order."""
    return [
        Slot(
            entry["name"],
            bool(entry.get("signer")),
            bool(entry.get("writable")),
            bool(entry.get("optional")),
        )
        for entry in _CALLS[instruction]["accounts"]
    ]


def integers(instruction: str, data: bytes) -> list[Integer]:
    """Every integer of a call, in structures, vectors and options too; truth values and lengths count."""
    found: list[Integer] = []
    offset = _DISCRIMINATOR
    for argument in _CALLS[instruction]["args"]:
        offset = _walk(argument["type"], "", data, offset, found)
    assert offset == len(data), (instruction, offset, len(data))
    return found


def _walk(kind: Any, path: str, data: bytes, offset: int, found: list[Integer]) -> int:
    """Note the integers of a value that begins at `offset`; returns where it ends."""
    if isinstance(kind, str):
        if kind == "pubkey":
            return offset + 32
        size = 1 if kind == "bool" else int(kind[1:]) // 8
        found.append(Integer(path, offset, size, kind[0] == "i"))
        return offset + size
    for item, where in _parts(kind, path, data, offset, found):
        offset = item if where is None else _walk(item, where, data, offset, found)
    return offset


def _parts(
    kind: dict[str, Any], path: str, data: bytes, offset: int, found: list[Integer]
) -> Iterator[tuple[Any, str | None]]:
    """The parts of a compound type: (type, path), or (offset, None) where bytes are passed over."""
    if "defined" in kind:
        for part in _TYPES[kind["defined"]["name"]]["fields"]:
            yield part["type"], f"{path}.{part['name']}".lstrip(".")
    elif "array" in kind:
        item, count = kind["array"]
        if item == "u8":  # A hash, a point, a name.
            yield offset + count, None
        else:
            yield from ((item, f"{path}[]") for _ in range(count))
    elif "vec" in kind:
        length = Integer(f"{path}.length", offset, 4, False)
        found.append(length)
        yield offset + 4, None
        yield from ((kind["vec"], f"{path}[]") for _ in range(length.value(data)))
    elif "option" in kind:
        found.append(Integer(f"{path}.is_some", offset, 1, False))
        yield offset + 1, None
        if data[offset]:
            yield kind["option"], path
    else:
        raise AssertionError(f"{kind} is not known here")
