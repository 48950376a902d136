"""The instructions that bring one local commit onto the chain: create it, declare or prove its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity import _native
from federity._generated import accounts, types
from federity._generated import instructions as program
from federity._generated.constants import (
    CHUNK_ELEMENTS,
    ROLE_MAINTAINER,
    ROUND_OPEN,
    ROUND_SERVER,
    ROUND_SOLO,
)
from federity.chain import pda
from federity.errors import ConfigError
from federity.objects import Delta, Location
from federity.repository.ledger.commitments import IDENTITY
from federity.repository.ledger.context import UpdateContext
from federity.repository.reports import LocalCommit
from federity.repository.steps.proving_key import Key
from federity.repository.steps.round_steps import open_step
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity._native import UnitProof
    from federity.repository.ledger.standing import Standing
    from federity.repository.working_copy.workspace import Workspace

MILLIONTHS = 1_000_000
# Compute units of one verified unit, with its bookkeeping.
PROVE_UNITS = 180_000


@dataclass(frozen=True)
class Update:
    """A local commit with the place on the chain that it goes to. `key` is None at L0."""

    local: LocalCommit
    delta: Delta
    standing: Standing
    round: Pubkey
    kind: int
    key: Key | None

    @property
    def address(self) -> Pubkey:
        """The commit's account."""
        return pda.commit(self.round, self.standing.author)

    @property
    def alone(self) -> bool:
        """Whether its author locks and merges it at once, with nobody else's word."""
        rules = self.standing.rules
        waits = rules.approvals or rules.merge_approvals or self.standing.role < ROLE_MAINTAINER
        return self.kind == ROUND_SOLO or (self.kind == ROUND_SERVER and not waits)

    @property
    def units(self) -> list[int]:
        """Indices of the units that need a proof."""
        return self.delta.nonzero_units(self.key.elements) if self.key else []

    @property
    def chunks(self) -> list[int]:
        """Indices of the chunks that are not all zero."""
        return self.delta.nonzero_units(CHUNK_ELEMENTS)

    @property
    def blob_hash(self) -> bytes:
        """sha256 of the delta's blob."""
        return bytes.fromhex(self.local.delta)


def context(workspace: Workspace, update: Update, parent: Pubkey) -> UpdateContext:
    """What the proofs of an update are bound to. Only for an update with a key."""
    if update.key is None:
        raise ConfigError("A commit without a key has no proofs.")
    return UpdateContext(
        cluster=bytes.fromhex(workspace.worktree.config().cluster),
        lineage=update.standing.lineage,
        repository=workspace.repository,
        branch=update.standing.branch,
        round=update.round,
        parent=parent,
        author=update.standing.author,
        commit=update.address,
        blob_hash=update.blob_hash,
        shift=update.delta.shift,
        key=update.key.address,
    )


def create_steps(workspace: Workspace, update: Update, location: Location) -> list[Step]:
    """Open a round of one where the push is solo, create the commit and the accounts of further chunks."""
    session, standing = workspace.session, update.standing
    wallet, payer = session.wallet.pubkey, session.payer.pubkey
    figures = {name: round(value * MILLIONTHS) for name, value in update.local.figures.items()}
    found = []
    if update.kind != ROUND_OPEN:
        found.append(open_step(workspace, standing.member, update.round, update.kind))
    found.append(
        Step(
            program.commit_create(
                payer=payer,
                authority=wallet,
                member=standing.member,
                repository=workspace.repository,
                branch=standing.branch,
                round=update.round,
                parent=Pubkey.from_string(update.local.parent),
                key_pin=update.key.pin if update.key else None,
                commit=update.address,
                blob_hash=update.blob_hash,
                location=types.BlobLocation(tag=int(location.tag), id=location.id),
                shift=update.delta.shift,
                flags=0,
                parts=len(update.units if update.key else update.chunks),
                samples=update.local.samples,
                loss=figures.get("loss", 0),
                accuracy=figures.get("accuracy", 0),
                epsilon=max(figures.get("epsilon", 0), 0),
            ),
            (accounts.Commit.SIZE,),
        )
    )
    return found + [points_step(payer, update.address, c) for c in range(1, workspace.manifest.chunks)]


def points_step(payer: Pubkey, commit: Pubkey, chunk: int) -> Step:
    """Create the account of a further chunk."""
    return Step(
        program.points_create(
            payer=payer,
            commit=commit,
            points=pda.points(commit, chunk),
            chunk=chunk,
        ),
        (accounts.Points.SIZE,),
    )


def declare_steps(workspace: Workspace, update: Update, points: list[bytes]) -> list[Step]:
    """Declare the points of the chunks that are not zero (L0)."""
    return [
        Step(
            program.commit_declare(
                authority=workspace.session.wallet.pubkey,
                member=update.standing.member,
                repository=workspace.repository,
                commit=update.address,
                points=pda.points(update.address, chunk) if chunk else None,
                chunk=chunk,
                point=points[chunk],
            )
        )
        for chunk in update.chunks
    ]


def prove_step(workspace: Workspace, update: Update, unit: int, proof: UnitProof) -> Step:
    """Send one unit's proof (L1). Only for an update with a key."""
    if update.key is None:
        raise ConfigError("A commit without a key has no proofs.")
    chunk = unit * update.key.elements // CHUNK_ELEMENTS
    return Step(
        program.commit_prove(
            authority=workspace.session.wallet.pubkey,
            member=update.standing.member,
            repository=workspace.repository,
            key=update.key.address,
            key_pin=pda.key_pin(workspace.repository, update.key.address),
            commit=update.address,
            points=pda.points(update.address, chunk) if chunk else None,
            unit=unit,
            proof=proof.proof,
            point=proof.point,
            opening=proof.opening,
            p=proof.p,
            y=proof.y,
            norm=proof.norm,
        ),
        units=PROVE_UNITS,
    )


def proved_points(workspace: Workspace, update: Update, proofs: Mapping[int, UnitProof]) -> list[bytes]:
    """The sums of the units' points, one a chunk: what the chain holds once all are in."""
    points = [IDENTITY] * workspace.manifest.chunks
    if update.key is not None:
        for unit, proof in proofs.items():
            chunk = unit * update.key.elements // CHUNK_ELEMENTS
            points[chunk] = _native.point_add(points[chunk], proof.point)
    return points
