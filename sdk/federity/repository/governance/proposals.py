"""Proposals: what waits for people to look at it, what they say of it, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    ROUND_STATE_LOCKED,
    ROUND_STATE_MERGED,
    ROUND_STATE_OPEN,
    TERM_UPDATE,
)
from federity.chain import pda
from federity.errors import ConfigError, NotFound
from federity.repository.ledger import notes, proposals, query, views
from federity.repository.ledger.proposals import Proposal
from federity.repository.ledger.reader import NOBODY
from federity.repository.ledger.references import name_at
from federity.repository.ledger.roles import NAMES, role_now
from federity.repository.ledger.summands import UPDATES, named_terms
from federity.repository.ledger.votes import count, operation_approvals_of
from federity.repository.reports.operation_reports import NamedTerm
from federity.repository.reports.proposal_reports import ProposalView, RemarkView
from federity.repository.reports.words import VERDICTS

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader
    from federity.repository.working_copy.workspace import Workspace
    from federity.wallet import Whose

STATES = ("open", "merged", "stale", "all")


@dataclass(frozen=True)
class _Known:
    """What is read once for all proposals of a repository."""

    repository: accounts.Repository
    branches: Mapping[Pubkey, accounts.Branch]
    members: Mapping[Pubkey, accounts.Member]
    remarks: Sequence[accounts.Remark]

    @classmethod
    async def of(cls, reader: Reader) -> _Known:
        """Ask the chain."""
        chain, repository = reader.session.chain, reader.repository
        return cls(
            await reader.load(accounts.Repository, repository, "repository"),
            dict(await query.find(chain, accounts.Branch, repository=repository)),
            await proposals.members_of(reader),
            [one for _, one in await query.find(chain, accounts.Remark, repository=repository)],
        )


async def listed(
    workspace: Workspace, state: str, base: str | None, author: Whose | None, limit: int | None
) -> Sequence[ProposalView]:
    """See `Repository.proposals`."""
    if state not in STATES:
        raise ConfigError(f"{state!r} is no state of a proposal: {', '.join(STATES)} are.")
    await workspace.check_chain()
    wanted = None if author is None else workspace.session.address_of(author)
    known = await _Known.of(workspace)
    if base is not None and pda.branch(workspace.repository, base) not in known.branches:
        raise NotFound(f"There is no branch {base!r}.", hint="`federity branch` lists them.")
    chain = workspace.session.chain
    made = await query.find(chain, accounts.Operation, repository=workspace.repository)
    found = [Proposal(at, operation=one) for at, one in made]
    for branch in known.branches.values():
        found += await _of_round(workspace, branch)
    chosen = [
        one
        for one in found
        if state in ("all", one.state(known.branches[one.branch]))
        and wanted in (None, one.author)
        and base in (None, pda.plain_name(bytes(known.branches[one.branch].name)))
    ]
    chosen.sort(key=lambda one: (one.since, bytes(one.address)), reverse=True)
    return await _dated(workspace, [await _view(workspace, known, one) for one in chosen[:limit]])


async def viewed(workspace: Workspace, reference: Any) -> ProposalView:
    """See `Repository.proposal`."""
    await workspace.check_chain()
    proposal = await proposals.find(workspace, reference)
    known = await _Known.of(workspace)
    view = await _view(workspace, known, proposal)
    remarks = [await _remark(workspace, known, one) for one in proposals.heard(proposal, known.remarks)]
    if proposal.commit is not None:
        reviews = await views.review_views(workspace, proposal.address)
        remarks += [
            RemarkView(
                one.reviewer,
                one.verdict,
                _role(known, Pubkey.from_string(one.reviewer)),
                one.slot,
                one.note,
                one.note_problem,
            )
            for one in reviews
        ]
    remarks.sort(key=lambda one: one.slot)
    return (await _dated(workspace, [replace(view, remarks=tuple(remarks))]))[0]


async def objections(workspace: Workspace, proposal: Proposal) -> tuple[Pubkey, ...]:
    """The maintainers who ask for changes of an operation."""
    known = await _Known.of(workspace)
    return _objecting(known, proposal, await _votes(workspace, proposal))


async def _of_round(reader: Reader, branch: accounts.Branch) -> list[Proposal]:
    """The commits that the branch's round in progress collects."""
    chain = reader.session.chain
    if branch.current_round == NOBODY:
        return []
    found = dict(await query.find(chain, accounts.Commit, round=branch.current_round))
    found |= dict(await query.find(chain, accounts.Commit, held_by=branch.current_round))
    return [Proposal(at, commit=one) for at, one in found.items() if one.kind in UPDATES]


def _objecting(known: _Known, proposal: Proposal, votes: Sequence[accounts.Approval]) -> tuple[Pubkey, ...]:
    said = proposals.heard(proposal, known.remarks)
    return proposals.objecting(known.repository, known.members, said, votes)


