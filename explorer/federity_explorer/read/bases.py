"""What a base says of its model: sizes, tensors, and the texts that its file came with."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from federity_explorer.read.database import one

__all__ = ["model_of"]


def model_of(db: sqlite3.Connection, base: str) -> tuple[dict[str, Any], str]:
    """What the base of that hash says, empty while it was not fetched, and the problem with that."""
    words = one(db, "SELECT text, problem FROM words WHERE hash = ? AND kind = 'base'", base)
    if words is None:
        return {}, ""
    return json.loads(words["text"] or "{}"), words["problem"]
