"""`merge`: accept what is due, lock, weigh, sum on the chain, move the head.

Resumable, and harmless when run twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from federity._generated import accounts, types
from federity._generated import instructions as program
from federity._generated.constants import (
    ROLE_KEEPER,
    ROLE_MAINTAINER,
    ROUND_OPEN,
    ROUND_SERVER,
    ROUND_STATE_EXPIRED,
    ROUND_STATE_MERGED,
    ROUND_STATE_OPEN,
    WEIGHT_ONE,
    WEIGHTING_KEEPER,
    WEIGHTING_SAMPLES,
)
from federity.chain import pda
from federity.errors import BlobError, ConfigError, NotAMember, NotFound, ProgramError, TransactionRefused
from federity.objects import Accumulator, Location, encode_accumulator
from federity.repository import heads, merge_steps, query, review, rounds, transactions
from federity.repository.commitments import check_opens, commit_vector
from federity.repository.planning import batches, sample_weights, uniform_weights
from federity.repository.progress import OnProgress, Progress
from federity.repository.references import resolve
from federity.repository.reports import Cost, MergeReport, TransactionReport, WeightedCommit
from federity.repository.transactions import Step

if TYPE_CHECKING:
    from federity.repository.workspace import Workspace

# How often a merge is planned anew because another merger was faster with a step.
TRIES = 20
WEIGHTS_BATCH = 20


@dataclass(frozen=True)
class Merging:
    """A round on its way: its account, the commits in its set, and the caller's membership if it has one."""

    address: Pubkey
    round: accounts.Round
    commits: tuple[tuple[Pubkey, accounts.Commit], ...]
    member: Pubkey | None
    role: int


async def merge(
    workspace: Workspace, weights: Mapping[str, int] | None, dry_run: bool, on_progress: OnProgress
) -> MergeReport:
    """See `Repository.merge`."""
    await workspace.check_chain()
    address, _ = await rounds.current(workspace)
    cost = Cost()
    for _ in range(TRIES):
        state = await _read(workspace, address)
        if state.round.state in (ROUND_STATE_MERGED, ROUND_STATE_EXPIRED):
            return await _report(workspace, state, "", cost)
        try:
            steps, waiting, uploaded = await _next(workspace, state, weights, dry_run, on_progress)
            cost += Cost(uploaded_bytes=uploaded)
            if not steps:
                return await _report(workspace, state, waiting, cost)
            sent = await transactions.run(workspace.session, steps, dry_run)
            cost += sent.cost
        except (ProgramError, TransactionRefused):
            # Another merger may have taken the step; what it left is planned anew. A true refusal comes
            # again.
            if await _read(workspace, address) == state:
                raise
            continue
        if dry_run:
            return await _report(workspace, state, "nothing: this was a dry run", cost)
    raise NotFound("The round kept changing while it was merged.", hint="Run the merge again.")


async def _read(workspace: Workspace, address: Pubkey) -> Merging:
    round_ = await workspace.load(accounts.Round, address, "round")
    held = await query.find(workspace.session.chain, accounts.Commit, held_by=address)
    try:
        member, found = await workspace.member()
        role = found.role
    except NotAMember:
        member, role = None, 0
    return Merging(address, round_, tuple(sorted(held, key=lambda item: item[1].index)), member, role)


async def _next(
    workspace: Workspace,
    state: Merging,
    weights: Mapping[str, int] | None,
    dry_run: bool,
    on_progress: OnProgress,
) -> tuple[list[Step], str, int]:
    """The next steps, or what the merge waits for, and the bytes that were uploaded on the way."""
    if state.round.state == ROUND_STATE_OPEN:
        steps, waiting, ready = await _gather(workspace, state)
        if dry_run and steps and not waiting:
            steps += await _foreseen(workspace, state, ready)
        return steps, waiting, 0
    chosen = await _weights(workspace, state, weights)
    if _by_keeper(state.round) and not _written(state, chosen):
        return *_write_weights(workspace, state, chosen), 0
    rules = state.round.rules
    begun = state.round.merge != Pubkey.default()
    if not begun and state.round.kind == ROUND_OPEN and state.round.approvals < rules.merge_approvals:
        return [], f"{rules.merge_approvals - state.round.approvals} more approvals of the merge", 0
    return (*(await _sum(workspace, state, chosen, dry_run, on_progress)),)


Commits = Sequence[tuple[Pubkey, accounts.Commit]]


