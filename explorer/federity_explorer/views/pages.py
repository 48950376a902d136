"""The pages that the index alone answers."""

from __future__ import annotations

import json
import sqlite3

from federity._generated import constants
from federity.repository.reports.words import KINDS
from federity.repository.verification.provenance import gaps, meaning
from federity_explorer.read import commits, operations, raw, repositories, search, wallets
from federity_explorer.read import provenance as provenance_room
from federity_explorer.read.database import many, one
from federity_explorer.read.status import status
from federity_explorer.site import Ask
from federity_explorer.views import contexts

PAGE = 40
_GENESIS = KINDS[constants.KIND_GENESIS]


def home(db: sqlite3.Connection, ask: Ask) -> contexts.Home:
    """The front page."""
    start = ask.number("from") or 0
    found = repositories.repositories(db, PAGE + 1, start)
    more = start + PAGE if len(found) > PAGE else None
    return contexts.Home(found[:PAGE], [] if start else commits.latest(db), more)


def searched(db: sqlite3.Connection, ask: Ask) -> contexts.Search:
    """What the box finds."""
    text = ask.query.get("q", "")[:200]
    return contexts.Search(text, search.search(db, text))


def named(db: sqlite3.Connection, ask: Ask) -> str | None:
    """The path of the repository that is called so."""
    row = one(
        db,
        "SELECT address FROM repositories WHERE creator = ? AND name = ?",
        ask.path["creator"],
        ask.path["name"],
    )
    return None if row is None else f"/r/{row['address']}"


def repository(db: sqlite3.Connection, ask: Ask) -> contexts.Repository | None:
    """A repository."""
    found = repositories.repository(db, ask.path["address"])
    if found is None:
        return None
    branches = repositories.branches(db, found.address)
    slot = _slot(db, ask.now)
    base = branches[0].base_hash if branches else ""
    words = one(db, "SELECT * FROM words WHERE hash = ?", base)
    model = json.loads(words["text"]) if words and words["text"] else {}
    texts = model.get("texts", {})
    return contexts.Repository(
        repository=found,
        branches=branches,
        rounds=repositories.rounds_open(db, found.address, slot, ask.now),
        operations=operations.operations_open(db, found.address),
        members=repositories.members(db, found),
        pins=repositories.pins(db, found.address),
        heads=commits.heads(db, "repository", found.address, limit=12),
        model=model,
        model_problem=words["problem"] if words else "",
        licence=str(texts.get("license", texts.get("licence", ""))),
        notes=_notes(found),
    )


def _notes(found: repositories.RepositoryView) -> list[str]:
    """What a reader should know first."""
    notes = [gaps(True)[-1]] if found.insecure else []
    if found.archived:
        notes.append("archived by its owner: nothing new begins here")
    if found.offered_to:
        notes.append(f"offered to {found.offered_to}, who becomes its owner by accepting")
    return notes


def _slot(db: sqlite3.Connection, now: int) -> int:
    """The chain's slot now, as far as the index can know it."""
    seen = status(db)
    return seen.slot + max(0, now - seen.looked) * 5 // 2 if seen.slot else 0


def history(db: sqlite3.Connection, ask: Ask) -> contexts.History | None:
    """A repository's heads."""
    found = repositories.repository(db, ask.path["address"])
    if found is None:
        return None
    rows = many(db, "SELECT address, name FROM branches WHERE repository = ? LIMIT 500", found.address)
    names = {row["address"]: row["name"] for row in rows}
    wanted = ask.query.get("branch", "")
    chosen = repositories.branch(db, wanted) if wanted in names else None
    scope, address = ("branch", wanted) if chosen else ("repository", found.address)
    heads = commits.heads(db, scope, address, ask.number("before"), PAGE + 1)
    older = heads[PAGE - 1].tx if len(heads) > PAGE else None
    return contexts.History(found, chosen, heads[:PAGE], names, older)


