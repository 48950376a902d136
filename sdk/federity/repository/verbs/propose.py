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
from federity.repository.verbs.remote import elsewhere
from federity.repository.verbs.saying import Saying, merging
from federity.repository.working_copy.remotes import UPSTREAM
from federity.text import short

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.repository.working_copy.workspace import Workspace


_UPSTREAM = " `-R upstream` proposes to what this was forked from."


async def propose(
    workspace: Workspace,
    title: str | None,
    body: str,
    base: str,
    head: Any,
    repository: str | Pubkey | None,
    dry_run: bool,
    on_progress: OnProgress,
) -> OperationReport:
    """See `Repository.propose`."""
    async with workspace.worktree.lock("pr create"):
        config = workspace.worktree.config()
        own, onto_other = config.branch, repository is not None
        side = own if head is None else head
        await workspace.check_chain()
        onto = workspace if repository is None else await elsewhere(workspace, repository)
        if side == base and not onto_other:
            raise ConfigError(
                f"{base} cannot be proposed to itself.", hint="Name the branch that is, with --head."
            )
        place = pda.branch(onto.repository, base)
        branch = await onto.load(accounts.Branch, place, f"branch {base!r}")
        if not branch.rules.protected:
            raise ConfigError(
                f"{base} is not protected: nobody is asked before its head moves.",
                hint=f"Merge with `federity switch {base}` and `federity merge {side}`, or let its "
                f"maintainers decide from now on: `federity branch protect {base} --protected`."
                + (_UPSTREAM if workspace.worktree.remotes.find(UPSTREAM) and not onto_other else ""),
            )
        there = await standing(onto, base)
        if side == own and any(one.state == "local" for one in workspace.worktree.stack(own)):
            raise ConfigError(
                f"There are local commits on {own}, which would be missing from the proposal.",
                hint="Send them with `federity push`, or name the commit that you mean with --head.",
            )
        address = await resolve(workspace, side)
        commit = await onto.commit(address)
        onto.check_lineage(bytes(commit.lineage))
        check_history(address, commit)
        before = there.branch.head
        wanted = sums.merged(await graph(onto, before, address), before, {address: sums.ONE})
        named = operation_steps.naming(onto, there.address, before, there.author, wanted)
        if await query.load(workspace.session.chain, accounts.Operation, named.address) is not None:
            raise NothingToDo(
                f"You have proposed exactly that: it is {named.address}.",
                hint=f"`federity pr view {named.address}` shows it.",
            )
        called = f"{config.name}:{side} of {short(config.owner)}" if onto_other else side
        default = await merging(onto, "Merge", [called], [address], there.branch)
        said = Saying(proposals.spelled(default if title is None else title, body), True)
        return await operate(onto, there, wanted, [address], said, dry_run, on_progress)
