"""Accounts in words: what `log`, `show` and `round` answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts, constants
from federity.errors import BlobError, FileUnavailable
from federity.objects import Location
from federity.repository import heads, notes, query
from federity.repository.reports import LEVELS, CommitView, ReviewView, RoundView, WeightedCommit
from federity.repository.rules import WEIGHTINGS

if TYPE_CHECKING:
    from federity.repository.workspace import Workspace

KINDS = {
    constants.KIND_GENESIS: "genesis",
    constants.KIND_UPDATE: "update",
    constants.KIND_MERGE: "merge",
    constants.KIND_SERVER: "server",
    constants.KIND_REVERT: "revert",
    constants.KIND_PICK: "pick",
}
STATES = {
    constants.COMMIT_STATE_OPEN: "open",
    constants.COMMIT_STATE_COMPLETE: "complete",
    constants.COMMIT_STATE_ACCEPTED: "accepted",
    constants.COMMIT_STATE_HISTORY: "history",
    constants.COMMIT_STATE_ABANDONED: "abandoned",
}
ROUND_KINDS = {
    constants.ROUND_OPEN: "open",
    constants.ROUND_SOLO: "solo",
    constants.ROUND_SERVER: "server",
}
ROUND_STATES = {
    constants.ROUND_STATE_OPEN: "open",
    constants.ROUND_STATE_LOCKED: "locked",
    constants.ROUND_STATE_MERGED: "merged",
    constants.ROUND_STATE_EXPIRED: "expired",
}
VERDICTS = {
    constants.VERDICT_APPROVE: "approve",
    constants.VERDICT_REJECT: "reject",
    constants.VERDICT_COMMENT: "comment",
}
MILLIONTHS = 1_000_000


async def commit_view(
    workspace: Workspace, address: Pubkey, commit: accounts.Commit, *, reviews: bool = False
) -> CommitView:
    """One commit; for a merge with its parts, and with the reviews when asked for."""
    parts = await heads.parts(workspace, address) if commit.kind == constants.KIND_MERGE else []
    location = Location.from_bytes(bytes([commit.location.tag]) + bytes(commit.location.id))
    figures = {"loss": commit.loss, "accuracy": commit.accuracy, "epsilon": commit.epsilon}
    return CommitView(
        address=str(address),
        kind=KINDS.get(commit.kind, str(commit.kind)),
        state="rejected" if commit.rejects else STATES.get(commit.state, str(commit.state)),
        level=commit.level,
        level_meaning=LEVELS.get(commit.level, f"L{commit.level}"),
        author=str(commit.author),
        branch=str(commit.branch),
        round="" if commit.kind == constants.KIND_GENESIS else str(commit.round),
        parent="" if commit.parent == Pubkey.default() else str(commit.parent),
        seq=commit.seq,
        blob_hash=bytes(commit.blob_hash).hex(),
        location="" if location == Location.none() else str(location),
        message=await _message(workspace, address, commit, parts),
        samples=commit.samples,
        figures={name: value / MILLIONTHS for name, value in figures.items() if value},
        shift=commit.shift,
        norm=commit.norm,
        weight=commit.weight,
        parts=commit.parts,
        parts_done=commit.parts_done,
        reviews=await review_views(workspace, address) if reviews else (),
        merged=tuple(weighted(at, part) for at, part in parts),
    )


def weighted(address: Pubkey, commit: accounts.Commit, weight: int | None = None) -> WeightedCommit:
    """A commit's share in the merge that holds it or, with `weight`, will hold it."""
    return WeightedCommit(
        commit=str(address),
        author=str(commit.author),
        samples=commit.samples,
        weight=commit.weight if weight is None else weight,
        level=commit.level,
        id=bytes(commit.blob_hash).hex(),
    )


async def review_views(workspace: Workspace, address: Pubkey) -> tuple[ReviewView, ...]:
    """The standing verdicts on a commit, oldest first."""
    found = await query.find(workspace.session.chain, accounts.Review, commit=address)
    views = []
    for _, review in found:
        note, problem = await notes.read(workspace, bytes(review.note_hash))
        views.append(
            ReviewView(
                reviewer=str(review.reviewer),
                verdict=VERDICTS.get(review.verdict, str(review.verdict)),
                note_hash="" if not any(review.note_hash) else bytes(review.note_hash).hex(),
                slot=review.slot,
                note=note,
                note_problem=problem,
            )
        )
    return tuple(sorted(views, key=lambda view: view.slot))


async def _message(
    workspace: Workspace,
    address: Pubkey,
    commit: accounts.Commit,
    parts: list[tuple[Pubkey, accounts.Commit]],
) -> str:
    """What the author wrote. It travels in the delta's blob, so it is empty when the blob cannot be had."""
    if commit.kind == constants.KIND_GENESIS:
        return "genesis" if commit.parent == Pubkey.default() else f"new base, from {str(commit.parent)[:12]}"
    if commit.kind == constants.KIND_MERGE:
        if len(parts) == 1:
            return await _message(workspace, *parts[0], [])
        return f"merge of {len(parts)} commits"
    try:
        return (await heads.delta(workspace, address, commit, heads.Fetch()))[1].message
    except (BlobError, FileUnavailable):
        return ""


def round_view(address: Pubkey, round_: accounts.Round, commits: tuple[CommitView, ...] = ()) -> RoundView:
    """A round and, when given, its commits."""
    return RoundView(
        address=str(address),
        index=round_.index,
        kind=ROUND_KINDS.get(round_.kind, str(round_.kind)),
        state=ROUND_STATES.get(round_.state, str(round_.state)),
        propose_until=round_.propose_deadline,
        review_until=round_.review_deadline,
        merge_until=round_.merge_deadline,
        proposed=round_.proposed,
        accepted=round_.accepted,
        sum_samples=round_.sum_samples,
        weighting=WEIGHTINGS[round_.rules.weighting],
        set_hash=bytes(round_.set_hash).hex(),
        weights_hash=bytes(round_.weights_hash).hex(),
        merge="" if round_.merge == Pubkey.default() else str(round_.merge),
        commits=commits,
    )
