"""Names that people give to commits, and the addresses they mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.errors import ConfigError, NotFound
from federity.repository import query
from federity.repository.reports import LocalCommit

if TYPE_CHECKING:
    from federity.repository.workspace import Workspace

SHORTEST = 4


async def resolve(workspace: Workspace, reference: Any) -> Pubkey:
    """The address of a commit: of what a verb returned, `HEAD` or `@`, a branch's name, an address or its
    start, each with `~N` or `^` for what lies before.

    Raises NotFound when nothing, or more than one commit, is meant.
    """
    if isinstance(reference, Pubkey):
        return reference
    if isinstance(reference, LocalCommit):
        return _pushed(workspace, reference.id, reference.address)
    if not isinstance(reference, str):
        reference = str(reference.address)
    name, steps = parsed(reference)
    address = await _named(workspace, name)
    for _ in range(steps):
        commit = await workspace.load(accounts.Commit, address, "commit")
        if commit.parent == Pubkey.default():
            raise NotFound(f"{reference} lies before the genesis.")
        address = commit.parent
    return address


def parsed(reference: str) -> tuple[str, int]:
    """The name in a reference, and how many parents back from there: `HEAD~2`, `HEAD^`, `main~`, `@^^`.

    Raises NotFound for what has another form.
    """
    found = re.fullmatch(r"([^~^]*)((?:~[0-9]{0,9}|\^[0-9]?)*)", reference)
    if found is None:
        raise NotFound(f"{reference!r} names no commit: after ~ comes a number.")
    steps = re.findall(r"([~^])([0-9]*)", found[2])
    if any(sign == "^" and number not in ("", "0", "1") for sign, number in steps):
        raise NotFound(f"{reference!r} names no commit: a commit has one parent here.")
    name = "HEAD" if found[1] in ("", "@") else found[1]
    return name, sum(int(number or 1) for _, number in steps)


def _pushed(workspace: Workspace, identity: str, address: str) -> Pubkey:
    known = address or workspace.worktree.pushed(identity)
    if not known:
        raise NotFound(
            f"The local commit {identity[:12]} is not on the chain.", hint="Run `federity push` first."
        )
    return Pubkey.from_string(known)


async def _named(workspace: Workspace, name: str) -> Pubkey:
    if name == "HEAD":
        return Pubkey.from_string(workspace.worktree.head().commit)
    try:
        branch = await query.load(
            workspace.session.chain, accounts.Branch, pda.branch(workspace.repository, name)
        )
        if branch is not None:
            return branch.head
    except ConfigError:
        # Addresses have capital letters, which no name has.
        pass
    try:
        return Pubkey.from_string(name)
    except ValueError:
        return await _starting_with(workspace, name)


async def _starting_with(workspace: Workspace, start: str) -> Pubkey:
    if len(start) < SHORTEST:
        raise NotFound(
            f"There is no branch {start!r}, and a commit is named by at least {SHORTEST} characters."
        )
    local = [path.name for path in (workspace.worktree.folder / "pushed").glob(f"{_literal(start)}*")]
    local += [commit.id for commit in workspace.worktree.commits.all() if commit.id.startswith(start)]
    found = {str(_pushed(workspace, identity, "")) for identity in set(local)}
    if not found:
        commits = await query.find(workspace.session.chain, accounts.Commit, repository=workspace.repository)
        found = {str(address) for address, _ in commits if str(address).startswith(start)}
    if len(found) != 1:
        what = "No commit or branch is" if not found else f"{len(found)} commits are"
        raise NotFound(f"{what} named {start!r}.")
    return Pubkey.from_string(found.pop())


def _literal(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "?", text)
