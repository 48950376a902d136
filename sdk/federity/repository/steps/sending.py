"""Sending one update: what of it the chain holds already is read first, the rest is made and sent."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from federity import _native
from federity._generated import accounts
from federity._generated.constants import CHUNK_ELEMENTS, LANES, ROUND_OPEN
from federity._native import UnitProof
from federity.chain import pda
from federity.objects import Location, Place
from federity.progress import OnProgress, Progress, tell
from federity.repository.ledger import query
from federity.repository.ledger.commitments import IDENTITY, commit_vector, points_of
from federity.repository.reports import Cost
from federity.repository.steps import transactions, uploading
from federity.repository.steps.finale import finale_steps, plain_target, worth_naming
from federity.repository.steps.merge_steps import steps as merge_steps
from federity.repository.steps.round_steps import lock_step
from federity.repository.steps.transactions import Step
from federity.repository.steps.update_steps import (
    Update,
    context,
    create_steps,
    declare_steps,
    points_step,
    prove_step,
    proved_points,
)
from federity.repository.working_copy.journal import Journal, KeptProof

if TYPE_CHECKING:
    from federity.repository.ledger.context import UpdateContext
    from federity.repository.working_copy.workspace import Workspace

_log = logging.getLogger("federity")

BLANK = UnitProof(proof=bytes(256), point=bytes(64), opening=bytes(64), p=bytes(32), y=bytes(32), norm=0)


async def price_update(workspace: Workspace, update: Update) -> Cost:
    """What pushing this commit would cost, in the transactions in which `send_update` sends it."""
    session, member = workspace.session, update.standing.member
    points = [IDENTITY] * workspace.manifest.chunks
    first = create_steps(workspace, update, Location.local(update.blob_hash))
    last: list[Step] = []
    cost = await uploading.price(session, workspace.repository, "delta", update.local.delta_bytes)
    if update.alone:
        last.append(lock_step(workspace, member, update.round, update.address))
        naming = await worth_naming(workspace, update.standing.head)
        result = Place.local(bytes(32)) if naming else None
        last += merge_steps(workspace, plain_target(update, points), member, result)
        if naming:
            size = 8 * workspace.manifest.elements
            cost += await uploading.price(session, workspace.repository, "head", size)
    if update.key is None:
        whole = [*first, *declare_steps(workspace, update, points), *last]
        return cost + await transactions.price(session, whole)
    expected = session.prover.seconds(update.key.elements, len(update.units))
    cost += Cost(proving_seconds=expected)
    proofs = [prove_step(workspace, update, unit, BLANK) for unit in update.units]
    for group in (first, *([step] for step in proofs), last):
        cost += await transactions.price(session, group)
    return cost


async def send_update(
    workspace: Workspace, update: Update, journal: Journal, on_progress: OnProgress
) -> tuple[Journal, Cost]:
    """Upload the blob, create the commit, bring its parts in and, in a round of one, merge it.

    Returns the journal as it then stands and what was spent.
    """
    session = workspace.session
    blob = await workspace.local_blob(update.local)
    if not journal.location:
        # Where the blob will be is written down before it is sent, as the commit that will name it is.
        located = await uploading.locate(session, workspace.repository, "delta", blob)
        journal = replace(journal, location=located.to_bytes().hex())
        journal.save(workspace.worktree)
    tell("uploading", 0, len(blob), "bytes")
    place, cost = await uploading.upload(session, workspace.repository, "delta", blob)
    tell("uploading", len(blob), len(blob), "bytes")
    if place.location != journal.place():
        # A transaction that the chain can no longer take, or other settings since.
        journal = replace(journal, location=place.location.to_bytes().hex())
        journal.save(workspace.worktree)
    steps = await _missing(workspace, update, place.location)
    if update.key is None:
        srs_id = bytes.fromhex(workspace.worktree.config().srs)
        points = await commit_vector(session, srs_id, update.delta.values)
        declared = await _done_parts(workspace, update)
        declarations = declare_steps(workspace, update, points)
        steps += [s for chunk, s in zip(update.chunks, declarations, strict=True) if chunk not in declared]
    else:
        cost += (await transactions.send(session, steps)).cost
        steps = []
        journal, proved = await _prove(workspace, update, journal, on_progress)
        cost += proved
        points = await _points(workspace, update, journal)
    if update.alone:
        on_progress(Progress("merging", 0, 1))
        finale, uploaded = await finale_steps(workspace, update, points)
        steps += finale
        cost += uploaded
    sent = await transactions.send(session, steps)
    return journal, cost + sent.cost


async def _missing(workspace: Workspace, update: Update, location: Location) -> list[Step]:
    """The accounts of an update that the chain does not have."""
    chain = workspace.session.chain
    steps = create_steps(workspace, update, location)
    if update.kind != ROUND_OPEN and await query.load(chain, accounts.Round, update.round) is not None:
        steps = steps[1:]
    if await query.load(chain, accounts.Commit, update.address) is None:
        return steps
    further = range(1, workspace.manifest.chunks)
    found = await query.load_many(
        chain, accounts.Points, [pda.points(update.address, chunk) for chunk in further]
    )
    payer = workspace.session.payer.pubkey
    absent = [chunk for chunk, points in zip(further, found, strict=True) if points is None]
    return [points_step(payer, update.address, chunk) for chunk in absent]


async def _done_parts(workspace: Workspace, update: Update) -> set[int]:
    """Indices of the parts (units with a key, chunks without) that the chain has."""
    chain = workspace.session.chain
    commit = await query.load(chain, accounts.Commit, update.address)
    if commit is None:
        return set()
    further = [pda.points(update.address, chunk) for chunk in range(1, workspace.manifest.chunks)]
    found = await query.load_many(chain, accounts.Points, further)
    bits = [bytes(commit.chunk.parts), *(bytes(p.chunk.parts) if p else bytes(32) for p in found)]
    per_chunk = CHUNK_ELEMENTS // update.key.elements if update.key else 1
    return {
        chunk * per_chunk + slot
        for chunk, parts in enumerate(bits)
        for slot in range(min(per_chunk, 8 * len(parts)))
        if parts[slot // 8] >> (slot % 8) & 1
    }


async def _prove(
    workspace: Workspace, update: Update, journal: Journal, on_progress: OnProgress
) -> tuple[Journal, Cost]:
    """Prove and send the units that the chain does not have. A proof is journalled before it is sent."""
    session, cost = workspace.session, Cost()
    done = await _done_parts(workspace, update)
    open_units = [unit for unit in update.units if unit not in done]
    on_chain = await workspace.load(accounts.Commit, update.address, "commit")
    bound = context(workspace, update, on_chain.parent)
    journal = await _sound(workspace, update, journal, bound)
    total = len(update.units)

    def report(fraction: float) -> None:
        on_progress(Progress("proving", total - len(open_units) + fraction * len(open_units), total, "units"))

    kept = {unit: journal.proofs[str(unit)].restored() for unit in open_units if str(unit) in journal.proofs}
    for unit, proof in kept.items():
        cost += (await transactions.send(session, [prove_step(workspace, update, unit, proof)])).cost
    fresh = [unit for unit in open_units if unit not in kept]
    if not fresh or update.key is None:
        return journal, cost
    started = time.monotonic()
    async for unit, proof in session.prover.prove(
        update.delta.values, update.key.elements, fresh, bound.hash, report
    ):
        journal = journal.with_proof(unit, KeptProof.of(proof), time.monotonic() - started)
        journal.save(workspace.worktree)
        sent = await transactions.send(session, [prove_step(workspace, update, unit, proof)])
        cost += sent.cost
        started = time.monotonic()
    return journal, cost


async def _sound(workspace: Workspace, update: Update, journal: Journal, bound: UpdateContext) -> Journal:
    """The journal with those proofs that verify: the others, kept damaged, would only be refused."""
    if not journal.proofs or update.key is None:
        return journal
    elements = update.key.elements
    key = await workspace.load(accounts.VerifyingKey, update.key.address, "verifying key")
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")

    def verifies(unit: int, kept: KeptProof) -> bool:
        offset = unit * elements % CHUNK_ELEMENTS // LANES
        return _native.verify_update(
            bytes(key.bytes_), bytes(repository.tau_g2), kept.restored(), offset, bound.hash(unit)
        )

    sound = {}
    for unit in update.units:
        kept = journal.proofs.get(str(unit))
        if kept is None:
            continue
        if await asyncio.to_thread(verifies, unit, kept):
            sound[str(unit)] = kept
        else:
            _log.warning("The kept proof of unit %s was damaged: it is made anew.", unit)
    return replace(journal, proofs=sound)


async def _points(workspace: Workspace, update: Update, journal: Journal) -> list[bytes]:
    """The points of a proved commit: from the proofs at hand or, after a lost journal, from the chain."""
    if all(str(unit) in journal.proofs for unit in update.units):
        proofs = {unit: journal.proofs[str(unit)].restored() for unit in update.units}
        return proved_points(workspace, update, proofs)
    commit = await workspace.load(accounts.Commit, update.address, "commit")
    return await points_of(workspace.session, update.address, commit)
