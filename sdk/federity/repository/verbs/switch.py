"""`switch`: go to another branch, or to a new one, with training that is not committed where that can be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity._generated import accounts
from federity.chain import pda
from federity.errors import ConfigError, NotFound, WorktreeError
from federity.progress import OnProgress
from federity.repository.ledger import query
from federity.repository.ledger.references import parted, resolve
from federity.repository.reports import CheckoutReport, TransactionReport
from federity.repository.reports.rules import UNBOUNDED
from federity.repository.verbs.pull import pull_locked
from federity.repository.verbs.queueing import ask_branch
from federity.repository.working_copy import tip
from federity.repository.working_copy.models import named

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def switch(
    workspace: Workspace, name: str, model: Any, force: bool, on_progress: OnProgress
) -> CheckoutReport:
    """See `Repository.switch`."""
    worktree = workspace.worktree
    async with worktree.lock("switch"):
        worktree.tidy()
        await workspace.check_chain()
        name = worktree.places.meant(name)
        branch = await _branch(workspace, name)
        if not force and _is_where_we_stand(workspace, name, model, branch.head, bytes(branch.lineage)):
            return await _stand(workspace, name, model, branch)
        report = await pull_locked(workspace, model, force, on_progress, branch)
        return CheckoutReport(
            report.head, report.head_seq, report.digest, report.refused, id=report.head_id, local=report.local
        )


async def create(
    workspace: Workspace, name: str, at: Any, dry_run: bool, on_progress: OnProgress
) -> TransactionReport:
    """See `Repository.switch_create`."""
    await workspace.check_chain()
    await _refuse_what_would_stop(workspace, name, at)
    report = await ask_branch(workspace, name, at, None, False, dry_run, on_progress)
    if not dry_run:
        await switch(workspace, name, None, False, on_progress)
    return report


async def _refuse_what_would_stop(workspace: Workspace, name: str, at: Any) -> None:
    """Refuse, before a branch is paid for, what would keep the working copy from going there."""
    head = workspace.worktree.head()
    stack = workspace.worktree.stack(head.branch)
    if parted(workspace, at)[0]:
        many = "commit is" if len(stack) == 1 else "commits are"
        raise ConfigError(
            f"{len(stack)} local {many} of {head.branch}, and would stay there: a branch starts at a head.",
            hint="Push first, make them a change again with `federity reset`, or name the head to start at.",
        )
    commit = await workspace.commit(address := await resolve(workspace, at))
    if _is_where_we_stand(workspace, name, None, address, bytes(commit.lineage)):
        return
    chosen = named(workspace, None)
    if await tip.uncommitted(workspace, chosen):
        raise WorktreeError(
            f"{chosen} holds changes that are not committed.",
            hint="Commit them, or put them aside with `federity stash`.",
        )


def _is_where_we_stand(workspace: Workspace, name: str, model: Any, head: Any, lineage: bytes) -> bool:
    """Whether a branch has the head that the weights in hand were trained from, and nothing lies on either:
    then these stay as they are, trained or not.
    """
    worktree = workspace.worktree
    here, chosen = worktree.head(), named(workspace, model)
    if not isinstance(chosen, Path) or str(head) != here.commit or lineage != workspace.lineage:
        return False
    entry = worktree.in_hand.find(chosen)
    on_it = worktree.stack(here.branch) or worktree.own(name)
    return (
        entry is not None and entry.loaded is not None and not on_it and entry.loaded.is_of(here.commit, [])
    )


async def _stand(workspace: Workspace, name: str, model: Any, branch: accounts.Branch) -> CheckoutReport:
    """Stand on a branch whose head is the one that is here already: nothing is loaded."""
    worktree = workspace.worktree
    head, bound = worktree.head(), branch.rules.norm_bound
    _, loaded = await tip.weights_at(workspace, named(workspace, model), [])
    worktree.set_branch(name, workspace.base_hash)
    bound = 0 if bound == UNBOUNDED else bound
    worktree.set_head(replace(head, branch=name, seq=branch.head_seq, norm_bound=bound))
    worktree.places.move(name, head.branch)
    return CheckoutReport(head.commit, branch.head_seq, loaded.identity, (), id=head.called)


async def _branch(workspace: Workspace, name: str) -> accounts.Branch:
    try:
        address = pda.branch(workspace.repository, name)
    except ConfigError as error:
        raise NotFound(f"{name!r} is no name of a branch.", hint=_HINT) from error
    found = await query.load(workspace.session.chain, accounts.Branch, address)
    if found is None:
        raise NotFound(f"There is no branch {name!r}.", hint=_HINT)
    return found


_HINT = "`federity switch -c NAME` makes one; `federity checkout COMMIT` loads a commit's weights."
