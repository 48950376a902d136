"""The index as readers see it: connections that cannot write, one a thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool

from federity.errors import ChainUnavailable, NotFound

__all__ = ["Database", "Row", "among", "many", "one", "unknown"]

T = TypeVar("T")
Row = dict[str, Any]


class Database:
    """Answers questions from one moment of the index each."""

    def __init__(self, path: Path) -> None:
        """Open nothing yet."""
        self._uri = f"file:{quote(str(path))}?mode=ro"
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Answer in this thread. Raises ChainUnavailable when the index cannot be read."""
        try:
            db = self._connection()
            db.execute("BEGIN")
            try:
                return question(db)
            finally:
                db.rollback()
        except sqlite3.Error as error:
            raise ChainUnavailable("The explorer's index cannot be read now.") from error

    async def answer(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Answer in a thread of the pool."""
        return await run_in_threadpool(self.ask, question)

    async def known(self, question: Callable[[sqlite3.Connection], T | None], what: str) -> T:
        """`answer`, which is of something. Raises NotFound, which calls it `what`."""
        found = await self.answer(question)
        if found is None:
            raise unknown(what)
        return found

    def _connection(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(
                self._uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10
            )
            db.row_factory = sqlite3.Row
            self._local.db = db
            self._opened.append(db)
        return db

    def close(self) -> None:
        """Close all connections; no question may be under way."""
        for db in self._opened:
            db.close()


def unknown(what: str) -> NotFound:
    """What is raised where there is nothing."""
    return NotFound(f"There is no {what} there that this explorer knows of.")


def one(db: sqlite3.Connection, query: str, *values: object) -> Row | None:
    """The first row that a query finds."""
    found = db.execute(query, values).fetchone()
    return None if found is None else dict(found)


def many(db: sqlite3.Connection, query: str, *values: object) -> list[Row]:
    """All rows that a query finds."""
    return [dict(row) for row in db.execute(query, values)]


def among(db: sqlite3.Connection, query: str, wanted: Iterable[object], at_once: int = 400) -> list[Row]:
    """Rows of a query with one `IN ({marks})`, for any number of values."""
    values: Sequence[object] = list(dict.fromkeys(wanted))
    found: list[Row] = []
    for start in range(0, len(values), at_once):
        part = values[start : start + at_once]
        found += many(db, query.format(marks=",".join("?" * len(part))), *part)
    return found
