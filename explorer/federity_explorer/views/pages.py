"""The pages that the index alone answers."""

from __future__ import annotations

import sqlite3

from federity._generated import constants
from federity.repository.reports.words import KINDS
from federity.repository.verification.provenance import gaps, meaning
from federity_explorer.read import (
    commits,
    named,
    operations,
    people,
    raw,
    remarks,
    repositories,
    rounds,
    sales,
    search,
    wallets,
)
from federity_explorer.read import provenance as provenance_room
from federity_explorer.read.bases import model_of
from federity_explorer.read.cards import Card
from federity_explorer.read.database import many, one
from federity_explorer.site import Ask
from federity_explorer.views import contexts
from federity_explorer.views.moment import slot_now

PAGE = 40
INSECURE = (
    "created insecure, for good: the secrets of its keys and reference string are public, so a proof here "
    "shows nothing against whoever uses them"
)
BASE_ONLY = "A base only: no update is in it, so there is nothing that a level could speak of."
NEW_BASE = "A new base, with what was made before it rounded into it: it has no level of its own."
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


def called(db: sqlite3.Connection, ask: Ask) -> str | None:
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
    slot = slot_now(db, ask.now)
    model, problem = model_of(db, branches[0].base_hash if branches else "")
    texts = model.get("texts", {})
    return contexts.Repository(
        repository=found,
        ancestor=repositories.repository(db, found.ancestor) if found.ancestor else None,
        forks=repositories.forks(db, found.address),
        tags=named.tags(db, "repository", found.address, 50),
        nfts=named.nfts(db, "repository", found.address, 50),
        branches=branches,
        rounds=rounds.rounds_open(db, found.address, slot, ask.now),
        operations=operations.operations(db, found.address),
        members=people.members(db, found.address),
        pins=people.pins(db, found.address),
        heads=commits.heads(db, "repository", found.address, limit=12),
        model=model,
        model_problem=problem,
        licence=str(texts.get("license", texts.get("licence", ""))),
        notes=_notes(found),
        sale=sales.sale(db, found.address, ask.now),
    )


def _notes(found: repositories.RepositoryView) -> list[str]:
    """What a reader should know first."""
    notes = [INSECURE] if found.insecure else []
    if found.archived:
        notes.append("archived by its owner: nothing new begins here")
    if found.offered_to:
        notes.append(f"offered to {found.offered_to}, who becomes its owner by accepting")
    return notes


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
    tags: dict[str, str] = {}
    for tag in named.tags(db, "repository", found.address, 500):
        tags[tag.commit] = f"{tags[tag.commit]}, {tag.name}" if tag.commit in tags else tag.name
    return contexts.History(found, chosen, heads[:PAGE], names, tags, older)


def branch(db: sqlite3.Connection, ask: Ask) -> contexts.Branch | None:
    """A branch."""
    found = repositories.branch(db, ask.path["address"])
    home_ = None if found is None else repositories.repository(db, found.repository)
    if found is None or home_ is None:
        return None
    return contexts.Branch(
        home_,
        found,
        commits.heads(db, "branch", found.address, limit=12),
        rounds.rounds(db, found.address, slot_now(db, ask.now), ask.now),
    )


def commit(db: sqlite3.Connection, ask: Ask) -> contexts.Commit | None:
    """A commit."""
    found = commits.commit(db, ask.path["address"])
    home_ = None if found is None else repositories.repository(db, found.repository)
    if found is None or home_ is None:
        return None
    branch_ = repositories.branch(db, found.branch)
    round_ = rounds.round_(db, found.held_by or found.round, slot_now(db, ask.now), ask.now)
    return contexts.Commit(
        repository=home_,
        branch_name="" if branch_ is None else branch_.name,
        commit=found,
        parent=commits.commit(db, found.parent) if found.parent else None,
        says=_says(found),
        silent=gaps(home_.insecure, found.kind == _GENESIS and bool(found.parent)),
        proofs=commits.units(db, found.address),
        reviews=commits.reviews(db, "subject", found.address),
        remarks=remarks.remarks(db, "subject", found.address, people.roles(db, home_.address), _since(found)),
        tags=named.tags(db, "commit", found.address, 20),
        nfts=named.nfts(db, "subject", found.address, 1),
        places=commits.places(db, found),
        used_in=commits.uses(db, found.address),
        round=None if round_ is None else round_[0],
        events=raw.events_of(db, found.address, limit=30),
    )


def _says(found: Card) -> str:
    """What its level says, or why it has none."""
    if found.level is not None:
        return meaning(found.level)
    return BASE_ONLY if found.history_level is None else NEW_BASE


def _since(found: Card) -> int:
    """The slot from which words at a commit's address are about it: a head's date from its last move."""
    return found.slot if found.kind in ("update", "server") else 0


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
    found = rounds.round_(db, ask.path["address"], slot_now(db, ask.now), ask.now)
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
        parts=wallets.parts(db, address),
        nfts=named.nfts(db, "first", address, 50),
        sales=sales.sales_of(db, address, ask.now),
        earnings=sales.earnings(db, address),
        merged=[contexts.Merged(card, head) for card, head in wallets.merged(db, address)],
        operations=operations.by_author(db, address),
        reviews=commits.reviews(db, "reviewer", address),
        remarks=remarks.remarks(db, "author", address, {}),
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