async def _votes(reader: Reader, proposal: Proposal) -> list[accounts.Approval]:
    """Those for this very operation, whether they count now or not."""
    found = await query.find(reader.session.chain, accounts.Approval, round=proposal.address)
    return [one for _, one in found if one.attempt == proposal.since]


async def _view(reader: Reader, known: _Known, proposal: Proposal) -> ProposalView:
    branch = known.branches[proposal.branch]
    said = len(proposals.heard(proposal, known.remarks))
    if proposal.commit is not None:
        return await _commit(reader, branch, proposal.address, proposal.commit, said)
    operation = proposal.operation
    assert operation is not None  # noqa: S101 - it is one of the two
    message, problem = await notes.read(reader, bytes(operation.note_hash))
    title, body = proposals.parted(message or ("" if problem else views.spelled(operation)))
    state = proposal.state(branch)
    votes = await _votes(reader, proposal)
    # A merged one was approved, whoever of its voters has left since and whatever was closed.
    needed = max(1, branch.rules.merge_approvals) if branch.rules.protected else 0
    counted = count(await operation_approvals_of(reader, proposal.address, operation))
    return ProposalView(
        address=str(proposal.address),
        kind="operation",
        state=state,
        title=title,
        body=body,
        problem=problem,
        author=str(operation.author),
        branch=pda.plain_name(bytes(branch.name)),
        head=str(operation.head),
        result=str(operation.result),
        approvals=counted,
        needed=0 if state == "merged" else needed,
        changes_requested=() if state == "merged" else tuple(map(str, _objecting(known, proposal, votes))),
        approved_by=tuple(sorted(str(vote.approver) for vote in votes)),
        slot=operation.created_slot,
        number_of_remarks=said,
        terms=await _terms(reader, operation),
        m=operation.m,
        id=str(proposal.address),
    )


async def _terms(reader: Reader, operation: accounts.Operation) -> tuple[NamedTerm, ...]:
    found = []
    for term in named_terms(operation):
        factor = -term.factor if term.negative else term.factor
        found.append(
            NamedTerm(str(term.commit), await name_at(reader, term.commit), factor, term.kind == TERM_UPDATE)
        )
    head = str(operation.head)
    return tuple(sorted(found, key=lambda term: (term.commit != head, term.commit)))


async def _commit(
    reader: Reader, branch: accounts.Branch, address: Pubkey, commit: accounts.Commit, said: int
) -> ProposalView:
    decider = commit.round if commit.held_by == NOBODY else commit.held_by
    round_ = await reader.load(accounts.Round, decider, "round")
    view = await views.commit_view(await reader.on_base_of(commit), address, commit, reviews=True)
    title, body = proposals.parted(view.message)
    open_ = round_.state in (ROUND_STATE_OPEN, ROUND_STATE_LOCKED)
    merged = decider == commit.held_by and round_.state == ROUND_STATE_MERGED
    return ProposalView(
        address=str(address),
        kind="commit",
        state="open" if open_ else "merged" if merged else "stale",
        title=title,
        body=body,
        problem=view.problem,
        author=str(commit.author),
        branch=pda.plain_name(bytes(branch.name)),
        head=str(commit.parent),
        result=str(address),
        approvals=commit.approvals,
        needed=round_.rules.approvals,
        changes_requested=tuple(one.reviewer for one in view.reviews if one.verdict == "reject"),
        approved_by=tuple(one.reviewer for one in view.reviews if one.verdict == "approve"),
        slot=commit.created_slot,
        number_of_remarks=said + sum(1 for one in view.reviews if one.note_hash),
        round=round_.index,
        id=view.id,
    )


async def _remark(reader: Reader, known: _Known, one: accounts.Remark) -> RemarkView:
    note, problem = await notes.read(reader, bytes(one.note_hash))
    verdict = VERDICTS.get(one.verdict, str(one.verdict))
    return RemarkView(str(one.author), verdict, _role(known, one.author), one.slot, note, problem)


def _role(known: _Known, wallet: Pubkey) -> str:
    member = known.members.get(wallet)
    return "" if member is None else NAMES.get(role_now(known.repository, member), "")


async def _dated(reader: Reader, found: Sequence[ProposalView]) -> list[ProposalView]:
    """The views with their dates, and those of what was said: one question to the chain."""
    slots = {view.slot for view in found} | {one.slot for view in found for one in view.remarks}
    wanted = sorted(slots, reverse=True)
    times = dict(zip(wanted, await reader.session.chain.block_times(wanted), strict=True))
    return [
        replace(
            view,
            time=times.get(view.slot),
            remarks=tuple(replace(one, time=times.get(one.slot)) for one in view.remarks),
        )
        for view in found
    ]
