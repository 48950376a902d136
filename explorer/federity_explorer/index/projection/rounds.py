"""Rounds, merges, and the heads that they become."""

from __future__ import annotations

import json
from typing import Any

from federity._generated import constants, events
from federity.strategies.base import capped
from federity_explorer.index.projection.moment import (
    Apply,
    Moment,
    address,
    hash_of,
    lowest_in,
    place_of,
    rules_of,
)
from federity_explorer.index.store import Store

__all__ = ["HANDLED"]


def _opened(store: Store, event: events.RoundOpened, moment: Moment) -> None:
    rules = event.rules
    propose = event.slot + rules.propose_slots
    review = propose + rules.review_slots
    store.put(
        "rounds",
        str(event.round),
        branch=str(event.branch),
        idx=event.index,
        kind=event.kind,
        state=constants.ROUND_STATE_OPEN,
        opener=str(event.opener),
        rules=rules_of(rules),
        slot=event.slot,
        time=moment.time,
        propose_until=propose,
        review_until=review,
        merge_until=review + rules.merge_slots,
    )


def _accept(store: Store, round_: str, commit: str, index: int, samples: int) -> None:
    store.put("commits", commit, held_by=round_, idx=index, state=constants.COMMIT_STATE_ACCEPTED)
    store.add("rounds", round_, accepted=1, sum_samples=samples)


def _accepted(store: Store, event: events.CommitAccepted, _: Moment) -> None:
    _accept(store, str(event.round), str(event.commit), event.index, event.samples)
    store.put("rounds", str(event.round), set_hash=hash_of(event.set_hash))


def _locked(store: Store, event: events.RoundLocked, _: Moment) -> None:
    round_, only = str(event.round), address(event.commit)
    if only:
        commit = store.row("commits", only) or {}
        _accept(store, round_, only, 0, commit.get("samples") or 0)
    store.put(
        "rounds",
        round_,
        state=constants.ROUND_STATE_LOCKED,
        head=str(event.head),
        accepted=event.accepted,
        set_hash=hash_of(event.set_hash),
        attempt=event.attempt,
    )


def _weighed(store: Store, event: events.WeightsWritten, _: Moment) -> None:
    for index, weight in enumerate(event.weights, event.first):
        found = store.db.execute(
            "SELECT address FROM commits WHERE held_by = ? AND idx = ?", (str(event.round), index)
        ).fetchone()
        if found is not None:
            store.put("commits", found[0], weight=weight)
    store.put("rounds", str(event.round), weights_hash=hash_of(event.weights_hash), attempt=event.attempt)


def _approved(store: Store, event: events.MergeApproved, moment: Moment) -> None:
    store.put(
        "approvals",
        str(event.round),
        str(event.approver),
        attempt=event.attempt,
        slot=moment.slot,
        time=moment.time,
    )
    store.put("rounds", str(event.round), approvals=event.approvals)


def _begun(store: Store, event: events.MergeBegun, moment: Moment) -> None:
    round_ = store.row("rounds", str(event.round)) or {}
    branch = store.row("branches", round_.get("branch")) or {}
    store.put("rounds", str(event.round), merge=str(event.merge), attempt=event.attempt)
    store.put(
        "commits",
        str(event.merge),
        repository=branch.get("repository"),
        branch=round_.get("branch"),
        round=str(event.round),
        parent=str(event.parent),
        author=str(event.author),
        kind=constants.KIND_MERGE,
        state=constants.COMMIT_STATE_OPEN,
        slot=event.slot,
        time=moment.time,
        tx=moment.tx,
    )