async def _gather(workspace: Workspace, state: Merging) -> tuple[list[Step], str, Commits]:
    """Accept what has all it needs, and lock. The blobs of the set are checked first: what nobody can open or
    what does not open its commitment must not reach a head.
    """
    keeper = state.role >= ROLE_KEEPER
    slot = await workspace.session.chain.slot()
    ready = [
        (at, commit)
        for at, commit in await rounds.proposals(workspace, state.address)
        if commit.held_by == Pubkey.default() and not await review.missing(workspace, commit, state.round)
    ]
    await check_blobs(workspace, [*state.commits, *ready])
    if state.round.kind == ROUND_SERVER:
        if not ready:
            return [], "the server update to have its level and its approvals", ready
        return [rounds.lock_step(workspace, state.member, state.address, ready[0][0])], "", ready
    steps = [review.accept_step(workspace, at, commit, state.address) for at, commit in ready]
    if not steps and not state.commits:
        return [], "a commit that has its level and its approvals", ready
    if not keeper and slot <= state.round.review_deadline:
        return steps, f"a keeper, or slot {state.round.review_deadline}, to lock the round", ready
    member = state.member if keeper else None
    return [*steps, rounds.lock_step(workspace, member, state.address, None)], "", ready


async def _foreseen(workspace: Workspace, state: Merging, ready: Commits) -> list[Step]:
    """What follows the lock of an open round, for its price: weights, and the sum of the set."""
    commits = [*state.commits, *ready]
    branch = await workspace.load(accounts.Branch, state.round.branch, "branch")
    locked = replace(state.round, head=branch.head, fraction_bits=branch.fraction_bits, chunks=branch.chunks)
    foreseen = replace(state, round=locked, commits=tuple(commits))
    steps: list[Step] = []
    if _by_keeper(state.round):
        steps, _ = _write_weights(workspace, foreseen, [0] * len(commits))
    target = await merge_steps.target_of(workspace, state.address, locked, commits, [0] * len(commits))
    named = state.member if state.role >= ROLE_KEEPER else None
    return steps + merge_steps.steps(workspace, target, named, Location.of(b""))


async def check_blobs(workspace: Workspace, commits: Commits) -> None:
    """Fetch every delta and open its commitment. Raises BlobMissing, BadBlob, CommitmentMismatch."""
    srs_id = bytes.fromhex(workspace.worktree.config().srs)
    fetch = heads.Fetch()
    for address, commit in commits:
        if commit.rejects:
            continue
        try:
            change, _ = await heads.delta(workspace, address, commit, fetch)
            await check_opens(workspace.session, srs_id, address, commit, change.values)
        except BlobError as error:
            error.hint = f"Reject it with `federity review {address} --reject`, then merge again."
            raise


def _by_keeper(round_: accounts.Round) -> bool:
    return round_.kind == ROUND_OPEN and round_.rules.weighting == WEIGHTING_KEEPER


async def _weights(workspace: Workspace, state: Merging, given: Mapping[str, int] | None) -> list[int]:
    """Q16 weights of the set, by the rule of the round."""
    round_, commits = state.round, [commit for _, commit in state.commits]
    cap = round_.rules.max_weight
    if given is not None and not _by_keeper(round_):
        raise ConfigError("The branch's rule sets the weights, so none can be given.")
    if round_.kind != ROUND_OPEN:
        return [WEIGHT_ONE] * len(commits)
    samples = [commit.samples for commit in commits]
    if _by_keeper(round_):
        if given is not None:
            named = {str(await resolve(workspace, name)): weight for name, weight in given.items()}
            strangers = named.keys() - {str(address) for address, _ in state.commits}
            if strangers:
                raise ConfigError(f"{sorted(strangers)[0]} is not in the round's set.")
            return [named.get(str(address), 0) for address, _ in state.commits]
        if round_.weights_written == len(commits):
            return [commit.weight for commit in commits]
        found = sample_weights(samples, cap)
    elif round_.rules.weighting == WEIGHTING_SAMPLES:
        found = sample_weights(samples, cap)
    else:
        found = uniform_weights(len(commits), cap)
    return [0 if commit.rejects else weight for commit, weight in zip(commits, found, strict=True)]


def _written(state: Merging, weights: Sequence[int]) -> bool:
    begun = state.round.merge != Pubkey.default()
    complete = state.round.weights_written == len(state.commits)
    return begun or (complete and [commit.weight for _, commit in state.commits] == list(weights))


def _write_weights(workspace: Workspace, state: Merging, weights: Sequence[int]) -> tuple[list[Step], str]:
    if state.member is None or state.role < ROLE_KEEPER:
        return [], "a keeper to write the weights"
    steps = []
    paired = list(zip(state.commits, weights, strict=True))
    restart = state.round.weights_written > 0
    for number, batch in enumerate(batches(paired, WEIGHTS_BATCH)):
        steps.append(
            Step(
                program.weights_write(
                    authority=workspace.session.wallet.pubkey,
                    member=state.member,
                    round=state.address,
                    restart=restart and number == 0,
                    weights=tuple(weight for _, weight in batch),
                    remaining=[AccountMeta(address, False, True) for (address, _), _ in batch],
                ),
                units=20_000 + 5_000 * len(batch),
            )
        )
    return steps, ""


