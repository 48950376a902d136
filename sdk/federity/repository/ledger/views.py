"""Accounts in words: what `log`, `show` and `round` answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts, constants
from federity.chain import pda
from federity.chain.slots import SLOT_MILLISECONDS
from federity.errors import BlobError, FileUnavailable
from federity.objects import Location
from federity.repository.ledger import heads, identity, notes, query
from federity.repository.ledger.summands import merged_parts, named_terms, operation_of
from federity.repository.reports import LEVELS, CommitView, LocalCommit, ReviewView, RoundView, WeightedCommit
from federity.repository.reports.rules import weighting_of
from federity.repository.reports.words import KINDS, MILLIONTHS, ROUND_KINDS, ROUND_STATES, STATES, VERDICTS
from federity.text import short

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader


async def commit_view(
    reader: Reader, address: Pubkey, commit: accounts.Commit, *, reviews: bool = False
) -> CommitView:
    """One commit; for a merge with its parts, and with the reviews when asked for. `dated` adds the times."""
    parts = await merged_parts(reader, address) if commit.kind == constants.KIND_MERGE else []
    said = {at: await _said(reader, at, part) for at, part in parts}
    only = identity.single(parts)
    spoken_at, spoken = only or (address, commit)
    words = said[spoken_at] if only else await _said(reader, address, commit)
    location = Location.from_bytes(bytes([commit.location.tag]) + bytes(commit.location.id))
    return CommitView(
        address=str(address),
        kind=KINDS.get(commit.kind, str(commit.kind)),
        state="rejected" if commit.rejects else STATES.get(commit.state, str(commit.state)),
        level=commit.level,
        level_meaning=LEVELS.get(commit.level, f"L{commit.level}"),
        author=str(spoken.author),
        branch=str(commit.branch),
        round="" if commit.kind == constants.KIND_GENESIS else str(commit.round),
        parent="" if commit.parent == Pubkey.default() else str(commit.parent),
        seq=commit.seq,
        blob_hash=bytes(commit.blob_hash).hex(),
        location="" if location == Location.none() else str(location),
        message=f"merge of {len(parts)} commits" if parts and not only else words.message,
        samples=sum(part.samples for _, part in parts) if parts else commit.samples,
        figures=words.figures,
        shift=spoken.shift,
        norm=spoken.norm,
        weight=await heads.weight(reader, commit),
        parts=commit.parts,
        parts_done=commit.parts_done,
        reviews=await review_views(reader, spoken_at) if reviews else (),
        merged=tuple(
            replace(
                weighted(at, part),
                message=said[at].message,
                figures=said[at].figures,
                slot=part.created_slot,
            )
            for at, part in parts
        ),
        id=identity.name(address, commit, parts),
        single=only is not None,
        slot=spoken.created_slot,
        problem=words.problem,
        sum=words.total,
        repository=str(commit.repository),
    )


def local_view(reader: Reader, commit: LocalCommit, seq: int, author: str) -> CommitView:
    """A commit of this working copy that stands on a head with this `seq`; `author` is who would push it."""
    return CommitView(
        address=commit.address,
        kind="update",
        state=commit.state,
        level=0,
        level_meaning="none yet: it is not on a head",
        author=author,
        branch=str(pda.branch(reader.repository, commit.branch)),
        round=commit.round,
        parent=commit.parent,
        seq=seq,
        blob_hash=commit.delta,
        location="",
        message=commit.message,
        samples=commit.samples,
        figures=dict(commit.figures),
        shift=commit.shift,
        norm=commit.norm,
        weight=0,
        parts=0,
        parts_done=0,
        id=commit.id,
        time=commit.created_at // 1_000_000_000,
        time_source="made here",
        repository=str(reader.repository),
    )


async def dated(reader: Reader, views: Sequence[CommitView]) -> list[CommitView]:
    """The views with their dates: one question to the chain for all of them."""
    slots = {view.slot for view in views} | {part.slot for view in views for part in view.merged}
    wanted = sorted(slots - {0}, reverse=True)
    found = dict(zip(wanted, await reader.session.chain.block_times(wanted), strict=True))
    return [
        view
        if view.time_source
        else replace(
            view,
            time=found.get(view.slot),
            time_source="" if found.get(view.slot) is None else "block",
            merged=tuple(replace(part, time=found.get(part.slot)) for part in view.merged),
        )
        for view in views
    ]


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


async def review_views(reader: Reader, address: Pubkey) -> tuple[ReviewView, ...]:
    """The standing verdicts on a commit, oldest first."""
    found = await query.find(reader.session.chain, accounts.Review, commit=address)
    views = []
    for _, review in found:
        note, problem = await notes.read(reader, bytes(review.note_hash))
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


@dataclass(frozen=True)
class _Said:
    """What an author said beside a vector. `problem`: why what they said cannot be read. `total`: of an
    operation, the sum that it is.
    """

    message: str
    figures: dict[str, float]
    problem: str = ""
    total: str = ""


async def _said(reader: Reader, address: Pubkey, commit: accounts.Commit) -> _Said:
    """Message and figures of a commit: the chain's fields, and what else its blob declares."""
    fields = {"loss": commit.loss, "accuracy": commit.accuracy, "epsilon": commit.epsilon}
    held = {name: value / MILLIONTHS for name, value in fields.items() if value}
    if commit.kind == constants.KIND_GENESIS:
        first = commit.parent == Pubkey.default()
        return _Said("genesis" if first else f"new base, from {short(str(commit.parent))}", held)
    if commit.kind == constants.KIND_MERGE:
        return _Said("", held)
    if commit.kind == constants.KIND_OPERATION:
        made = await operation_of(reader, commit)
        words, problem = await notes.read(reader, bytes(made.note_hash))
        total = spelled(made)
        return _Said(words or ("" if problem else total), held, problem, total)
    try:
        info = await heads.said(reader, address, commit, heads.Fetch())
    except (BlobError, FileUnavailable) as error:
        return _Said("", held, error.sentence)
    return _Said(info.message, {**declared(info.figures), **held})


def spelled(operation: accounts.Operation) -> str:
    """An operation as the sum that it is, weights over `2^m`, those of updates over 65536."""
    words = [
        f"{'-' if term.negative else '+'}{term.factor} {short(str(term.commit))}"
        for term in named_terms(operation)
    ]
    return f"sum of {', '.join(words)}" + (f", over {1 << operation.m}" if operation.m else "")


def declared(texts: Mapping[str, str]) -> dict[str, float]:
    """Figures from their texts, which are a stranger's: what is no finite number is left out."""
    found = {}
    for name, text in texts.items():
        with suppress(ValueError):
            if math.isfinite(number := float(text)):
                found[name] = number
    return found


def round_view(
    address: Pubkey, round_: accounts.Round, slot: int, now: float, commits: tuple[CommitView, ...] = ()
) -> RoundView:
    """A round and, when given, its commits, as seen in `slot` at the Unix second `now`."""

    def moment(deadline: int) -> int:
        return round(now + (deadline - slot) * SLOT_MILLISECONDS / 1000)

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
        weighting=weighting_of(round_.rules),
        set_hash=bytes(round_.set_hash).hex(),
        weights_hash=bytes(round_.weights_hash).hex(),
        merge="" if round_.merge == Pubkey.default() else str(round_.merge),
        commits=commits,
        slot=slot,
        propose_time=moment(round_.propose_deadline),
        review_time=moment(round_.review_deadline),
        merge_time=moment(round_.merge_deadline),
        min_level=round_.rules.min_level,
        approvals=round_.rules.approvals,
    )