def _moved(store: Store, event: events.HeadMoved, moment: Moment) -> None:
    head, by = str(event.head), str(event.round)
    operation = store.row("operations", by)
    if operation is None:
        _merged(store, head, by)
    else:
        store.put("operations", by, state=constants.OPERATION_STATE_DONE)
    parent = store.row("commits", str(event.from_)) or {}
    below = [] if operation else [parent]
    terms = store.db.execute("SELECT term, update_, factor FROM terms WHERE result = ?", (head,)).fetchall()
    below += [row for term, update, _ in terms if not update and (row := store.row("commits", term))]
    levels = [row["history_level"] for row in below if row.get("history_level") is not None]
    updates = [row for term, update, _ in terms if update and (row := store.row("commits", term))]
    counting = {term for term, _, factor in terms if factor}
    own = [row["level"] for row in updates if row["address"] in counting]
    branch = str(event.branch)
    repository = (store.row("branches", branch) or {}).get("repository")
    made_of = [row for row in below if row] + [row for row in updates if row["address"] in counting]
    known = [level for row in made_of if (level := lowest_in(row, repository or "")) is not None]
    flags = 0
    for row in [*below, *updates]:
        flags |= row.get("flags") or 0
    store.put(
        "commits",
        head,
        state=constants.COMMIT_STATE_HISTORY,
        level=event.level,
        history_level=min([event.level, *levels, *own]),
        lowest=min([event.level, *known]) if known else None,
        flags=flags,
        seq=event.head_seq,
        bound=str(event.bound),
        parent=str(event.from_),
        blob_hash=hash_of(event.blob_hash),
        location=place_of(event.location),
        slot=event.slot,
        time=moment.time,
        tx=moment.tx,
    )
    store.put("branches", branch, head=head, head_seq=event.head_seq, moved=moment.tx)
    if repository:
        store.put("repositories", repository, moved=moment.tx)


def _merged(store: Store, head: str, by: str) -> None:
    """Write what a merge is the sum of beside its parent: its round's commits, each with its weight."""
    round_ = store.row("rounds", by)
    if round_ is None or not round_["rules"]:
        return
    store.put("rounds", by, state=constants.ROUND_STATE_MERGED, merge=head)
    parts = store.db.execute("SELECT * FROM commits WHERE held_by = ? ORDER BY idx", (by,)).fetchall()
    # What stands rejected keeps its place, and counts nothing.
    counting = [part for part in parts if not part["rejects"]]
    samples = sum(part["samples"] for part in counting)
    for number, part in enumerate(parts):
        weight = _weight(round_, dict(part), len(counting), samples)
        store.put("commits", part["address"], weight=weight)
        store.put(
            "terms",
            head,
            number,
            term=part["address"],
            factor=weight,
            one=constants.WEIGHT_ONE,
            update_=1,
        )


def _weight(round_: dict[str, Any], commit: dict[str, Any], counting: int, samples: int) -> int:
    """The Q16 weight of an accepted commit in a round that is merged, by the round's rule, among so many that
    count and their samples.
    """
    rules = json.loads(round_["rules"])
    if round_["kind"] != constants.ROUND_OPEN:
        return constants.WEIGHT_ONE
    if commit["rejects"]:
        return 0
    if rules["weighting"] == constants.WEIGHTING_KEEPER:
        return int(commit["weight"] or 0)
    share, whole = 1, counting
    if rules["weighting"] == constants.WEIGHTING_SAMPLES:
        share, whole = commit["samples"], samples
    return capped([share], max(whole, 1), rules["max_weight"])[0]


def _ended(store: Store, event: events.RoundExpired, _: Moment) -> None:
    store.put("rounds", str(event.round), state=constants.ROUND_STATE_EXPIRED)


def _cancelled(store: Store, event: events.RoundCancelled, _: Moment) -> None:
    store.put("rounds", str(event.round), state=constants.ROUND_STATE_EXPIRED, cancelled_by=str(event.by))


def _closed(store: Store, event: events.RoundClosed, _: Moment) -> None:
    store.put("rounds", str(event.round), closed=1)


HANDLED: dict[type, Apply] = {
    events.RoundOpened: _opened,
    events.CommitAccepted: _accepted,
    events.RoundLocked: _locked,
    events.WeightsWritten: _weighed,
    events.MergeApproved: _approved,
    events.MergeBegun: _begun,
    events.HeadMoved: _moved,
    events.RoundExpired: _ended,
    events.RoundCancelled: _cancelled,
    events.RoundClosed: _closed,
}
