"""What became of local commits that were sent to the chain, and the working copy brought in line with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import ROUND_STATE_EXPIRED, ROUND_STATE_MERGED
from federity.repository.ledger import query
from federity.repository.reports import LocalCommit
from federity.repository.working_copy.journal import Journal

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


@dataclass(frozen=True)
class Settled:
    """What became of the local commits: part of a head, back from a round that left them out, or still
    waiting.
    """

    landed: tuple[LocalCommit, ...]
    returned: tuple[LocalCommit, ...]
    waiting: tuple[LocalCommit, ...]


async def settle(workspace: Workspace, commits: list[LocalCommit]) -> Settled:
    """Ask the chain what became of each local commit that was sent there."""
    landed: list[LocalCommit] = []
    returned: list[LocalCommit] = []
    waiting: list[LocalCommit] = []
    for commit in commits:
        address = commit.address or Journal.load(workspace.worktree, commit.id).commit
        sent = address and await query.load(
            workspace.session.chain, accounts.Commit, Pubkey.from_string(address)
        )
        if not sent:
            (returned if commit.state == "proposed" else waiting).append(commit)
            continue
        held = sent.held_by != Pubkey.default()
        decider = await workspace.load(accounts.Round, sent.held_by if held else sent.round, "round")
        if decider.state == ROUND_STATE_MERGED and held:
            landed.append(replace(commit, address=address))
        elif decider.state in (ROUND_STATE_MERGED, ROUND_STATE_EXPIRED):
            returned.append(commit)
        else:
            waiting.append(commit)
    return Settled(tuple(landed), tuple(returned), tuple(waiting))


def take_back(workspace: Workspace, returned: Sequence[LocalCommit]) -> None:
    """Make commits that a round left out local again: the next push proposes them anew."""
    for commit in returned:
        workspace.worktree.drop_journal(commit.id)
        workspace.worktree.commits.update(replace(commit, state="local", address="", round=""))


def apply(workspace: Workspace, settled: Settled, head: Pubkey) -> tuple[str, ...]:
    """Bring the local commits in line with the chain; returns the ids of those that have a new parent."""
    worktree = workspace.worktree
    for commit in settled.landed:
        worktree.set_pushed(commit.id, commit.address)
        worktree.commits.land(commit)
        worktree.drop_journal(commit.id)
    take_back(workspace, settled.returned)
    rebased = []
    for commit in worktree.own(worktree.config().branch):
        if commit.state == "local" and commit.parent != str(head):
            worktree.drop_journal(commit.id)
            worktree.commits.update(replace(commit, parent=str(head)))
            rebased.append(commit.id)
    return tuple(rebased)
