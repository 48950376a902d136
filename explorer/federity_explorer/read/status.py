"""How far the index is, and what is in it."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass

from federity_explorer.read.database import one

__all__ = ["Status", "status"]


@dataclass(frozen=True)
class Status:
    """The index: up to which slot, which of them are final, and how many seconds ago it looked."""

    genesis: str
    program: str
    slot: int
    final: int
    looked: int
    lag: int


def status(db: sqlite3.Connection) -> Status:
    """How far the index is; slot 0 when it has not looked yet."""
    row = one(db, "SELECT * FROM chain")
    if row is None:
        return Status("", "", 0, 0, 0, 0)
    return Status(
        row["genesis"],
        row["program"],
        row["slot"],
        row["final"],
        row["looked"],
        max(0, int(time.time()) - row["looked"]),
    )
