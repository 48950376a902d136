"""Commits as lists show them: named, dated, with what their authors said, and codes in words."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from federity._generated import constants
from federity.repository.ledger.summands import HEADS
from federity.repository.ledger.views import declared
from federity.repository.reports import LEVELS
from federity.repository.reports.words import KINDS, MILLIONTHS, STATES
from federity.text import short
from federity_explorer.read.database import Row, among

__all__ = ["Card", "TermCard", "cards", "fraction", "spelled"]

_FIELDS = ("loss", "accuracy", "epsilon")
_Said = dict[tuple[str, str], Row]


@dataclass(frozen=True)
class TermCard:
    """A commit that a head is a sum of: `factor` of `one`, in words too. `update` or another head."""

    commit: str
    id: str
    author: str
    message: str
    level: int | None
    factor: int
    one: int
    words: str
    update: bool


@dataclass(frozen=True)
class Card:
    """A commit. `id` is what everybody calls it, `short` its beginning; amounts that may be large are texts.

    `level_words` says what the level means; `history_level` is the lowest of all that it is made of, through
    new bases too; both levels are None where it is made of no update, a base's own always is.
    `problem` says why its message cannot be shown.
    """

    address: str
    id: str
    short: str
    repository: str
    branch: str
    round: str
    parent: str
    author: str
    kind: str
    state: str
    level: int | None
    level_words: str
    history_level: int | None
    message: str
    problem: str
    figures: dict[str, float]
    samples: int
    shift: int
    sealed: bool
    norm: str
    bound: str
    blob_hash: str
    location: str
    key: str
    parts: int
    parts_done: int
    approvals: int
    rejects: int
    held_by: str
    weight: int | None
    seq: int | None
    closed: bool
    slot: int
    time: int | None
    tx: int
    terms: tuple[TermCard, ...] = field(default=())


def cards(db: sqlite3.Connection, rows: Sequence[Row]) -> list[Card]:
    """The commits of these rows, in their order; four questions to the index however many they are."""
    terms = among(
        db,
        "SELECT t.*, c.blob_hash, c.author, c.level, c.lowest, c.state, c.kind, c.samples,"
        " c.loss, c.accuracy, c.epsilon"
        " FROM terms t LEFT JOIN commits c ON c.address = t.term"
        " WHERE t.result IN ({marks}) ORDER BY t.result, t.position",
        [row["address"] for row in rows if row["kind"] in (constants.KIND_MERGE, constants.KIND_OPERATION)],
    )
    by_result: dict[str, list[Row]] = {}
    for term in terms:
        by_result.setdefault(term["result"], []).append(term)
    operations = among(
        db,
        "SELECT address, note_hash FROM operations WHERE address IN ({marks})",
        [row["round"] for row in rows if row["kind"] == constants.KIND_OPERATION],
    )
    notes = {row["address"]: row["note_hash"] for row in operations}
    hashes = [row["blob_hash"] for row in [*rows, *terms] if row["blob_hash"]]
    said = _said(db, "delta", hashes) | _said(db, "note", [note for note in notes.values() if note])
    return [_card(row, by_result.get(row["address"], []), said, notes.get(row["round"], "")) for row in rows]


def _said(db: sqlite3.Connection, kind: str, hashes: list[str]) -> _Said:
    query = f"SELECT * FROM words WHERE kind = '{kind}' AND hash IN ({{marks}})"  # noqa: S608 - ours
    return {(kind, row["hash"]): row for row in among(db, query, hashes)}


def _card(row: Row, terms: list[Row], said: _Said, note: str) -> Card:
    kind = row["kind"]
    parts = [_term(term, said) for term in terms]
    whole = len(terms) == 1 and kind == constants.KIND_MERGE and terms[0]["factor"] == constants.WEIGHT_ONE
    identity, message, problem, figures = row["address"], "", "", _held(row)
    samples = row["samples"]
    if kind == constants.KIND_GENESIS:
        message = f"new base, from {short(row['parent'])}" if row["parent"] else "genesis"
    elif kind == constants.KIND_OPERATION:
        words = said.get(("note", note))
        message = (words["text"] if words else "") or spelled(parts)
        problem = words["problem"] if words else ""
    elif kind == constants.KIND_MERGE:
        samples = sum(term["samples"] or 0 for term in terms)
        message = f"merge of {len(terms)} commits"
        if whole:
            identity, message = terms[0]["blob_hash"], parts[0].message
            figures = {**_figures(said.get(("delta", identity))), **_held(terms[0])}
    else:
        words = said.get(("delta", row["blob_hash"]))
        identity = row["blob_hash"]
        message, problem = (words["text"], words["problem"]) if words else ("", "")
        figures = {**_figures(words), **figures}
    level = _level(row)
    return Card(
        **{
            name: row[name]
            for name in (
                "address",
                "repository",
                "branch",
                "round",
                "parent",
                "author",
                "shift",
                "norm",
                "bound",
                "blob_hash",
                "location",
                "key",
                "parts",
                "parts_done",
                "approvals",
                "rejects",
                "held_by",
                "weight",
                "seq",
                "slot",
                "time",
                "tx",
            )
        },
        id=identity,
        short=short(identity),
        kind=KINDS.get(kind, str(kind)),
        state="rejected" if row["rejects"] else STATES.get(row["state"], str(row["state"])),
        level=level,
        level_words=_in_words(row, level),
        history_level=row["lowest"],
        message=message,
        problem=problem,
        figures=figures,
        samples=samples,
        sealed=bool(row["flags"] & constants.COMMIT_SEALED),
        closed=bool(row["closed"]),
        terms=tuple(parts),
    )


def _term(term: Row, said: _Said) -> TermCard:
    words = said.get(("delta", term["blob_hash"]))
    update = bool(term["update_"])
    return TermCard(
        commit=term["term"],
        id=term["blob_hash"] if update else term["term"],
        author=term["author"] or "",
        message=words["text"] if words and update else "",
        level=_level(term),
        factor=term["factor"],
        one=term["one"],
        words=fraction(term["factor"], term["one"]),
        update=update,
    )


def _level(row: Row) -> int | None:
    """A commit's level; None of a base, and of a head that no update is in: nothing has no lowest level."""
    moved = row["state"] == constants.COMMIT_STATE_HISTORY and row["kind"] in HEADS
    nothing = row["kind"] == constants.KIND_GENESIS or (moved and row["lowest"] is None)
    return None if nothing else row["level"] or 0


def _in_words(row: Row, level: int | None) -> str:
    if level is not None:
        return LEVELS.get(level, f"L{level}")
    return "base only: no update is in it" if row["lowest"] is None else "a new base for what came before it"


def _held(row: Row) -> dict[str, float]:
    return {name: row[name] / MILLIONTHS for name in _FIELDS if row[name]}


def _figures(words: Row | None) -> dict[str, float]:
    return declared(json.loads(words["figures"])) if words else {}


def fraction(factor: int, one: int) -> str:
    """A factor in words: `once`, `33.33 % of`, `less 1/2 of`."""
    size = abs(factor)
    sign = "less " if factor < 0 else ""
    if size == one:
        return f"{sign}the whole"
    if size % one == 0:
        return f"{sign}{size // one} times"
    return f"{sign}{100 * size / one:.4g} % of"


def spelled(terms: Sequence[TermCard]) -> str:
    """An operation as the sum that it is."""
    return "sum of " + ", ".join(f"{term.words} {short(term.id)}" for term in terms)
