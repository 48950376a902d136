"""`pr create`: a branch, proposed as the next head of a protected one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federity._generated import accounts
from federity.chain import pda
from federity.errors import ConfigError, NothingToDo
from federity.progress import OnProgress
from federity.repository.ledger import proposals, query, sums
from federity.repository.ledger.changes import check_history
from federity.repository.ledger.past import graph
from federity.repository.ledger.references import resolve
from federity.repository.reports.operation_reports import OperationReport
from federity.repository.steps import operation_steps
from federity.repository.verbs.operate import operate, standing
from federity.repository.verbs.saying import Saying, merging

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def propose(
    workspace: Workspace,
    title: str | None,
    body: str,
    base: str,
    head: Any,
    dry_run: bool,
    on_progress: OnProgress,
) -> OperationReport:
    """See `Repository.propose`."""
    async with workspace.worktree.lock("pr create"):
        own = workspace.worktree.config().branch
        side = own if head is None else head
        if side == base:
            raise ConfigError(
                f"{base} cannot be proposed to itself.", hint="Name the branch that is, with --head."
            )
        await workspace.check_chain()
        place = pda.branch(workspace.repository, base)
        branch = await workspace.load(accounts.Branch, place, f"branch {base!r}")
        if not branch.rules.protected:
            raise ConfigError(
                f"{base} is not protected: nobody is asked before its head moves.",
                hint=f"Merge with `federity switch {base}` and `federity merge {side}`, or let its "
                f"maintainers decide from now on: `federity branch protect {base} --protected`.",
            )
        there = await standing(workspace, base)
        if side == own and any(one.state == "local" for one in workspace.worktree.stack(own)):
            raise ConfigError(
                f"There are local commits on {own}, which would be missing from the proposal.",
                hint="Send them with `federity push`, or name the commit that you mean with --head.",
            )
        address = await resolve(workspace, side)
        commit = await workspace.commit(address)
        workspace.check_lineage(bytes(commit.lineage))
        check_history(address, commit)
        onto = there.branch.head
        wanted = sums.merged(await graph(workspace, onto, address), onto, {address: sums.ONE})
        named = operation_steps.naming(workspace, there.address, onto, there.author, wanted)
        if await query.load(workspace.session.chain, accounts.Operation, named.address) is not None:
            raise NothingToDo(
                f"You have proposed exactly that: it is {named.address}.",
                hint=f"`federity pr view {named.address}` shows it.",
            )
        default = await merging(workspace, "Merge", [side], [address], there.branch)
        said = Saying(proposals.spelled(default if title is None else title, body), True)
        return await operate(workspace, there, wanted, [address], said, dry_run, on_progress)
