"""Repositories, members, branches, keys."""

from __future__ import annotations

from federity._generated import constants, events
from federity_explorer.index.projection.moment import (
    Apply,
    Moment,
    address,
    hash_of,
    lowest_in,
    name_of,
    place_of,
    rules_of,
)
from federity_explorer.index.store import Store, Value

__all__ = ["HANDLED"]


def _created(store: Store, event: events.RepositoryCreated, moment: Moment) -> None:
    _begun(store, event, moment, cluster=hash_of(event.cluster), srs_id=hash_of(event.srs_id))


def _forked(store: Store, event: events.RepositoryForked, moment: Moment) -> None:
    ancestor = store.row("repositories", str(event.ancestor)) or {}
    same = {name: ancestor.get(name) for name in ("cluster", "srs_id")}
    _begun(store, event, moment, **same, ancestor=str(event.ancestor))


def _begun(
    store: Store,
    event: events.RepositoryCreated | events.RepositoryForked,
    moment: Moment,
    **origin: Value,
) -> None:
    """A new repository; `origin` is what it has from elsewhere."""
    repository, creator = str(event.repository), str(event.creator)
    store.put(
        "repositories",
        repository,
        creator=creator,
        owner=creator,
        name=name_of(event.name),
        flags=event.flags,
        **origin,
        slot=event.slot,
        time=moment.time,
        moved=moment.tx,
    )
    _member(store, repository, creator, constants.ROLE_MAINTAINER, moment)


def _offered(store: Store, event: events.RepositoryOffered, _: Moment) -> None:
    store.put(
        "repositories", str(event.repository), offered_to=address(event.to), offer_expires=event.expires
    )


def _accepted(store: Store, event: events.RepositoryAccepted, moment: Moment) -> None:
    store.put(
        "repositories",
        str(event.repository),
        owner=str(event.owner),
        epoch=event.epoch,
        offered_to="",
        offer_expires=0,
    )
    _member(store, str(event.repository), str(event.owner), constants.ROLE_MAINTAINER, moment)


def _archived(store: Store, event: events.RepositoryArchived, _: Moment) -> None:
    store.put("repositories", str(event.repository), archived=int(event.archived))


def _member(store: Store, repository: str, wallet: str, role: int, moment: Moment) -> None:
    """A role, given or confirmed in the repository's epoch of now."""
    epoch = _epoch(store, repository)
    store.put("members", repository, wallet, role=role, epoch=epoch, slot=moment.slot, time=moment.time)


def _epoch(store: Store, repository: str) -> int:
    return (store.row("repositories", repository) or {}).get("epoch") or 0


def _added(store: Store, event: events.MemberAdded | events.MemberChanged, moment: Moment) -> None:
    _member(store, str(event.repository), str(event.wallet), event.role, moment)


def _removed(store: Store, event: events.MemberRemoved, _: Moment) -> None:
    store.drop("members", str(event.repository), str(event.wallet))


def _delegated(store: Store, event: events.MemberDelegated, _: Moment) -> None:
    store.put(
        "members",
        str(event.repository),
        str(event.wallet),
        delegate=address(event.delegate),
        delegate_role=event.role,
        delegate_expires=event.expires,
        delegate_epoch=_epoch(store, str(event.repository)),
    )


def _genesis(store: Store, event: events.GenesisCreated, moment: Moment) -> None:
    commit = str(event.commit)
    ancestor = store.row("commits", address(event.ancestor))
    store.put(
        "branches",
        str(event.branch),
        repository=str(event.repository),
        name=name_of(event.name),
        creator=str(event.creator),
        lineage=hash_of(event.lineage),
        fork_point=commit,
        manifest_hash=hash_of(event.manifest_hash),
        base_hash=hash_of(event.base_hash),
        chunks=event.chunks,
        rules=rules_of(event.rules),
        head=commit,
        slot=event.slot,
        time=moment.time,
        moved=moment.tx,
    )
    store.put(
        "commits",
        commit,
        repository=str(event.repository),
        branch=str(event.branch),
        parent=address(event.ancestor),
        author=str(event.creator),
        kind=constants.KIND_GENESIS,
        state=constants.COMMIT_STATE_HISTORY,
        history_level=constants.LEVEL_TRAINED,
        lowest=None if ancestor is None else lowest_in(ancestor, str(event.repository)),
        blob_hash=hash_of(event.base_hash),
        location=place_of(event.location),
        seq=0,
        slot=event.slot,
        time=moment.time,
        tx=moment.tx,
    )
    store.put("repositories", str(event.repository), moved=moment.tx)
    store.await_words(hash_of(event.base_hash), "base")


def _branched(store: Store, event: events.BranchCreated, moment: Moment) -> None:
    start = store.row("commits", str(event.fork_point)) or {}
    base = store.row("branches", start.get("branch")) or {}
    store.put(
        "branches",
        str(event.branch),
        repository=str(event.repository),
        name=name_of(event.name),
        creator=str(event.creator),
        lineage=hash_of(event.lineage),
        fork_point=str(event.fork_point),
        manifest_hash=base.get("manifest_hash"),
        base_hash=base.get("base_hash"),
        chunks=base.get("chunks"),
        rules=rules_of(event.rules),
        head=str(event.fork_point),
        head_seq=start.get("seq") or 0,
        slot=event.slot,
        time=moment.time,
        moved=moment.tx,
    )


def _protected(store: Store, event: events.BranchProtected, _: Moment) -> None:
    store.put("branches", str(event.branch), rules=rules_of(event.rules))


def _key(store: Store, event: events.KeyCreated, moment: Moment) -> None:
    store.put("keys", str(event.key), hash=hash_of(event.hash), payer=str(event.payer), time=moment.time)


def _pinned(store: Store, event: events.KeyPinned, moment: Moment) -> None:
    store.put(
        "pins",
        str(event.repository),
        str(event.key),
        relation=event.relation,
        width=event.width,
        n=event.n,
        pinned_by=str(event.by),
        time=moment.time,
    )


def _repealed(store: Store, event: events.KeyRepealed, _: Moment) -> None:
    store.drop("pins", str(event.repository), str(event.key))


HANDLED: dict[type, Apply] = {
    events.RepositoryCreated: _created,
    events.RepositoryForked: _forked,
    events.RepositoryOffered: _offered,
    events.RepositoryAccepted: _accepted,
    events.RepositoryArchived: _archived,
    events.MemberAdded: _added,
    events.MemberChanged: _added,
    events.MemberRemoved: _removed,
    events.MemberDelegated: _delegated,
    events.GenesisCreated: _genesis,
    events.BranchCreated: _branched,
    events.BranchProtected: _protected,
    events.KeyCreated: _key,
    events.KeyPinned: _pinned,
    events.KeyRepealed: _repealed,
}
