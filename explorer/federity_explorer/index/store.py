"""The index's file: rows that events make, and how to take back those of a fork that lost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from federity.errors import FileUnavailable
from federity.files import private_folder

__all__ = ["KEYS", "Store", "Value"]

VERSION = 3
Value = str | int | bytes | None
Row = dict[str, Any]

KEYS: Mapping[str, tuple[str, ...]] = {
    "repositories": ("address",),
    "members": ("repository", "wallet"),
    "branches": ("address",),
    "commits": ("address",),
    "terms": ("result", "position"),
    "units": ("unit_of", "unit"),
    "rounds": ("address",),
    "reviews": ("subject", "reviewer"),
    "operations": ("address",),
    "approvals": ("subject", "approver"),
    "remarks": ("subject", "author", "note_hash"),
    "tags": ("address",),
    "nfts": ("mint",),
    "sales": ("address",),
    "earnings": ("branch", "wallet"),
    "locations": ("address",),
    "keys": ("address",),
    "pins": ("repository", "key"),
    "words": ("hash", "kind"),
}
"""The tables that events write, with their keys. `words` only waits there to be read."""

_LARGEST = (1 << 63) - 1


class Store:
    """An open index, for one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open the index at a path, or make an empty one. Raises FileUnavailable."""
        private_folder(path.parent)
        self.path = path
        try:
            self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=60)
            self.db.row_factory = sqlite3.Row
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.execute("PRAGMA synchronous = NORMAL")
            self._prepare()
        except sqlite3.Error as error:
            raise FileUnavailable(f"The explorer's index {path} cannot be used: {error}.") from error
        self._undoing: int | None = None

    def _prepare(self) -> None:
        (version,) = self.db.execute("PRAGMA user_version").fetchone()
        if version == VERSION:
            return
        # An index of another version holds nothing that the chain does not tell again.
        self.db.execute("BEGIN IMMEDIATE")
        for (name,) in self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            self.db.execute(f'DROP TABLE "{name}"')
        schema = files("federity_explorer.index").joinpath("schema.sql").read_text()
        for statement in schema.split(";\n"):
            self.db.execute(statement)
        self.db.execute(f"PRAGMA user_version = {VERSION}")
        self.db.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All writes inside happen, or none."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise

    @contextmanager
    def undoable(self, tx: int | None) -> Iterator[None]:
        """Writes inside can be taken back with transaction `tx`; None: they are for good."""
        self._undoing = tx
        try:
            yield
        finally:
            self._undoing = None

    def row(self, entity: str, *key: Value) -> Row | None:
        """The row with a key."""
        where = " AND ".join(f"{name} = ?" for name in KEYS[entity])
        found = self.db.execute(f"SELECT * FROM {entity} WHERE {where}", key).fetchone()  # noqa: S608
        return None if found is None else dict(found)

    def put(self, entity: str, *key: Value, **values: Value) -> None:
        """Write some columns of the row with a key, and make it if there is none."""
        self._remember(entity, key)
        names = [*KEYS[entity], *values]
        update = ", ".join(f"{name} = excluded.{name}" for name in values) or f"{names[0]} = {names[0]}"
        self.db.execute(
            f"INSERT INTO {entity} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
            f" ON CONFLICT ({', '.join(KEYS[entity])}) DO UPDATE SET {update}",
            [*key, *(_bounded(value) for value in values.values())],
        )

    def add(self, entity: str, *key: Value, **amounts: int) -> None:
        """Add to columns of a row that is there."""
        self._remember(entity, key)
        where = " AND ".join(f"{name} = ?" for name in KEYS[entity])
        change = ", ".join(f"{name} = min({name} + ?, {_LARGEST})" for name in amounts)
        self.db.execute(
            f"UPDATE {entity} SET {change} WHERE {where}",  # noqa: S608
            [*amounts.values(), *key],
        )

    def drop(self, entity: str, *key: Value) -> None:
        """Remove the row with a key."""
        self._remember(entity, key)
        where = " AND ".join(f"{name} = ?" for name in KEYS[entity])
        self.db.execute(f"DELETE FROM {entity} WHERE {where}", key)  # noqa: S608

    def await_words(self, digest: str, kind: str) -> None:
        """Let a blob of a kind be fetched for its words; nothing where none is named."""
        if digest:
            self.put("words", digest, kind)

    def _remember(self, entity: str, key: tuple[Value, ...]) -> None:
        if self._undoing is None or entity == "words":
            return
        before = self.row(entity, *key)
        self.db.execute(
            "INSERT INTO undo (tx, entity, key, before) VALUES (?, ?, ?, ?)",
            (self._undoing, entity, json.dumps(key), None if before is None else json.dumps(before)),
        )

    def roll_back(self, after: int) -> None:
        """Forget all transactions after number `after`, and make all rows what they were."""
        undone = self.db.execute(
            "SELECT entity, key, before FROM undo WHERE tx > ? ORDER BY no DESC", (after,)
        ).fetchall()
        for entity, key, before in undone:
            self.drop(entity, *json.loads(key))
            if before is not None:
                row = json.loads(before)
                names = ", ".join(row)
                marks = ", ".join("?" * len(row))
                self.db.execute(
                    f"INSERT INTO {entity} ({names}) VALUES ({marks})",  # noqa: S608
                    list(row.values()),
                )
        self.db.execute("DELETE FROM undo WHERE tx > ?", (after,))
        self.db.execute("DELETE FROM mentions WHERE event IN (SELECT no FROM events WHERE tx > ?)", (after,))
        self.db.execute("DELETE FROM events WHERE tx > ?", (after,))
        self.db.execute("DELETE FROM transactions WHERE no > ?", (after,))

    def finalise(self, slot: int) -> None:
        """Take what happened up to a slot as for good."""
        self.db.execute("UPDATE transactions SET final = 1 WHERE final = 0 AND slot <= ?", (slot,))
        self.db.execute(
            "DELETE FROM undo WHERE tx <= (SELECT coalesce(max(no), 0) FROM transactions WHERE final = 1)"
        )

    def close(self) -> None:
        """Close the file."""
        self.db.close()


def _bounded(value: Value) -> Value:
    """A number as SQLite holds it: a stranger's may be larger, and means no more than the largest."""
    return min(value, _LARGEST) if isinstance(value, int) else value
