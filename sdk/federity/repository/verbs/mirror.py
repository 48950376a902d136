"""`mirror`: bring every blob of a repository to the store of this session, and say on the chain where it is.

So a repository moves from a folder to Arweave, from items to transactions, or back to a folder, which is a
copy of its own that the chain does not name. What somebody has brought there before is found by its tags and
not paid for again; so a place that was lost is found, and posted. Run again, it does what is left.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import COMMIT_STATE_HISTORY, KIND_GENESIS, KIND_MERGE, KIND_OPERATION
from federity.chain import pda
from federity.errors import BlobError, FileUnavailable, NotFound
from federity.objects import Location, LocationKind, Place, bounds
from federity.progress import OnProgress, Progress
from federity.repository.ledger import heads, notes, places, query
from federity.repository.ledger.family import family
from federity.repository.ledger.reader import NOBODY
from federity.repository.ledger.summands import HEADS
from federity.repository.reports import Cost, MirrorReport
from federity.repository.steps import transactions, uploading
from federity.repository.steps.location_steps import location_steps
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.objects.blob import Blob
    from federity.repository.working_copy.workspace import Workspace

_KINDS = {KIND_GENESIS: "base", KIND_MERGE: "head", KIND_OPERATION: "head"}


@dataclass
class _Work:
    """What was found and is to be done."""

    steps: list[Step] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)
    copied: int = 0
    posted: int = 0
    missing: list[str] = field(default_factory=list)


async def mirror(workspace: Workspace, dry_run: bool, on_progress: OnProgress) -> MirrorReport:
    """See `Repository.mirror`."""
    workspace.check_reached("mirror")
    await workspace.check_chain()
    session, work = workspace.session, _Work()
    commits = await _history(workspace)
    if not commits:
        raise NotFound("The repository is not on the chain.", hint="`federity push` puts it there.")
    for done, (address, commit) in enumerate(sorted(commits, key=lambda item: item[1].created_slot)):
        on_progress(Progress("mirroring", done, len(commits), "commits"))
        if any(commit.blob_hash):
            await _commit(workspace, work, address, commit, dry_run)
    async for note in _notes(workspace, [address for address, _ in commits]):
        if await session.storage.found(hashlib.sha256(note).digest(), len(note)) is None:
            await _keep(workspace, work, "note", note, dry_run)
    on_progress(Progress("mirroring", len(commits), len(commits), "commits"))
    sent = await transactions.run(session, work.steps, dry_run)
    report = sent.report("mirrored", f"{work.copied} blobs")
    return MirrorReport(
        report.action,
        report.subject,
        report.signatures,
        report.cost + work.cost,
        copied=work.copied,
        posted=work.posted,
        missing=tuple(work.missing),
        dry_run=dry_run,
    )


async def _history(workspace: Workspace) -> list[tuple[Pubkey, accounts.Commit]]:
    """The commits of the repository, and of those whose commits its history has what was merged there."""
    chain, own = workspace.session.chain, workspace.repository
    found = []
    for one in await family(chain, own):
        made = await query.find(chain, accounts.Commit, repository=one)
        found += [
            (at, commit)
            for at, commit in made
            if one == own or commit.state == COMMIT_STATE_HISTORY or commit.held_by != NOBODY
        ]
    return found


async def _commit(
    workspace: Workspace, work: _Work, address: Pubkey, commit: accounts.Commit, dry_run: bool
) -> None:
    session, named = workspace.session, await heads.places(workspace, address, commit)
    try:
        blob = await _blob(workspace, address, commit, named)
    except (BlobError, FileUnavailable):
        work.missing.append(str(address))
        return
    sha256 = bytes(commit.blob_hash)
    found = await session.storage.found(sha256, len(blob))
    if found is not None:
        place = Place(found, sha256)
    else:
        place = await _keep(workspace, work, _KINDS.get(commit.kind, "delta"), blob, dry_run)
    if place.location.tag is LocationKind.LOCAL or place in named:
        return
    own = pda.location(address, session.wallet.pubkey)
    posted = await query.load(session.chain, accounts.Location, own)
    work.steps += location_steps(session, address, place, posted)
    work.posted += 1


async def _blob(workspace: Workspace, address: Pubkey, commit: accounts.Commit, named: list[Place]) -> Blob:
    """The blob that a commit names, from wherever it is. Raises BlobError, FileUnavailable."""
    if commit.kind == KIND_GENESIS:
        return await places.base(workspace.session, workspace.repository, bytes(commit.blob_hash))
    elements = (await workspace.on_base_of(commit)).manifest.elements
    limit = bounds.accumulator(elements) if commit.kind in HEADS else bounds.delta(elements)
    found = [place for place in named if place.sha256 == bytes(commit.blob_hash)]
    failure: BlobError | FileUnavailable | None = None
    for place in dict.fromkeys([*found, Place.local(bytes(commit.blob_hash))]):
        try:
            return await workspace.session.storage.get(place.location, limit.size, sha256=place.sha256)
        except (BlobError, FileUnavailable) as error:
            failure = failure or error
    assert failure is not None  # noqa: S101 - there is at least one place
    raise failure


async def _notes(workspace: Workspace, commits: Sequence[Pubkey]) -> AsyncIterator[bytes]:
    """The words of the repository that can be had: of operations, tags, remarks and reviews."""
    chain, repository = workspace.session.chain, workspace.repository
    operations = await query.find(chain, accounts.Operation, repository=repository)
    remarks = await query.find(chain, accounts.Remark, repository=repository)
    tags = await query.find(chain, accounts.Tag, repository=repository)
    hashes = [bytes(found.note_hash) for _, found in operations]
    hashes += [bytes(found.note_hash) for _, found in remarks]
    hashes += [bytes(found.note_hash) for _, found in tags]
    for address in commits:
        reviews = await query.find(chain, accounts.Review, commit=address)
        hashes += [bytes(review.note_hash) for _, review in reviews]
    for sha256 in filter(any, dict.fromkeys(hashes)):
        try:
            yield (await notes.blob(workspace, sha256))[:]
        except (BlobError, FileUnavailable):
            continue


async def _keep(workspace: Workspace, work: _Work, kind: str, blob: Blob, dry_run: bool) -> Place:
    """Bring a blob to the session's store, or in a dry run say what that costs."""
    session, repository = workspace.session, workspace.repository
    work.copied += 1
    if dry_run:
        work.cost += await uploading.price(session, repository, kind, len(blob))
        sha256 = (await workspace.objects.locate(blob)).id
        return Place(Location(session.storage.kind, sha256), sha256)
    place, cost = await uploading.upload(session, repository, kind, blob)
    work.cost += cost
    return place
