"""`log` and `show`: the history as the chain holds it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.repository import views
from federity.repository.references import resolve
from federity.repository.reports import CommitView

if TYPE_CHECKING:
    from federity.repository.workspace import Workspace


async def log(workspace: Workspace, start: Any, limit: int | None) -> Sequence[CommitView]:
    """See `Repository.log`."""
    await workspace.check_chain()
    found: list[CommitView] = []
    async for address, commit in ancestors(workspace, await resolve(workspace, start)):
        if limit is not None and len(found) >= limit:
            break
        found.append(await views.commit_view(await workspace.on_base_of(commit), address, commit))
    return found


async def show(workspace: Workspace, reference: Any) -> CommitView:
    """See `Repository.show`."""
    await workspace.check_chain()
    address = await resolve(workspace, reference)
    commit = await workspace.commit(address)
    return await views.commit_view(await workspace.on_base_of(commit), address, commit, reviews=True)


async def ancestors(workspace: Workspace, start: Pubkey) -> AsyncIterator[tuple[Pubkey, accounts.Commit]]:
    """A commit and all it stands on, across bases that were made from others, down to the first genesis."""
    address = start
    while True:
        commit = await workspace.commit(address)
        yield address, commit
        if commit.parent == Pubkey.default():
            return
        address = commit.parent
