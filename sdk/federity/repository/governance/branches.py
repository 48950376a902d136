"""Branches and their rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import COMMIT_STATE_HISTORY, ROLE_MAINTAINER
from federity.chain import pda
from federity.errors import ConfigError, NotFound, NothingToDo
from federity.progress import OnProgress
from federity.repository.ledger import query
from federity.repository.ledger.admission import check_origin
from federity.repository.ledger.references import name_at, resolve
from federity.repository.reports import BranchView, RulesReport, TransactionReport
from federity.repository.reports.rules import Rules
from federity.repository.steps import transactions
from federity.repository.steps.branch_steps import branch_step
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def branches(workspace: Workspace) -> Sequence[BranchView]:
    """See `Repository.branches`."""
    await workspace.check_chain()
    found = await query.find(workspace.session.chain, accounts.Branch, repository=workspace.repository)
    here = workspace.branch
    views = [
        BranchView(
            address=str(address),
            name=pda.plain_name(bytes(branch.name)),
            head=str(branch.head),
            head_seq=branch.head_seq,
            current_round="" if branch.current_round == Pubkey.default() else str(branch.current_round),
            current=address == here,
            base=bytes(branch.base_hash).hex(),
            head_id=await name_at(workspace, branch.head),
            **asdict(Rules.of(branch.rules)),
        )
        for address, branch in found
    ]
    return sorted(views, key=lambda view: view.name)


async def branch_create(
    workspace: Workspace,
    name: str,
    at: Any,
    model: Any,
    keep_zeros: bool,
    dry_run: bool,
    on_progress: OnProgress,
) -> TransactionReport:
    """See `Repository.branch_create`."""
    await workspace.check_chain()
    if await query.load(workspace.session.chain, accounts.Repository, workspace.repository) is None:
        # For a repository that is not on its chain yet, with what to do about it.
        await workspace.branch_state()
    address = pda.branch(workspace.repository, name)
    if await query.load(workspace.session.chain, accounts.Branch, address) is not None:
        raise ConfigError(f"There is a branch {name!r} already.", hint="Choose another name.")
    member, _ = await workspace.require_role(ROLE_MAINTAINER, "maintainer")
    commit_address = await resolve(workspace, at)
    commit = await workspace.linked(commit_address)
    if foreign := commit.repository != workspace.repository:
        await _check_origin(workspace, commit_address, commit)
    if commit.state != COMMIT_STATE_HISTORY:
        raise ConfigError(
            f"{commit_address} is a proposal: a branch starts at a commit that was a head.",
            hint="Name a merge or a genesis: `federity log` lists them.",
        )
    if keep_zeros and model is None:
        raise ConfigError(
            "Zeros are kept from the base on, and this branch has the base of its commit.",
            hint="Name the pruned weights with --model.",
        )
    if model is not None:
        from federity.repository.governance.bases import new_base

        return await new_base(workspace, name, commit_address, model, keep_zeros, dry_run, on_progress)
    source = await workspace.load(accounts.Branch, commit.branch, "branch")
    # What another repository asks of its rules binds nobody here.
    session, rules = workspace.session, Rules() if foreign else Rules.of(source.rules)
    step = branch_step(session, workspace.repository, member, name, commit_address, commit, rules)
    sent = await transactions.run(session, [step], dry_run)
    return sent.report("created branch", name)


async def _check_origin(workspace: Workspace, address: Pubkey, commit: accounts.Commit) -> None:
    """Refuse what no branch may begin at: a commit of a repository with another reference string, or of an
    insecure one. Raises NotFound.
    """
    origin = await workspace.load(accounts.Repository, commit.repository, "repository")
    if bytes(origin.srs_id).hex() != workspace.worktree.config().srs:
        raise NotFound(f"{address} is of a repository with another reference string: nothing adds up.")
    await check_origin(workspace.session.chain, workspace.repository, address, commit)


async def branch_protect(
    workspace: Workspace, name: str, asked: Rules | Mapping[str, Any], dry_run: bool
) -> RulesReport:
    """See `Repository.branch_protect`."""
    await workspace.check_chain()
    address = pda.branch(workspace.repository, name)
    branch = await workspace.load(accounts.Branch, address, f"branch {name!r}")
    present = Rules.of(branch.rules)
    rules = present.changed(asked)
    rules.check_reachable()
    if present == rules:
        raise NothingToDo(
            f"The branch {name!r} has these rules already.", hint="Name a rule to change, as --approvals 1."
        )
    member, _ = await workspace.require_role(ROLE_MAINTAINER, "maintainer")
    step = Step(
        program.branch_protect(
            authority=workspace.session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            branch=address,
            rules=rules.arguments(),
        )
    )
    sent = await transactions.run(workspace.session, [step], dry_run)
    report = sent.report("set the rules of", name)
    going_on = None
    if branch.current_round != Pubkey.default():
        round_ = await query.load(workspace.session.chain, accounts.Round, branch.current_round)
        going_on = None if round_ is None else round_.index
    return RulesReport(report.action, report.subject, report.signatures, report.cost, going_on)
