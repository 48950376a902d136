"""`pr diff` and `pr checks`: what a proposal would change, computed here from chain and store."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import KIND_GENESIS
from federity.errors import BlobError, FileUnavailable
from federity.objects import Accumulator, Manifest
from federity.objects.accumulator import WEIGHT_ONE
from federity.objects.tensors import parts_of
from federity.progress import OnProgress, each
from federity.repository.governance import proposals as listing
from federity.repository.ledger import contributions, heads, proposals, views
from federity.repository.ledger.history import ancestors
from federity.repository.ledger.planning import scaled_weight
from federity.repository.ledger.proposals import Proposal
from federity.repository.ledger.summands import Summand
from federity.repository.ledger.weights import weights_of
from federity.repository.reports import LEVELS
from federity.repository.reports.diff_reports import DiffReport
from federity.repository.reports.proposal_reports import CheckedCommit, ProposalChecks, Similar
from federity.repository.steps import operation_running, operation_steps
from federity.repository.verbs import diff
from federity.repository.verbs.evaluating import Evaluation, evaluated

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

Change = npt.NDArray[np.float64]
Sides = tuple[Accumulator, Accumulator]

# Of the history and of what else is proposed: so many changes are compared.
COMPARED = 10


async def difference(workspace: Workspace, reference: Any, on_progress: OnProgress) -> DiffReport:
    """See `Repository.proposal_diff`."""
    there, proposal = await _found(workspace, reference)
    before, after = await _sides(there, proposal, on_progress)
    operation, commit = proposal.operation, proposal.commit
    old = operation.head if operation else commit.parent if commit else proposal.address
    return await diff.between(there, (str(old), before), (str(proposal.address), after))


async def checks(
    workspace: Workspace, reference: Any, evaluate: Evaluation | None, on_progress: OnProgress
) -> ProposalChecks:
    """See `Repository.proposal_checks`."""
    there, proposal = await _found(workspace, reference)
    before, after = await _sides(there, proposal, on_progress)
    found = await diff.between(there, ("before", before), ("after", after))
    own = await asyncio.to_thread(_change, there.manifest, before, after)
    figures: list[dict[str, float]] = [{}, {}]
    if evaluate is not None:
        both = [await weights_of(there, one) for one in (before, after)]
        figures = [await asyncio.to_thread(evaluated, evaluate, one) for one in both]
    result = proposal.commit
    if result is None and proposal.operation is not None:
        result = await there.commit(proposal.operation.result)
    level = result.level if result else 0
    return ProposalChecks(
        address=str(proposal.address),
        level=level,
        level_meaning=LEVELS.get(level, f"L{level}"),
        commits=await _commits(there, proposal, after.fraction_bits),
        l2=found.whole.l2,
        largest=found.whole.largest,
        changed=found.whole.changed,
        elements=found.whole.elements,
        similar=await _similar(there, proposal, own, on_progress),
        before=figures[0],
        after=figures[1],
    )


async def _found(workspace: Workspace, reference: Any) -> tuple[Workspace, Proposal]:
    await workspace.check_chain()
    proposal = await proposals.find(workspace, reference)
    branch = await workspace.load(accounts.Branch, proposal.branch, "branch")
    return await workspace.on_base_of(branch), proposal


async def _sides(there: Workspace, proposal: Proposal, on_progress: OnProgress) -> Sides:
    """The head that a proposal is for, and what it would be. Raises BlobError, FileUnavailable."""
    fetch = heads.Fetch(on_progress)
    if proposal.operation is not None:
        before = await heads.accumulator(there, proposal.operation.head, fetch)
        named = operation_steps.named_of(proposal.operation)
        target = await operation_steps.target_of(there, named)
        return before, await operation_running.opened(there, target, on_progress)
    commit = await there.commit(proposal.address)
    before = await heads.accumulator(there, commit.parent, fetch)
    delta, _ = await heads.delta(there, proposal.address, commit, fetch)
    return before, await asyncio.to_thread(before.advanced, [delta])


def _change(manifest: Manifest, before: Accumulator, after: Accumulator) -> Change:
    """What changes, float64[elements], in one unit for all tensors."""
    change = np.empty(manifest.elements, np.float64)
    for place in each("comparing", list(manifest.places), "tensors"):
        spec = manifest.tensors[place.number]
        power = manifest.exponent(spec, place.digit)
        for part in parts_of(spec.size):
            at = slice(place.offset + part.start, place.offset + part.stop)
            new = np.ldexp(np.asarray(after.values[at]).astype(np.float64), power - after.fraction_bits)
            old = np.ldexp(np.asarray(before.values[at]).astype(np.float64), power - before.fraction_bits)
            change[at] = new - old
    return change


async def _commits(there: Workspace, proposal: Proposal, bits: int) -> tuple[CheckedCommit, ...]:
    """The updates that would come in or go out, and how often."""
    total: dict[Pubkey, tuple[Summand, int]] = {}

    def add(found: Mapping[Pubkey, Summand], times: int) -> None:
        for at, one in found.items():
            before = total[at][1] if at in total else 0
            total[at] = (one, before + one.factor * times)

    if proposal.operation is None:
        own = await there.commit(proposal.address)
        add({proposal.address: Summand(proposal.address, own, scaled_weight(WEIGHT_ONE, bits, own.shift))}, 1)
    else:
        target = await operation_steps.target_of(there, operation_steps.named_of(proposal.operation))
        for operand in target.operands:
            one = operand.summand
            if one.is_update:
                add({one.address: one}, 1)
            else:
                add(await contributions.updates(there, one.address), one.factor)
        head = await there.commit(proposal.operation.head)
        add(await contributions.updates(there, proposal.operation.head), -(1 << bits - head.fraction_bits))
    found = []
    for at, (one, factor) in total.items():
        if factor:
            share = factor / scaled_weight(WEIGHT_ONE, bits, one.commit.shift)
            found.append(await _checked(there, at, one.commit, share))
    return tuple(sorted(found, key=lambda one: (-abs(one.share), one.id)))


async def _checked(there: Workspace, at: Pubkey, commit: accounts.Commit, share: float) -> CheckedCommit:
    view = await views.commit_view(there, at, commit)
    return CheckedCommit(
        id=view.id,
        address=str(at),
        author=view.author,
        level=view.level,
        level_meaning=view.level_meaning,
        share=share,
        norm=view.norm,
        samples=view.samples,
        figures=view.figures,
    )


async def _similar(
    there: Workspace, proposal: Proposal, own: Change, on_progress: OnProgress
) -> tuple[Similar, ...]:
    """How alike the changes of others are: what is proposed now, then what the branch's past brought.

    What cannot be opened is left out: it is not what is asked about.
    """
    found: list[Similar] = []
    for view in await listing.listed(there, "open", None, None, COMPARED):
        if view.address == str(proposal.address):
            continue
        try:
            other = await proposals.find(there, view.address)
            branch = await there.load(accounts.Branch, other.branch, "branch")
            if bytes(branch.lineage) != there.lineage:
                continue
            old, new = await _sides(there, other, on_progress)
        except (BlobError, FileUnavailable):
            continue
        change = await asyncio.to_thread(_change, there.manifest, old, new)
        found.append(Similar(view.id, "proposal", view.author, _cosine(own, change)))
    start = await _base_head(there, proposal)
    seen = 0
    async for at, commit in ancestors(there, start):
        if commit.kind == KIND_GENESIS or seen == COMPARED:
            break
        seen += 1
        view_of = await views.commit_view(there, at, commit)
        fetch = heads.Fetch(on_progress)
        try:
            sides = [await heads.accumulator(there, one, fetch) for one in (commit.parent, at)]
        except (BlobError, FileUnavailable):
            continue
        change = await asyncio.to_thread(_change, there.manifest, sides[0], sides[1])
        found.append(Similar(view_of.id, "history", view_of.author, _cosine(own, change)))
    return tuple(found)


async def _base_head(there: Workspace, proposal: Proposal) -> Pubkey:
    """The head that a proposal stands on."""
    if proposal.operation is not None:
        return proposal.operation.head
    return (await there.commit(proposal.address)).parent


def _cosine(one: Change, other: Change) -> float:
    lengths = math.sqrt(float(one @ one)) * math.sqrt(float(other @ other))
    return max(-1.0, min(1.0, float(one @ other) / lengths)) if lengths else 0.0
