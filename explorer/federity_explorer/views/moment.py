"""Which slot the chain is in now, as far as the index can know."""

from __future__ import annotations

import sqlite3

from federity.chain.slots import SLOT_MILLISECONDS
from federity_explorer.read.status import status

__all__ = ["slot_now"]


def slot_now(db: sqlite3.Connection, now: int) -> int:
    """The slot at the Unix second `now`, by the usual length of slots since the index looked."""
    seen = status(db)
    return seen.slot + max(0, now - seen.looked) * 1000 // SLOT_MILLISECONDS if seen.slot else 0
