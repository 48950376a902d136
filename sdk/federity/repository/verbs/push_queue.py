"""The part of `push` that sends what is queued: in order, each only from the head that it was made for.

The queue stays as it is until all of it is on the chain, which is asked what it has: a push that was stopped
goes on from there, and sends nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated.constants import ROLE_CONTRIBUTOR, ROUND_SOLO
from federity.errors import ConfigError, StaleHead
from federity.repository.governance.branches import branch_create
from federity.repository.ledger import standing as ledger_standing
from federity.repository.ledger.recording import record
from federity.repository.ledger.roles import NAMES
from federity.repository.reports import Cost
from federity.repository.verbs.fetch import fetch_locked
from federity.repository.verbs.foreseeing import Forecast
from federity.repository.verbs.operate import moved_on, standing
from federity.repository.verbs.performing import perform
from federity.repository.verbs.push_commit import Place, push_one
from federity.repository.verbs.replanning import landing, replan, waiting
from federity.repository.verbs.wanted import again
from federity.repository.working_copy import settling
from federity.repository.working_copy.queue import BRANCH, Queued

if TYPE_CHECKING:
    from collections.abc import Sequence

    from federity._generated import accounts
    from federity.progress import OnProgress
    from federity.repository.reports import PushedCommit
    from federity.repository.reports.operation_reports import OperationReport
    from federity.repository.working_copy.workspace import Workspace

# How often what is left is made anew because its addresses turn out to be others.
TRIES = 5


@dataclass
class Sent:
    """What of the queue was sent, or would be."""

    commits: list[PushedCommit] = field(default_factory=list)
    operations: list[OperationReport] = field(default_factory=list)
    branches: list[str] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)

    @property
    def any(self) -> bool:
        """Whether there was anything to send."""
        return bool(self.commits or self.operations or self.branches)


async def send_queue(workspace: Workspace, level: int | None, on_progress: OnProgress) -> Sent:
    """Send all that is queued, while the caller holds the lock. Raises what its verbs raise, StaleHead where
    a branch has moved on, ConfigError where what is queued is not for the branch any more.
    """
    sent, tries = Sent(), 0
    await _check_all(workspace, await waiting(workspace))
    while left := await waiting(workspace):
        if await _send(workspace, left[0], level, sent, on_progress):
            continue
        if (tries := tries + 1) > TRIES:
            raise StaleHead("The branch kept changing meanwhile.", hint="Try again.")
        # The same weights at other addresses: others have had rounds meanwhile that moved no head.
        await _check_all(workspace, left)
        workspace.worktree.renamed(await replan(workspace, on_progress))
    return sent


async def settle_queue(workspace: Workspace, on_progress: OnProgress) -> None:
    """Forget what of the queue the chain has, once its history is here. Raises ChainUnavailable."""
    if workspace.worktree.queue.entries():
        left = await waiting(workspace)
        await fetch_locked(workspace, (), on_progress)
        workspace.worktree.queue.write(left)


async def price_queue(workspace: Workspace, level: int | None, on_progress: OnProgress) -> Sent:
    """What sending the queue would do and cost: the packaged program tries it out. Raises as `send_queue`."""
    known = workspace.worktree.history.read()
    before = known.recording() if known is not None else None
    others = [at for at in workspace.names.remotes().values() if before and at in before.accounts]
    recording = await record(workspace.session.chain, workspace.repository, *others, before=before)
    forecast, sent = Forecast.of(workspace, recording), Sent()
    for entry in await waiting(workspace):
        if entry.asked.verb == BRANCH:
            _, made = await forecast.branch(entry.branch, Pubkey.from_string(entry.on), on_progress)
            sent.branches.append(entry.branch)
            sent.cost += made.cost
            continue
        there = await forecast.workspace.on_branch(entry.branch)
        at, missing = await _reached(workspace, entry)
        _check(await there.branch_state(), entry, at)
        commits = [replace(workspace.worktree.commits.get(one), parent=at) for one in missing]
        for commit in commits:
            place = Place(await _ready(there), ROUND_SOLO, level, foreseen=False)
            sent.commits.append(await push_one(there, commit, place, True, on_progress))
            sent.cost += sent.commits[-1].cost
        _, report = await forecast.operation(
            again(entry.asked, entry.branch), entry.branch, commits, on_progress
        )
        sent.operations.append(replace(report, queued=False, waiting_for=""))
        sent.cost += report.cost
    return sent


async def _send(
    workspace: Workspace, entry: Queued, level: int | None, sent: Sent, on_progress: OnProgress
) -> bool:
    """Send one; False, and no operation was sent, when it will have other addresses than are written down."""
    if entry.asked.verb == BRANCH:
        start = Pubkey.from_string(entry.on)
        made = await branch_create(workspace, entry.branch, start, None, False, False, on_progress)
        sent.branches.append(entry.branch)
        sent.cost += made.cost
        return True
    there = await workspace.on_branch(entry.branch)
    _, member = await there.require_role(ROLE_CONTRIBUTOR, NAMES[ROLE_CONTRIBUTOR])
    at, missing = await _reached(there, entry)
    _check(await there.branch_state(), entry, at)
    if str(member.wallet) != entry.author or at not in entry.heads:
        return False
    for identity in missing:
        commit = replace(there.worktree.commits.get(identity), parent=at)
        place = Place(await _ready(there), ROUND_SOLO, level, foreseen=False, under=True)
        sent.commits.append(await push_one(there, commit, place, False, on_progress))
        sent.cost += sent.commits[-1].cost
        at = sent.commits[-1].merge
        if at not in entry.heads:
            return False
    ready = await standing(there, entry.branch, Pubkey.from_string(at))
    ready = replace(ready, operation=entry.operation)
    report = await perform(there, again(entry.asked, entry.branch), ready, False, on_progress)
    sent.operations.append(report)
    sent.cost += report.cost
    return True


async def _check_all(workspace: Workspace, left: Sequence[Queued]) -> None:
    """Refuse, before anything is sent, where a branch is not what something queued of it was made for first.

    Raises ConfigError, StaleHead.
    """
    begun: set[str] = set()
    for entry in left:
        if entry.asked.verb != BRANCH and entry.branch not in begun:
            there = await workspace.on_branch(entry.branch)
            _check(await there.branch_state(), entry, (await _reached(there, entry))[0])
        begun.add(entry.branch)


async def _ready(there: Workspace) -> ledger_standing.Standing:
    return await ledger_standing.read(there, there.branch, await there.branch_state())


def _check(branch: accounts.Branch, entry: Queued, at: str) -> None:
    """Refuse what is not for the branch any more. Raises ConfigError, StaleHead."""
    if branch.rules.protected:
        raise ConfigError(
            f"{entry.branch} is protected by now: what moves it is proposed, and its maintainers decide.",
            hint="Take back what is queued with `federity queue drop`, `federity pull`, and propose it.",
        )
    if str(branch.head) != at:
        raise moved_on(entry.branch)


async def _reached(there: Workspace, entry: Queued) -> tuple[str, list[str]]:
    """How far the branch has come of what something queued stands on: the head, and the ids of the local
    commits that are still to be sent. What a killed push has sent is noted here first.
    """
    at, missing = entry.on, list(entry.under)
    while missing:
        here = [there.worktree.commits.get(missing[0])] if there.worktree.commits.has(missing[0]) else []
        for commit in (await settling.settle(there, here)).landed:
            there.worktree.set_pushed(commit.id, commit.address)
            there.worktree.commits.land(commit)
            there.worktree.drop_journal(commit.id)
        found = await landing(there, missing[0])
        if found is None or there.worktree.commits.has(missing[0]):
            break
        at, missing = found, missing[1:]
    return at, missing
