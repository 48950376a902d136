"""From the chain's history to the index, through the port that everything reaches a chain by.

The history is told newest first, so a pass has two halves: transactions are staged until one is met that is
known, then applied oldest first. What is staged stays when the explorer is stopped in between. Transactions
that are not final can be undone: when the chain tells others in their place, the index takes their rows back.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from solders.signature import Signature

from federity._generated.events import Event, decode_event
from federity._generated.program import program_id
from federity.chain.base import ChainClient, TransactionRecord
from federity.errors import ChainUnavailable
from federity_explorer.index import projection
from federity_explorer.index.projection import Moment
from federity_explorer.index.store import Store

__all__ = ["Follower", "Pass"]

PAGE = 1000
BATCH = 500
"""Transactions of the history that are asked for, and that are applied, at a time."""


@dataclass(frozen=True)
class Pass:
    """What one look at the chain brought: transactions `undone` and `applied`, at `slot`."""

    slot: int
    final: int
    applied: int
    undone: int


class Follower:
    """Keeps an index at the chain's newest slot."""

    def __init__(self, chain: ChainClient, store: Store, page: int = PAGE) -> None:
        """Take the open chain and the open index, which is of this chain or empty."""
        self._chain = chain
        self._store = store
        self._page = page

    async def catch_up(self) -> Pass:
        """Bring the index to where the chain is now.

        Raises ChainUnavailable, also when the chain no longer tells what it told before and called final:
        what is in the index stays.
        """
        final = await self._chain.final_slot()
        slot = await self._chain.slot()
        anchor = await self._stage(final)
        undone = await asyncio.to_thread(self._undo, anchor)
        applied = await asyncio.to_thread(self._apply)
        genesis = (await self._chain.genesis_hash()).hex()
        await asyncio.to_thread(self._conclude, genesis, slot, final)
        return Pass(slot, final, applied, undone)

    def _conclude(self, genesis: str, slot: int, final: int) -> None:
        """Write down how far the index is."""
        with self._store.writing():
            self._store.finalise(final)
            self._store.db.execute(
                "INSERT OR REPLACE INTO chain VALUES (1, ?, ?, ?, ?, ?)",
                (genesis, str(program_id()), slot, final, int(time.time())),
            )

    async def _stage(self, final: int) -> int:
        """Stage what is new, newest first; the number of the newest transaction that stays. 0: none."""
        db = self._store.db
        with self._store.writing():
            # Of a pass that was cut off only what was final then is believed now.
            db.execute("DELETE FROM staged WHERE final = 0")
            kept = db.execute("SELECT signature FROM staged ORDER BY position DESC LIMIT 1").fetchone()
            (position,) = db.execute("SELECT coalesce(max(position), 0) FROM staged").fetchone()
        before = None if kept is None else Signature.from_string(kept[0])
        while True:
            records = await self._chain.history(program_id(), before, self._page)
            anchor = None
            with self._store.writing():
                for record in records:
                    anchor = self._known(str(record.signature))
                    if anchor is not None:
                        break
                    position += 1
                    self._stage_one(position, record, final)
            if anchor is not None:
                return anchor
            if len(records) < self._page:
                return self._at_the_end()
            before = records[-1].signature

    def _known(self, signature: str) -> int | None:
        found = self._store.db.execute(
            "SELECT no FROM transactions WHERE signature = ?", (signature,)
        ).fetchone()
        return None if found is None else int(found[0])

    def _stage_one(self, position: int, record: TransactionRecord, final: int) -> None:
        self._store.db.execute(
            "INSERT OR IGNORE INTO staged VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                position,
                str(record.signature),
                record.slot,
                record.time,
                int(record.failure is not None),
                packed(record.events),
                int(record.slot <= final),
            ),
        )

    def _at_the_end(self) -> int:
        """Nothing that is known is told any more. Raises ChainUnavailable when some of it was final."""
        (known,) = self._store.db.execute("SELECT count(*) FROM transactions WHERE final = 1").fetchone()
        if known:
            with self._store.writing():
                self._store.db.execute("DELETE FROM staged")
            raise ChainUnavailable(
                "The node no longer tells the history that the index ends with.",
                hint="Use a node that keeps its history, or delete the index to make it anew.",
            )
        return 0

    def _undo(self, anchor: int) -> int:
        """Take back what a fork lost: all that is newer than the newest transaction that stays."""
        db = self._store.db
        (lost,) = db.execute("SELECT count(*) FROM transactions WHERE no > ?", (anchor,)).fetchone()
        if not lost:
            return 0
        (final,) = db.execute(
            "SELECT count(*) FROM transactions WHERE no > ? AND final = 1", (anchor,)
        ).fetchone()
        if final:
            with self._store.writing():
                db.execute("DELETE FROM staged")
            raise ChainUnavailable("The node tells another history than the one that was final before.")
        with self._store.writing():
            self._store.roll_back(anchor)
        return int(lost)

    def _apply(self) -> int:
        """Apply what is staged, oldest first."""
        db, done = self._store.db, 0
        while True:
            rows = db.execute("SELECT * FROM staged ORDER BY position DESC LIMIT ?", (BATCH,)).fetchall()
            if not rows:
                return done
            with self._store.writing():
                for row in rows:
                    self._apply_one(dict(row))
                db.execute("DELETE FROM staged WHERE position >= ?", (rows[-1]["position"],))
            done += len(rows)

    def _apply_one(self, row: dict[str, object]) -> None:
        db = self._store.db
        tx = db.execute(
            "INSERT INTO transactions (signature, slot, time, failed, final) VALUES (?, ?, ?, ?, ?)",
            (row["signature"], row["slot"], row["time"], row["failed"], row["final"]),
        ).lastrowid
        if tx is None:
            raise AssertionError("SQLite numbers every row")
        slot, when = row["slot"], row["time"]
        if not isinstance(slot, int) or not isinstance(when, int | None):
            raise AssertionError("the table is strict")
        moment = Moment(tx, slot, when)
        body = row["events"]
        if not isinstance(body, bytes):
            raise AssertionError("the table is strict")
        with self._store.undoable(None if row["final"] else tx):
            for data in unpacked(body):
                event = decode_event(data)
                if event is None:
                    continue
                number = db.execute(
                    "INSERT INTO events (tx, kind, body) VALUES (?, ?, ?)", (tx, type(event).__name__, data)
                ).lastrowid
                db.executemany(
                    "INSERT INTO mentions VALUES (?, ?)",
                    [(address, number) for address in projection.mentioned(event)],
                )
                projection.apply(self._store, event, moment)


def packed(events: Iterable[Event]) -> bytes:
    """Events as bytes, each after its length."""
    bodies = [event.DISCRIMINATOR + event.encode() for event in events]
    return b"".join(len(body).to_bytes(4, "little") + body for body in bodies)


def unpacked(data: bytes) -> Iterator[bytes]:
    """The events that were packed."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "little")
        yield data[at + 4 : at + 4 + size]
        at += 4 + size
