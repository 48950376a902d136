"""What people say of operations and commits beside reviews, and whose last word asks for changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from federity._generated import constants
from federity.repository.ledger.proposals import VERDICT_NAMES
from federity_explorer.read.database import many

__all__ = ["RemarkView", "objecting", "remarks"]


@dataclass(frozen=True)
class RemarkView:
    """A remark on the operation or commit `subject`. `role` is its author's of now, empty for a stranger;
    `text` are their words, or `problem` why there are none.
    """

    subject: str
    author: str
    role: str
    verdict: str
    text: str
    problem: str
    note_hash: str
    slot: int
    time: int | None


def remarks(
    db: sqlite3.Connection, column: str, value: str, roles: Mapping[str, str], since: int = 0
) -> list[RemarkView]:
    """The remarks on a `subject` since a slot, oldest first, or those of an `author`.

    What was said earlier is about another operation at the same address. `roles` are members' by wallet.
    """
    rows = many(
        db,
        "SELECT r.*, w.text, w.problem FROM remarks r"  # noqa: S608
        " LEFT JOIN words w ON w.hash = r.note_hash AND w.kind = 'note'"
        f" WHERE r.{'author' if column == 'author' else 'subject'} = ? AND r.slot >= ?"
        " ORDER BY r.slot, r.author, r.note_hash LIMIT 200",
        value,
        since,
    )
    return [
        RemarkView(
            subject=row["subject"],
            author=row["author"],
            role=roles.get(row["author"], ""),
            verdict=VERDICT_NAMES.get(row["verdict"], str(row["verdict"])),
            text=row["text"] or "",
            problem=row["problem"] or "",
            note_hash=row["note_hash"],
            slot=row["slot"],
            time=row["time"],
        )
        for row in rows
    ]


_ASKS = VERDICT_NAMES[constants.VERDICT_REJECT]
_AGREES = VERDICT_NAMES[constants.VERDICT_APPROVE]
_WEIGHTY = ("maintainer", "owner")


def objecting(said: Iterable[RemarkView], votes: Mapping[str, int]) -> tuple[str, ...]:
    """The maintainers whose last word is that it should change; a later vote takes that back.

    `votes` are slots by wallet. Of two words in one slot the objection counts.
    """
    last = {wallet: (slot, False) for wallet, slot in votes.items()}
    for one in said:
        if one.verdict in (_ASKS, _AGREES) and one.role in _WEIGHTY:
            last[one.author] = max(last.get(one.author, (0, False)), (one.slot, one.verdict == _ASKS))
    return tuple(sorted(wallet for wallet, (_, asks) in last.items() if asks))
