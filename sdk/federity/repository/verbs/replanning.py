"""What is queued, made anew on the chain as it is: after others have moved a branch that it stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import OPERATION_STATE_DONE
from federity.chain import pda
from federity.errors import (
    ChainUnavailable,
    CommitmentMismatch,
    ConfigError,
    FederityError,
    NotAMember,
    NotFound,
    NothingToDo,
    ProgramError,
    StaleHead,
)
from federity.repository.ledger import query
from federity.repository.verbs.fetch import fetch_locked
from federity.repository.verbs.foreseeing import Forecast
from federity.repository.verbs.wanted import again
from federity.repository.working_copy.offline import fetched
from federity.repository.working_copy.queue import BRANCH, Queued

if TYPE_CHECKING:
    from federity.progress import OnProgress
    from federity.repository.working_copy.workspace import Workspace

# What says that something cannot be done on another head: all else is about this machine, or passes.
REFUSED = (ConfigError, NothingToDo, NotFound, NotAMember, ProgramError, CommitmentMismatch, StaleHead)


async def waiting(workspace: Workspace) -> list[Queued]:
    """What of the queue the chain does not have."""
    return [entry for entry in workspace.worktree.queue.entries() if not await has(workspace, entry)]


async def has(workspace: Workspace, entry: Queued) -> bool:
    """Whether the chain has what was queued."""
    chain = workspace.session.chain
    if entry.asked.verb == BRANCH:
        branch = await query.load(chain, accounts.Branch, pda.branch(workspace.repository, entry.branch))
        return branch is not None and (str(branch.fork_point), str(branch.creator)) == (
            entry.on,
            entry.author,
        )
    made = await query.load(chain, accounts.Operation, Pubkey.from_string(entry.operation))
    return made is not None and made.state == OPERATION_STATE_DONE


async def landing(workspace: Workspace, identity: str) -> str | None:
    """The head that a commit made here became on the chain; None when it is not on one."""
    known = workspace.worktree.pushed(identity)
    sent = known and await query.load(workspace.session.chain, accounts.Commit, Pubkey.from_string(known))
    if not sent or sent.held_by == Pubkey.default():
        return None
    merge = pda.merge(sent.held_by)
    found = await query.load(workspace.session.chain, accounts.Commit, merge)
    return None if found is None else str(merge)


async def replan(workspace: Workspace, on_progress: OnProgress) -> dict[str, str]:
    """Make what is queued and not sent anew on the branches as they are: where its heads are then, by where
    they were. The caller holds the lock.

    Raises StaleHead, before anything changed, for what cannot be done there; ChainUnavailable.
    """
    worktree = workspace.worktree
    left, places = await waiting(workspace), await _landed(workspace)
    await fetch_locked(workspace, (), on_progress)
    forecast = Forecast.of(workspace, fetched(worktree).recording())
    made: list[Queued] = []
    for entry in left:
        queued = await _anew(forecast, entry, places, on_progress)
        under = [identity for identity in entry.under if worktree.commits.has(identity)]
        old = [head for identity, head in zip(entry.under, entry.landings, strict=True) if identity in under]
        places |= dict(zip((*old, entry.result), (*queued.landings, queued.result), strict=True))
        made.append(queued)
    worktree.queue.write(made)
    worktree.stand()
    return {before: after for before, after in places.items() if before != after}


async def _landed(workspace: Workspace) -> dict[str, str]:
    """Where commits are on the chain that something is queued on, by where they were to be."""
    found = {}
    for entry in workspace.worktree.queue.entries():
        for identity, head in zip(entry.under, entry.landings, strict=True):
            if (at := await landing(workspace, identity)) is not None:
                found[head] = at
    return found


async def _anew(forecast: Forecast, entry: Queued, places: dict[str, str], on_progress: OnProgress) -> Queued:
    worktree = forecast.workspace.worktree
    asked = entry.asked.moved(places)
    stack = [worktree.commits.get(one) for one in entry.under if worktree.commits.has(one)]
    try:
        if entry.asked.verb == BRANCH:
            at = Pubkey.from_string(asked.subjects[0])
            return (await forecast.branch(entry.branch, at, on_progress))[0]
        wanted = again(asked, entry.branch)
        return (await forecast.operation(wanted, entry.branch, stack, on_progress))[0]
    except ChainUnavailable:
        raise
    except REFUSED as error:
        raise refused(entry, error) from error


def refused(entry: Queued, error: FederityError) -> StaleHead:
    """What to say of something queued that cannot be done on the branch as it is."""
    subject = entry.asked.words.partition("\n")[0] or f"the branch {entry.branch}"
    return StaleHead(
        f"What is queued of {entry.branch} ({subject}) cannot be done on it as it is now: {error.sentence}",
        hint="`federity queue drop` takes back what was queued last, `federity queue` lists it.",
    )
