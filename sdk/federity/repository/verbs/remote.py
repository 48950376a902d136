"""`remote`: the repository that this working copy is of, and what others are called here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import REPOSITORY_INSECURE
from federity.chain import pda
from federity.errors import ConfigError, NotFound, NothingToDo, WorktreeError
from federity.masking import shown_url
from federity.repository.ledger import query
from federity.repository.ledger.mainnet import refuse_on_mainnet
from federity.repository.ledger.naming import address_of
from federity.repository.reports.remote_reports import RemoteView
from federity.repository.working_copy.remotes import ORIGIN, UPSTREAM, Remote

if TYPE_CHECKING:
    from federity.repository.working_copy.settings import WorktreeConfig
    from federity.repository.working_copy.workspace import Workspace

_LASTS = "`federity remote set-url origin OWNER/NAME` makes it another one."


def remotes(workspace: Workspace) -> list[RemoteView]:
    """See `Repository.remotes`."""
    config = workspace.worktree.config()
    url = shown_url(config.url)
    own = RemoteView(ORIGIN, config.spec, config.repository, url)
    others = workspace.worktree.remotes.all()
    return [own, *(RemoteView(one.name, one.spec, one.repository, url) for one in others)]


async def add(workspace: Workspace, name: str, spec: str | Pubkey) -> RemoteView:
    """See `Repository.remote_add`."""
    async with workspace.worktree.lock("remote"):
        if name == ORIGIN or workspace.worktree.remotes.find(name) is not None:
            raise ConfigError(
                f"There is a remote {name!r} already.",
                hint=f"`federity remote set-url {name} OWNER/NAME` changes it.",
            )
        remote, _ = await _found(workspace, name, spec)
        workspace.worktree.remotes.put(remote)
        return _view(workspace, name)


async def set_url(workspace: Workspace, name: str, spec: str | Pubkey) -> RemoteView:
    """See `Repository.remote_set_url`."""
    async with workspace.worktree.lock("remote"):
        if name == ORIGIN:
            await _move_to(workspace, *await _found(workspace, name, spec))
        else:
            workspace.worktree.remotes.get(name)
            workspace.worktree.remotes.put((await _found(workspace, name, spec))[0])
        return _view(workspace, name)


async def move_to_fork(workspace: Workspace, fork: Pubkey) -> None:
    """Make a fork this working copy's `origin`, and what it was the `upstream`, as gh does."""
    async with workspace.worktree.lock("remote"):
        before = workspace.worktree.config()
        await _move_to(workspace, *await _found(workspace, ORIGIN, fork))
        workspace.worktree.remotes.put(Remote(UPSTREAM, before.repository, before.owner, before.name))


async def check_leaving(workspace: Workspace) -> None:
    """Refuse to make another repository the `origin` while something here waits in this one.

    Raises WorktreeError.
    """
    worktree = workspace.worktree
    if worktree.pending():
        raise WorktreeError(
            "The repository is not on its chain yet.", hint="`federity push` puts it there first."
        )
    if worktree.has_journal() or any(one.state != "local" for one in worktree.commits.all()):
        raise WorktreeError(
            "A commit of this working copy is on its way into the repository that it is of.",
            hint="Go on with `federity push` or `federity pull` until it has arrived, or take it back.",
        )


async def elsewhere(workspace: Workspace, repository: str | Pubkey) -> Workspace:
    """The repository of that name here, or OWNER/NAME, with what this working copy has of it.

    Raises NotFound, ConfigError.
    """
    named = workspace.names.remotes().get(str(repository))
    remote, found = await _found(workspace, ORIGIN, named or repository)
    return workspace.at(_config(workspace, remote, found))


async def rename(workspace: Workspace, old: str, new: str) -> RemoteView:
    """See `Repository.remote_rename`."""
    async with workspace.worktree.lock("remote"):
        if old == ORIGIN:
            raise ConfigError("origin is the repository that this working copy is of.", hint=_LASTS)
        workspace.worktree.remotes.rename(old, new)
        return _view(workspace, new)


async def remove(workspace: Workspace, name: str) -> RemoteView:
    """See `Repository.remote_remove`."""
    async with workspace.worktree.lock("remote"):
        if name == ORIGIN:
            raise ConfigError("origin is the repository that this working copy is of.", hint=_LASTS)
        workspace.worktree.remotes.get(name)
        gone = _view(workspace, name)
        workspace.worktree.remotes.remove(name)
        return gone


async def _found(workspace: Workspace, name: str, spec: str | Pubkey) -> tuple[Remote, accounts.Repository]:
    """A repository on this chain whose commits can have a lineage in common with this one's.

    Raises NotFound, ConfigError (another reference string).
    """
    workspace.check_reached("remote")
    await workspace.check_chain()
    address = address_of(workspace.session, spec)
    found = await query.load(workspace.session.chain, accounts.Repository, address)
    if found is None:
        raise NotFound(f"There is no repository {spec} on {shown_url(workspace.session.url)}.")
    if bytes(found.srs_id).hex() != workspace.worktree.config().srs:
        raise ConfigError(f"{spec} has another reference string: none of its commits can be merged here.")
    title = pda.plain_name(bytes(found.name))
    return Remote(name, str(address), str(found.creator), title), found


async def _move_to(workspace: Workspace, remote: Remote, found: accounts.Repository) -> None:
    """Make another repository the one that this working copy is of, local commits and all.

    Raises WorktreeError (something waits in this one), NotFound (no such branch there), ConfigError (it has
    another base), NothingToDo.
    """
    worktree, config = workspace.worktree, workspace.worktree.config()
    if remote.repository == config.repository:
        raise NothingToDo(f"origin is {remote.spec} already.")
    await check_leaving(workspace)
    refuse_on_mainnet(bytes(found.cluster), bool(found.flags & REPOSITORY_INSECURE))
    place = pda.branch(Pubkey.from_string(remote.repository), config.branch)
    branch = await workspace.load(accounts.Branch, place, f"branch {config.branch!r} in {remote.spec}")
    if bytes(branch.lineage) != workspace.lineage:
        raise ConfigError(f"{config.branch} of {remote.spec} stands on another base than this working copy.")
    # Counts of moves are each repository's own. Without one, the next pull takes the branch as it is.
    worktree.set_head(replace(worktree.head(), seq=0))
    worktree.set_config(_config(workspace, remote, found))


def _config(workspace: Workspace, remote: Remote, found: accounts.Repository) -> WorktreeConfig:
    """What a working copy of another repository, in the place of this one, would be of."""
    return replace(
        workspace.worktree.config(),
        repository=remote.repository,
        owner=remote.owner,
        name=remote.title,
        insecure=bool(found.flags & REPOSITORY_INSECURE),
    )


def _view(workspace: Workspace, name: str) -> RemoteView:
    return next(one for one in remotes(workspace) if one.name == name)
