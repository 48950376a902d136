"""Whose work a head is: every update in it with its exact share, back to every genesis."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from federity._generated import constants
from federity.repository.ledger.summands import UPDATES
from federity_explorer.read.cards import Card, cards
from federity_explorer.read.database import Row, among, many, one

__all__ = ["Nodes", "Provenance", "Share", "below", "geneses", "held_by", "provenance"]

Nodes = dict[str, tuple[Row, list[Row]]]

SHOWN = 150
"""Updates that a page lists; the shares count all."""


@dataclass(frozen=True)
class Share:
    """What a contributor has in a head: the sum of its updates' weights there, and its part of all weights.

    `weight` is a fraction: an update that was merged whole has weight 1.
    """

    author: str
    commits: int
    weight: str
    share: float
    levels: tuple[int, ...]


@dataclass(frozen=True)
class Held:
    """An update that a head holds, and how much of it."""

    card: Card
    weight: str
    percent: float


@dataclass(frozen=True)
class Provenance:
    """What a head is made of. `geneses` are the bases it stands on, its own first, then their ancestors."""

    heads: int
    updates: int
    shares: tuple[Share, ...]
    held: tuple[Held, ...]
    geneses: tuple[Card, ...]


def provenance(db: sqlite3.Connection, address: str) -> Provenance | None:
    """What a commit's vector is the sum of, and the bases it stands on; None for no commit.

    Weights are those on the chain: what is taken out again, whatever the way, weighs nothing.
    """
    start = one(db, "SELECT * FROM commits WHERE address = ?", address)
    if start is None:
        return None
    nodes = below(db, start)
    held = held_by(start, nodes)
    updates = among(db, "SELECT * FROM commits WHERE address IN ({marks})", held)
    by_address = {row["address"]: row for row in updates}
    bases = cards(db, list(geneses(db, nodes)))
    ordered = sorted(
        (at for at in held if held[at] and at in by_address), key=lambda at: -(by_address[at]["tx"] or 0)
    )
    shown = cards(db, [by_address[at] for at in ordered[:SHOWN]])
    return Provenance(
        heads=len(nodes),
        updates=len(ordered),
        shares=_shares(held, by_address),
        held=tuple(Held(card, str(held[card.address]), float(100 * held[card.address])) for card in shown),
        geneses=tuple(bases),
    )


def below(db: sqlite3.Connection, start: Row) -> Nodes:
    """All heads that a commit stands on or is a sum of, each with its terms."""
    nodes: Nodes = {}
    waiting = [start["address"]]
    while waiting:
        rows = among(db, "SELECT * FROM commits WHERE address IN ({marks})", waiting)
        terms = among(db, "SELECT * FROM terms WHERE result IN ({marks})", [row["address"] for row in rows])
        by_result: dict[str, list[Row]] = defaultdict(list)
        for term in terms:
            by_result[term["result"]].append(term)
        for row in rows:
            nodes[row["address"]] = row, by_result[row["address"]]
        deeper = {at for row in rows for at in _heads(row, by_result[row["address"]])}
        if len(deeper) == 1 and (only := next(iter(deeper))) not in nodes:
            # A long history without forks is one question a stretch, not one a head.
            branch = rows[-1]["branch"]
            _stretch(db, branch, only, nodes)
            deeper = {at for row, found in list(nodes.values()) for at in _heads(row, found)}
        waiting = [at for at in deeper if at not in nodes]
    return nodes


def _stretch(db: sqlite3.Connection, branch: str, newest: str, nodes: Nodes) -> None:
    """Take in the heads of a branch that a head of it follows, by their parents."""
    rows = many(
        db,
        "SELECT * FROM commits WHERE branch = ? AND state = ?",
        branch,
        constants.COMMIT_STATE_HISTORY,
    )
    by_address = {row["address"]: row for row in rows}
    terms: dict[str, list[Row]] = defaultdict(list)
    for term in many(
        db,
        "SELECT t.* FROM terms t JOIN commits c ON c.address = t.result WHERE c.branch = ? AND c.state = ?",
        branch,
        constants.COMMIT_STATE_HISTORY,
    ):
        terms[term["result"]].append(term)
    at: str | None = newest
    while at is not None and at in by_address and at not in nodes:
        row = by_address[at]
        nodes[at] = row, terms[at]
        at = row["parent"] if row["kind"] != constants.KIND_GENESIS else None


def _heads(row: Row, terms: list[Row]) -> Iterator[str]:
    """The heads right below a commit; of a genesis none: nothing is added across a base."""
    if row["kind"] != constants.KIND_GENESIS and row["parent"]:
        yield row["parent"]
    yield from (term["term"] for term in terms if not term["update_"])


def held_by(start: Row, nodes: Nodes) -> dict[str, Fraction]:
    """Of each update how much the commit holds, exactly."""
    updates: dict[str, Fraction] = defaultdict(Fraction)
    factors: dict[str, Fraction] = defaultdict(Fraction)
    factors[start["address"]] = Fraction(1)
    for at in _order(start["address"], nodes):
        factor = factors[at]
        row, terms = nodes[at]
        if not factor:
            continue
        if row["kind"] in UPDATES:
            updates[at] += factor
            factors[row["parent"]] += factor
        elif row["kind"] == constants.KIND_MERGE:
            factors[row["parent"]] += factor
        for term in terms:
            into = updates if term["update_"] else factors
            into[term["term"]] += factor * Fraction(term["factor"], term["one"])
    return updates


def _order(start: str, nodes: Nodes) -> list[str]:
    """Every head before all that is below it."""
    found: dict[str, None] = {}
    waiting = [start]
    open_: set[str] = set()
    while waiting:
        at = waiting[-1]
        missing = [
            one for one in _heads(*nodes[at]) if one in nodes and one not in found and one not in open_
        ]
        open_.add(at)
        if missing:
            waiting += missing
        else:
            waiting.pop()
            found.setdefault(at)
    return list(found)[::-1]


def _shares(held: dict[str, Fraction], rows: dict[str, Row]) -> tuple[Share, ...]:
    weights: dict[str, Fraction] = defaultdict(Fraction)
    counts: dict[str, int] = defaultdict(int)
    levels: dict[str, set[int]] = defaultdict(set)
    for at, weight in held.items():
        if weight and at in rows:
            author = rows[at]["author"] or ""
            weights[author] += abs(weight)
            counts[author] += 1
            levels[author].add(rows[at]["level"] or 0)
    whole = sum(weights.values(), Fraction()) or Fraction(1)
    found = [
        Share(author, counts[author], str(weight), float(100 * weight / whole), tuple(sorted(levels[author])))
        for author, weight in weights.items()
    ]
    return tuple(sorted(found, key=lambda share: (-share.share, share.author)))


def geneses(db: sqlite3.Connection, nodes: Nodes) -> Iterator[Row]:
    """The bases below, and of each the commits its ancestors stand on, back to the first."""
    seen: set[str] = set()
    waiting = [row for row, _ in nodes.values() if row["kind"] == constants.KIND_GENESIS]
    while waiting:
        row = waiting.pop(0)
        if row["address"] in seen:
            continue
        seen.add(row["address"])
        yield row
        if row["parent"]:
            ancestor = one(db, "SELECT * FROM commits WHERE address = ?", row["parent"])
            if ancestor is not None:
                deeper = below(db, ancestor)
                waiting += [found for found, _ in deeper.values() if found["kind"] == constants.KIND_GENESIS]
