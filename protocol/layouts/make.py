"""Writes the fixture of every account version that has none yet; released ones are never touched.

Usage: make.py. A fixture is what an account of that version looks like on chain: its discriminator, then
each field filled with the start of sha256(path) || sha256(path || 1) ..., where path is `Account.field` or,
inside a nested struct, `Account.field.part`; an array is one field. `version` holds the version. Rust and
Python read every fixture ever released.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

LAYOUTS = Path(__file__).parent
IDL = LAYOUTS.parent / "idl.json"
SIZES = {"u8": 1, "u16": 2, "u32": 4, "i32": 4, "u64": 8, "i64": 8, "u128": 16, "pubkey": 32}


def filling(path: str, size: int) -> bytes:
    """The bytes of a field."""
    data, count = hashlib.sha256(path.encode()).digest(), 1
    while len(data) < size:
        data += hashlib.sha256(path.encode() + bytes([count])).digest()
        count += 1
    return data[:size]


def size_of(types: dict[str, Any], kind: Any) -> int:
    """Bytes of a type of the IDL."""
    if isinstance(kind, str):
        return SIZES[kind]
    if "defined" in kind:
        fields = types[kind["defined"]["name"]]["type"]["fields"]
        return sum(size_of(types, field["type"]) for field in fields)
    element, count = kind["array"]
    return size_of(types, element) * int(count)


def body(types: dict[str, Any], name: str, path: str, version: int) -> bytes:
    """The bytes of a struct, field by field."""
    out = b""
    for field in types[name]["type"]["fields"]:
        where = f"{path}.{field['name']}"
        kind = field["type"]
        if isinstance(kind, dict) and "defined" in kind:
            out += body(types, kind["defined"]["name"], where, version)
        elif where.count(".") == 1 and field["name"] == "version":
            out += bytes([version])
        else:
            out += filling(where, size_of(types, kind))
    return out


def main() -> None:
    """Write what is missing."""
    idl = json.loads(IDL.read_text())
    types = {entry["name"]: entry for entry in idl["types"]}
    version = 1
    for account in idl["accounts"]:
        name = account["name"]
        snake = "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")
        path = LAYOUTS / f"{snake}.v{version}.bin"
        if not path.exists():
            path.write_bytes(bytes(account["discriminator"]) + body(types, name, name, version))


if __name__ == "__main__":
    main()
