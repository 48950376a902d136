"""Where the golden cases lie, and how they are read."""

import json
from pathlib import Path
from typing import Any

__all__ = ["PROTOCOL", "load", "raw"]

PROTOCOL = Path(__file__).parents[2] / "protocol"


def load(name: str) -> Any:
    """A file of protocol/vectors."""
    return json.loads((PROTOCOL / "vectors" / f"{name}.json").read_text())


def raw(text: str) -> bytes:
    """Bytes from hexadecimal."""
    return bytes.fromhex(text)