def branch(db: sqlite3.Connection, ask: Ask) -> contexts.Branch | None:
    """A branch."""
    found = repositories.branch(db, ask.path["address"])
    home_ = None if found is None else repositories.repository(db, found.repository)
    if found is None or home_ is None:
        return None
    return contexts.Branch(home_, found, commits.heads(db, "branch", found.address, limit=12))


def commit(db: sqlite3.Connection, ask: Ask) -> contexts.Commit | None:
    """A commit."""
    found = commits.commit(db, ask.path["address"])
    home_ = None if found is None else repositories.repository(db, found.repository)
    if found is None or home_ is None:
        return None
    branch_ = repositories.branch(db, found.branch)
    round_ = repositories.round_(db, found.held_by or found.round, _slot(db, ask.now), ask.now)
    return contexts.Commit(
        repository=home_,
        branch_name="" if branch_ is None else branch_.name,
        commit=found,
        parent=commits.commit(db, found.parent) if found.parent else None,
        says=meaning(found.level),
        silent=gaps(home_.insecure, found.kind == _GENESIS and bool(found.parent)),
        proofs=commits.units(db, found.address),
        reviews=commits.reviews(db, "subject", found.address),
        places=commits.places(db, found),
        used_in=commits.uses(db, found.address),
        round=None if round_ is None else round_[0],
        events=raw.events_of(db, found.address, limit=30),
    )


def provenance(db: sqlite3.Connection, ask: Ask) -> contexts.ProvenancePage | None:
    """What a commit is made of."""
    found = commits.commit(db, ask.path["address"])
    home_ = None if found is None else repositories.repository(db, found.repository)
    made = None if found is None else provenance_room.provenance(db, found.address)
    if found is None or home_ is None or made is None:
        return None
    return contexts.ProvenancePage(home_, found, made)


def round_(db: sqlite3.Connection, ask: Ask) -> contexts.Round | None:
    """A round."""
    found = repositories.round_(db, ask.path["address"], _slot(db, ask.now), ask.now)
    home_ = None if found is None else repositories.repository(db, found[1])
    if found is None or home_ is None:
        return None
    address = found[0].address
    return contexts.Round(
        home_,
        found[0],
        commits.by_round(db, address),
        operations.approvals(db, address),
        raw.events_of(db, address, limit=30),
    )


def operation(db: sqlite3.Connection, ask: Ask) -> contexts.Operation | None:
    """An operation."""
    found = operations.operation(db, ask.path["address"])
    home_ = None if found is None else repositories.repository(db, found.repository)
    if found is None or home_ is None:
        return None
    return contexts.Operation(
        home_,
        found,
        operations.approvals(db, found.address),
        raw.events_of(db, found.address, limit=30),
    )


def wallet(db: sqlite3.Connection, ask: Ask) -> contexts.Wallet | None:
    """A wallet."""
    address = ask.path["address"]
    events = raw.events_of(db, address, limit=30)
    if not events:
        return None
    return contexts.Wallet(
        wallet=address,
        memberships=wallets.memberships(db, address),
        owned=wallets.owned(db, address),
        commits=commits.by_author(db, address),
        merged=[contexts.Merged(card, head) for card, head in wallets.merged(db, address)],
        operations=operations.by_author(db, address),
        reviews=commits.reviews(db, "reviewer", address),
        events=events,
    )


def transaction(db: sqlite3.Connection, ask: Ask) -> contexts.Transaction | None:
    """A transaction."""
    found = raw.transaction(db, ask.path["signature"])
    if found is None:
        return None
    row, events = found
    return contexts.Transaction(
        row["signature"], row["slot"], row["time"], bool(row["failed"]), bool(row["final"]), events
    )


def events(db: sqlite3.Connection, ask: Ask) -> contexts.Events:
    """The events that name an address."""
    found = raw.events_of(db, ask.path["address"], ask.number("before"))
    older = found[-1].number if len(found) == raw.MOST else None
    return contexts.Events(ask.path["address"], found, older)
