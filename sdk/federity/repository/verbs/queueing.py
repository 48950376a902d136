"""Asking for a head to be moved, or a branch to be made: done on the chain, or queued where there is none."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.chain.recorded import RecordedChain
from federity.errors import ChainUnavailable, ConfigError, NothingToDo, StaleHead, WorktreeError
from federity.repository.governance.branches import branch_create
from federity.repository.ledger import heads
from federity.repository.ledger.made_recipes import Made
from federity.repository.ledger.recording import KINDS
from federity.repository.ledger.references import name_at
from federity.repository.reports import Cost
from federity.repository.reports.queue_reports import QueuedView
from federity.repository.verbs import merge_made
from federity.repository.verbs.foreseeing import Forecast
from federity.repository.verbs.merge_recipe import suited, words
from federity.repository.verbs.operate import standing
from federity.repository.verbs.performing import perform
from federity.repository.verbs.pull import pull_locked
from federity.repository.verbs.wanted import Wanted
from federity.repository.working_copy import tip
from federity.repository.working_copy.models import named
from federity.repository.working_copy.offline import fetched
from federity.repository.working_copy.queue import BRANCH, RECIPE, RESET, Queued, ahead, queued_view
from federity.storage.apart import StoreApart

if TYPE_CHECKING:
    from federity.chain.recorded import Recording
    from federity.progress import OnProgress
    from federity.repository.reports import TransactionReport
    from federity.repository.reports.operation_reports import OperationReport
    from federity.repository.reports.recipe_reports import MadeCommit
    from federity.repository.working_copy.workspace import Workspace

LOCKS = {RESET: "branch reset", RECIPE: "merge"}


async def ask(
    workspace: Workspace, wanted: Wanted, dry_run: bool, on_progress: OnProgress
) -> OperationReport:
    """Move a head now or, without a chain, queue that. See `federity.repository.combining`."""
    async with workspace.worktree.lock(LOCKS.get(wanted.verb, wanted.verb)):
        if workspace.offline:
            return await _queue(workspace, wanted, dry_run, on_progress)
        there = await standing(workspace, wanted.branch)
        return await perform(workspace, wanted, there, dry_run, on_progress)


async def ask_recipe(
    workspace: Workspace, path: Path, message: str | None, dry_run: bool, on_progress: OnProgress
) -> OperationReport | MadeCommit:
    """See `Repository.merge_recipe`: what is no sum of heads becomes a local commit."""
    recipe = suited(workspace, path)
    if isinstance(recipe, Made):
        async with workspace.worktree.lock("merge"):
            return await merge_made.make(workspace.ahead(), recipe, message, dry_run, on_progress)
    wanted = Wanted(RECIPE, (*recipe.factors,), message, recipe.factors, otherwise=words(recipe))
    return await ask(workspace, wanted, dry_run, on_progress)


async def ask_branch(
    workspace: Workspace,
    name: str,
    at: Any,
    model: Any,
    keep_zeros: bool,
    dry_run: bool,
    on_progress: OnProgress,
) -> TransactionReport:
    """See `Repository.branch_create`: made now or, without a chain, queued."""
    if not workspace.offline:
        return await branch_create(workspace, name, at, model, keep_zeros, dry_run, on_progress)
    if model is not None:
        raise ConfigError(
            "A branch with a new base has it in the store: that needs chain and store.",
            hint="Without --model the branch is queued.",
        )
    async with workspace.worktree.lock("branch create"):
        await workspace.check_chain()
        entries = workspace.worktree.queue.entries()
        forecast = Forecast.of(workspace, ahead(fetched(workspace.worktree).recording(), entries))
        queued, report = await forecast.branch(name, at, on_progress)
        if not dry_run:
            _keep(workspace, [*entries, queued])
        return replace(report, cost=Cost())


async def _queue(
    workspace: Workspace, wanted: Wanted, dry_run: bool, on_progress: OnProgress
) -> OperationReport:
    """Try it out, write it down, and stand on what it makes. Raises what the verb does, before anything
    changed; WorktreeError for training that no commit has, which the weights would come in the place of.
    """
    worktree = workspace.worktree
    await workspace.check_chain()
    here = worktree.head()
    branch = wanted.branch or here.branch
    own = branch == here.branch
    if own and await tip.uncommitted(workspace, named(workspace, None)):
        raise WorktreeError(
            f"{named(workspace, None)} holds changes that are not committed.",
            hint="Commit them, or put them aside with `federity stash`.",
        )
    entries = worktree.queue.entries()
    recording = ahead(fetched(worktree).recording(), entries)
    if own and here.commit != _head(workspace, recording, branch):
        raise StaleHead(
            f"What was fetched of {branch} goes on from HEAD.",
            hint=f"`federity checkout {branch}` goes there, your local commits on top. Then try again.",
        )
    stack = worktree.stack(branch) if own else []
    queued, report = await Forecast.of(workspace, recording).operation(wanted, branch, stack, on_progress)
    if not dry_run:
        _keep(workspace, [*entries, queued])
        if own:
            await go(workspace, branch, on_progress)
    return replace(report, cost=Cost())


def _head(workspace: Workspace, recording: Recording, branch: str) -> str:
    data = recording.accounts.get(pda.branch(workspace.repository, branch), b"")
    return str(accounts.Branch.decode(data).head) if data else ""


def _keep(workspace: Workspace, entries: list[Queued]) -> None:
    """Write down what is queued, and let what reads without a chain see it."""
    workspace.worktree.queue.write(entries)
    if workspace.offline and (known := workspace.worktree.history.read()) is not None:
        chain = workspace.session.chain
        if isinstance(chain, RecordedChain):
            chain.become(ahead(known.recording(), entries))


async def go(workspace: Workspace, branch: str, on_progress: OnProgress) -> None:
    """Stand on the head that a branch has with what is queued, its weights in the model file if there is one.
    The caller has looked at what that holds.
    """
    worktree = workspace.worktree
    chosen = named(workspace, None)
    worktree.stand()
    if not isinstance(chosen, Path) or not chosen.exists():
        return
    known = ahead(fetched(worktree).recording(), worktree.queue.entries())
    beyond = None if workspace.offline else workspace.session.storage
    there = workspace.through(RecordedChain(known, kinds=KINDS), StoreApart(worktree.objects, beyond))
    state = await there.load(accounts.Branch, pda.branch(there.repository, branch), "branch")
    await pull_locked(there, None, False, on_progress, state)


async def take_back(workspace: Workspace, chosen: Any) -> Queued:
    """Take the last of what is queued back: HEAD stands on what it stood on, the commits under it are local
    again, and what it did is a change of the models that hold it. The caller holds the lock. Raises
    NothingToDo (nothing is queued), ConfigError (something stands on it), and WorktreeError or BlobError when
    what it stood on is not at hand: before anything changed.
    """
    worktree = workspace.worktree
    entries = worktree.queue.entries()
    if not entries:
        raise NothingToDo("Nothing is queued here.")
    last, head = entries[-1], worktree.head()
    if head.branch == last.branch:
        if worktree.stack(head.branch):
            raise ConfigError(
                "Local commits stand on what was queued last.",
                hint="Take them back with `federity reset HEAD~1`, then this.",
            )
        if last.asked.verb == BRANCH:
            raise ConfigError(
                f"You stand on the branch {last.branch}, which is queued.",
                hint="Switch to another one first: `federity switch BRANCH`.",
            )
        name = last.on
        with suppress(ChainUnavailable):
            there, on = await workspace.ahead().on_branch(last.branch), Pubkey.from_string(last.on)
            name = await name_at(there, on)
            # What commits go on top of is at hand without a chain.
            await heads.accumulator(there, on, heads.Fetch())
        identity = "" if name == last.on else name
        stood = replace(head, commit=last.on, seq=last.seq, landed=(), id=identity)
        # Of what a push has sent in part, the chain has the rest: that is not to be sent again.
        whole = all(worktree.commits.has(one) for one in last.under)
        if whole and worktree.in_hand.holds(last.makes):
            under = [worktree.commits.get(one) for one in last.under]
            _, kept = await tip.weights_at(workspace, chosen, under, stood)
            worktree.in_hand.unqueueing(last.operation, last.makes, kept)
        # First HEAD: killed before the queue is written, it is what is queued last again.
        worktree.set_head(stood)
    _keep(workspace, list(entries[:-1]))
    worktree.in_hand.settle()
    return last


async def queue_drop(workspace: Workspace) -> QueuedView:
    """See `Repository.queue_drop`."""
    worktree = workspace.worktree
    async with worktree.lock("queue drop"):
        chosen = named(workspace, None)
        plain = _is_of_head(workspace, chosen) and not await tip.uncommitted(workspace, chosen)
        entry = await take_back(workspace, chosen)
        if plain and entry.branch == worktree.head().branch:
            stack = worktree.stack(entry.branch)
            weights, loaded = await tip.weights_at(workspace, chosen, stack)
            await tip.put(workspace, chosen, weights, loaded, identity=loaded.identity, force=True)
        return queued_view(entry)


def _is_of_head(workspace: Workspace, chosen: Any) -> bool:
    """Whether a file is there that was loaded with the head that the working copy stands on."""
    entry = workspace.worktree.in_hand.find(chosen)
    at_head = entry and entry.loaded and entry.loaded.head == workspace.worktree.head().commit
    return bool(at_head) and isinstance(chosen, Path) and chosen.exists()


def queue_list(workspace: Workspace) -> list[QueuedView]:
    """See `Repository.queue`."""
    return [queued_view(entry) for entry in workspace.worktree.queue.entries()]
