"""`log` and `show`: the history as the chain holds it, and what this working copy adds to it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.errors import WalletError
from federity.repository.ledger import query, refs, views
from federity.repository.ledger.history import Sides, history
from federity.repository.ledger.naming import spec_of
from federity.repository.ledger.references import name_at, parted, resolve
from federity.repository.ledger.tag_views import tags_at
from federity.repository.reports import CommitView, LocalCommit

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace
    from federity.wallet import Whose

_log = logging.getLogger("federity")

QUEUED = "queued"


@dataclass(frozen=True)
class Wanted:
    """Which commits a log shows: at most `limit`, of an `author`, dated from `since` to `until` (Unix
    seconds); along first parents only, or of merged branches too.
    """

    limit: int | None = None
    author: Whose | None = None
    since: float | None = None
    until: float | None = None
    first_parent: bool = False

    @property
    def by_date(self) -> bool:
        """Whether dates matter."""
        return self.since is not None or self.until is not None

    def holds(self, view: CommitView) -> bool:
        """Whether a commit is of these dates; one without a date is of none."""
        if view.time is None:
            return False
        return (self.since is None or view.time >= self.since) and (
            self.until is None or view.time <= self.until
        )


async def log(workspace: Workspace, start: Any, wants: Wanted) -> Sequence[CommitView]:
    """See `Repository.log`."""
    await workspace.check_chain()
    author = wants.author
    wanted = None if author is None else str(workspace.session.address_of(author))
    stack, below = parted(workspace, start)
    names, called = await _names(workspace), dict[str, str]()
    local = _named(_local(workspace, stack), names)
    found = [view for view in local if _is_by(view, wanted)]
    if below != workspace.worktree.head().commit or not await _unpublished(workspace):
        limit = None if wants.by_date else wants.limit
        async for line in history(workspace, await resolve(workspace, below), wants.first_parent):
            if limit is not None and len(found) >= limit:
                break
            there = await workspace.on_base_of(line.commit)
            view = await views.commit_view(there, line.address, line.commit)
            if _is_by(view, wanted):
                merges = tuple(map(str, line.parents[1:]))
                origin = await _from(workspace, view, called)
                found += _named([replace(view, merges=merges, origin=origin)], names)
    if not wants.by_date:
        return _queued(workspace, await views.dated(workspace, found[: wants.limit]))
    dated = _queued(workspace, await views.dated(workspace, found))
    if unknown := sum(view.time is None for view in dated):
        _log.warning("%d commits have no date that the chain knows: they are left out.", unknown)
    return [view for view in dated if wants.holds(view)][: wants.limit]


async def show(workspace: Workspace, reference: Any) -> CommitView:
    """See `Repository.show`."""
    await workspace.check_chain()
    stack, _ = parted(workspace, reference)
    here = stack[-1] if stack else workspace.names.local(reference)
    if here is not None and here.state == "local":
        view = views.local_view(workspace, here, workspace.worktree.head().seq, _author(workspace))
        (view,) = _named([view], await _names(workspace))
        return replace(view, parent_id=await _parent(workspace, here))
    address = await resolve(workspace, here or reference)
    commit = await workspace.commit(address)
    view = await views.commit_view(await workspace.on_base_of(commit), address, commit, reviews=True)
    if view.parent:
        read = Sides(workspace)
        view = replace(
            view,
            parent_id=await name_at(workspace, commit.parent),
            merges=tuple(map(str, await read.of(address, commit))),
            operation=await read.label(address, commit),
        )
    dated = _queued(workspace, await views.dated(workspace, [view]))
    (view,) = _named(dated, await _names(workspace))
    tags, origin = tuple(await tags_at(workspace, address)), await _from(workspace, view, {})
    return replace(view, tags=tags, origin=origin)


def _named(found: Sequence[CommitView], names: Mapping[str, Sequence[str]]) -> list[CommitView]:
    """Commits with the names that people gave them; of local ones by their ids."""
    return [replace(one, refs=tuple(names.get(one.address or one.id, ()))) for one in found]


async def _from(workspace: Workspace, view: CommitView, called: dict[str, str]) -> str:
    """What the repository is called here that made a commit, empty where it is this one: as far as that is
    known, from `called`, which is filled on the way.
    """
    if not called:
        called |= {str(address): name for name, address in workspace.names.remotes().items()}
        called[str(workspace.repository)] = ""
    if view.repository not in called:
        address = Pubkey.from_string(view.repository)
        called[view.repository] = spec_of(await workspace.load(accounts.Repository, address, "repository"))
    return called[view.repository]


async def _names(workspace: Workspace) -> dict[str, list[str]]:
    """What `log` says beside commits, by their addresses, of local ones by their ids: `HEAD -> main` where
    HEAD is the branch's head, and the tags and other branches.
    """
    head = workspace.worktree.head()
    stack = workspace.worktree.stack(head.branch)
    here = (stack[-1].address or stack[-1].id) if stack else head.commit
    found: dict[str, list[str]] = {here: ["HEAD"]}
    for at, names in (await refs.decorations(workspace)).items():
        for ref in names:
            place = found.setdefault(str(at), [])
            if ref.kind == refs.BRANCH and ref.name == head.branch and str(at) == here:
                place[0] = f"HEAD -> {ref.name}"
            else:
                place.append(f"tag: {ref.name}" if ref.kind == refs.TAG else ref.name)
    return found


def _queued(workspace: Workspace, found: Sequence[CommitView]) -> list[CommitView]:
    """The views, with those marked that the chain does not have yet."""
    heads = workspace.worktree.queue.heads()
    return [
        replace(view, state=QUEUED, time_source=QUEUED) if view.address in heads else view for view in found
    ]


def _is_by(view: CommitView, wallet: str | None) -> bool:
    """Whether a commit is a wallet's, or a sum with one of that wallet's; without a wallet, any is."""
    return wallet is None or wallet in {view.author, *(part.author for part in view.merged)}


def _local(workspace: Workspace, stack: Sequence[LocalCommit]) -> list[CommitView]:
    """Commits made here that no head holds, newest first."""
    seq, author = workspace.worktree.head().seq, _author(workspace)
    return [views.local_view(workspace, commit, seq, author) for commit in reversed(stack)]


async def _parent(workspace: Workspace, commit: LocalCommit) -> str:
    """The name of what a local commit is on: the one made before it, or a head."""
    head = workspace.worktree.head()
    before = [one.id for one in workspace.worktree.stack(commit.branch)]
    number = before.index(commit.id) if commit.id in before else 0
    if number:
        return before[number - 1]
    if commit.branch == head.branch:
        return head.called
    return await name_at(workspace, Pubkey.from_string(commit.parent))


def _author(workspace: Workspace) -> str:
    """Who would push what was committed here; empty where there is no wallet yet."""
    try:
        return str(workspace.session.wallet.pubkey)
    except WalletError:
        return ""


async def _unpublished(workspace: Workspace) -> bool:
    """Whether the repository was made here and is not on its chain."""
    if not workspace.worktree.pending():
        return False
    head = Pubkey.from_string(workspace.worktree.head().commit)
    return await query.load(workspace.session.chain, accounts.Commit, head) is None
