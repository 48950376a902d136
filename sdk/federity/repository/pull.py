"""`pull`: fetch the head, check it against the chain, put local commits on top, load the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import ROUND_STATE_EXPIRED, ROUND_STATE_MERGED
from federity.progress import OnProgress
from federity.repository import checkout, heads, query
from federity.repository.journal import Journal
from federity.repository.models import identity_of, keeping_counters, load_into, named
from federity.repository.reports import LocalCommit, PullReport
from federity.repository.rules import UNBOUNDED
from federity.repository.worktree import INTERRUPTED, Head

if TYPE_CHECKING:
    from federity.repository.workspace import Workspace


@dataclass(frozen=True)
class Settled:
    """What became of the local commits: part of a head, back from a round that left them out, or still
    waiting.
    """

    landed: tuple[LocalCommit, ...]
    returned: tuple[LocalCommit, ...]
    waiting: tuple[LocalCommit, ...]


async def pull(workspace: Workspace, model: Any, force: bool, on_progress: OnProgress) -> PullReport:
    """See `Repository.pull`."""
    async with workspace.worktree.lock():
        await workspace.check_chain()
        await checkout.refuse_overwriting(workspace, model, force)
        return await pull_locked(workspace, model, on_progress)


async def pull_locked(workspace: Workspace, model: Any, on_progress: OnProgress) -> PullReport:
    """Pull while the caller holds the lock and has checked the chain and the file that will be written."""
    worktree = workspace.worktree
    worktree.tidy()
    config, before = worktree.config(), worktree.head()
    branch = await workspace.branch_state()
    fetch = heads.Fetch(on_progress)
    head = await heads.accumulator(workspace, branch.head, fetch)
    settled = await settle(workspace, worktree.commits.all(config.branch))

    # Everything is at hand and checked. From here on the model in hand is not the one that HEAD means, until
    # it is loaded; a process killed in between leaves a mark that keeps `commit` from recording the
    # difference.
    worktree.set_model_digest(INTERRUPTED)
    rebased = apply(workspace, settled, branch.head)
    stack = worktree.commits.all(config.branch)
    state = await workspace.on_top(head, stack)
    chosen = named(workspace, model)
    weights = await keeping_counters(workspace, chosen, await checkout.parts_of_weights(workspace, state))
    identity = await identity_of(weights)
    bound = branch.rules.norm_bound
    worktree.set_head(
        Head(
            config.branch,
            str(branch.head),
            branch.head_seq,
            stack[-1].id if stack else "",
            0 if bound == UNBOUNDED else bound,
        )
    )
    await load_into(workspace, chosen, weights, identity)
    return PullReport(
        repository=config.repository,
        branch=config.branch,
        head_before=before.commit,
        head=str(branch.head),
        head_seq=branch.head_seq,
        fetched_bytes=fetch.fetched_bytes,
        rebuilt=fetch.rebuilt,
        refused=tuple(fetch.refused),
        rebased=rebased,
        landed=tuple(commit.id for commit in settled.landed),
        returned=tuple(commit.id for commit in settled.returned),
    )


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
    for commit in worktree.commits.all(worktree.config().branch):
        if commit.state == "local" and commit.parent != str(head):
            worktree.drop_journal(commit.id)
            worktree.commits.update(replace(commit, parent=str(head)))
            rebased.append(commit.id)
    return tuple(rebased)