async def _sum(
    workspace: Workspace,
    state: Merging,
    weights: Sequence[int],
    dry_run: bool,
    on_progress: OnProgress,
) -> tuple[list[Step], str, int]:
    """All that is left of the sum.

    The result is computed here too, and must open the point the program will find.
    """
    target = await merge_steps.target_of(workspace, state.address, state.round, state.commits, weights)
    named = state.member if state.role >= ROLE_KEEPER else None
    location, uploaded = Location.none(), 0
    if named is not None and not dry_run:
        on_progress(Progress("summing", 0, 1))
        result = await _result(workspace, state, weights)
        points = await commit_vector(
            workspace.session, bytes.fromhex(workspace.worktree.config().srs), result.values
        )
        if points == [target.expected(chunk) for chunk in range(state.round.chunks)]:
            blob = await asyncio.to_thread(encode_accumulator, result)
            location, uploaded = await workspace.session.storage.put(blob), len(blob)
            await heads.keep(workspace, target.merge, result)
        on_progress(Progress("summing", 1, 1))
    return merge_steps.steps(workspace, target, named, location), "", uploaded


async def _result(workspace: Workspace, state: Merging, weights: Sequence[int]) -> Accumulator:
    fetch = heads.Fetch()
    head = await heads.accumulator(workspace, state.round.head, fetch)
    weighted = [
        ((await heads.delta(workspace, address, commit, fetch))[0], weight)
        for (address, commit), weight in zip(state.commits, weights, strict=True)
        if weight
    ]
    return head.merged(weighted)


async def _report(workspace: Workspace, state: Merging, waiting: str, cost: Cost) -> MergeReport:
    config = workspace.worktree.config()
    round_ = state.round
    finished = round_.state == ROUND_STATE_MERGED
    if round_.state == ROUND_STATE_EXPIRED:
        waiting = "nothing: the round has expired"
    merged = await query.load(workspace.session.chain, accounts.Commit, pda.merge(state.address))
    branch = await workspace.load(accounts.Branch, round_.branch, "branch")
    return MergeReport(
        repository=config.repository,
        branch=config.branch,
        round=str(state.address),
        index=round_.index,
        head_before=str(round_.head if round_.head != Pubkey.default() else branch.head),
        head=str(round_.merge) if finished else str(branch.head),
        head_seq=merged.seq if finished and merged is not None else branch.head_seq,
        commits=tuple(
            WeightedCommit(str(at), str(commit.author), commit.samples, commit.weight, commit.level)
            for at, commit in state.commits
        ),
        level=round_.level,
        accumulator=bytes(merged.blob_hash).hex() if finished and merged is not None else "",
        finished=finished,
        waiting_for=waiting,
        cost=cost,
    )


async def merge_approve(workspace: Workspace, dry_run: bool) -> TransactionReport:
    """See `Repository.merge_approve`."""
    await workspace.check_chain()
    member, found = await workspace.require_role(ROLE_MAINTAINER, "maintainer")
    address, round_ = await rounds.current(workspace)
    session = workspace.session
    at = pda.approval(address, found.wallet)
    exists = await query.load(session.chain, accounts.Approval, at) is not None
    step = Step(
        program.merge_approve(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            member=member,
            round=address,
            approval=at,
            set_hash=bytes(round_.set_hash),
            weights_hash=bytes(round_.weights_hash),
        ),
        () if exists else (accounts.Approval.SIZE,),
    )
    sent = await transactions.run(session, [step], dry_run)
    return sent.report("approved the merge of round", str(round_.index))


async def repost(workspace: Workspace, reference: Any) -> TransactionReport:
    """See `Repository.repost`."""
    await workspace.check_chain()
    address = await resolve(workspace, reference)
    session = workspace.session
    accumulator = await heads.accumulator(workspace, address, heads.Fetch())
    location = await session.storage.put(await asyncio.to_thread(encode_accumulator, accumulator))
    at = pda.location(address, session.wallet.pubkey)
    posted = await query.load(session.chain, accounts.Location, at)
    if posted is not None and bytes(posted.blob_hash) == location.id:
        return TransactionReport("uploaded again the blob of", str(address), (), Cost())
    if posted is not None:
        raise ConfigError("This wallet has posted another place for that commit already.")
    step = Step(
        program.location_create(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            commit=address,
            location_address=at,
            blob_hash=location.id,
            location=types.BlobLocation(tag=int(location.tag), id=location.id),
        ),
        (accounts.Location.SIZE,),
    )
    sent = await transactions.send(session, [step])
    return sent.report("posted a place for", str(address))
