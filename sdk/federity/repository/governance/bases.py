"""Bases, the snapshots that vectors are added to: a branch with a new one, and what it has of another."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import ROLE_MAINTAINER, ROLE_OWNER
from federity.frameworks.base_models import base_models_of, declared
from federity.frameworks.headers import recorded
from federity.frameworks.huggingface import texts_of, weights_file
from federity.objects import Manifest, Place, base_parts, manifest_of
from federity.progress import OnProgress
from federity.prover.keys import UNIT_SIZES
from federity.repository.ledger import heads
from federity.repository.ledger.compared import compared
from federity.repository.ledger.planning import unit_size
from federity.repository.ledger.weights import parts_of_weights
from federity.repository.reports import NewBaseReport
from federity.repository.reports.rules import Rules
from federity.repository.steps import transactions, uploading
from federity.repository.steps.create_steps import genesis_step
from federity.repository.steps.key_steps import pin_steps
from federity.repository.working_copy.models import buffers_of, tensors_of

if TYPE_CHECKING:
    from federity.objects.tensors import Tensor
    from federity.repository.working_copy.workspace import Workspace


async def new_base(
    workspace: Workspace,
    name: str,
    ancestor: Pubkey,
    model: Any,
    keep_zeros: bool,
    dry_run: bool,
    on_progress: OnProgress,
) -> NewBaseReport:
    """Create a branch whose base is `model`, made from `ancestor`: whatever its layers are.

    It takes over the rules of the ancestor's branch. Raises NotAMember, BadModelFile, NonFiniteWeights,
    ManifestMismatch for what cannot be versioned, BlobError when the ancestor's weights cannot be had.
    """
    session = workspace.session
    member, own = await workspace.require_role(ROLE_MAINTAINER, "maintainer")
    commit = await workspace.own_commit(ancestor)
    source = await workspace.load(accounts.Branch, commit.branch, "branch")
    there = await workspace.on_base_of(commit)
    _, state = await heads.state_of(there, ancestor, heads.Fetch(on_progress))
    chosen = weights_file(Path(model)) if isinstance(model, str | Path) else model
    tensors = await tensors_of(chosen, there.manifest)
    manifest = await _continued(there.manifest, chosen, tensors, keep_zeros)
    found = await asyncio.to_thread(compared, await parts_of_weights(there, state), tensors)
    base_hash, size = await asyncio.to_thread(_identity, manifest, tensors)
    rules = Rules.of(source.rules)
    if own.role != ROLE_OWNER:
        # Only the owner lets others change the rules of a new base.
        rules = rules.changed({"rules_role": "owner"})
    place = Place.local(base_hash)
    if dry_run:
        cost = await uploading.price(session, workspace.repository, "base", size)
    else:
        kept = await workspace.objects.get(await workspace.objects.put(base_parts(manifest, tensors)))
        place, cost = await uploading.upload(session, workspace.repository, "base", kept)
    steps = [genesis_step(workspace, member, name, manifest, place, rules, ancestor)]
    if workspace.worktree.config().insecure and own.role == ROLE_OWNER:
        steps += await pin_steps(workspace, unit_size(manifest.elements, UNIT_SIZES), on_progress)
    sent = await transactions.run(session, steps, dry_run)
    done = sent.report("created branch", name)
    return NewBaseReport(
        done.action,
        done.subject,
        done.signatures,
        done.cost + cost,
        ancestor=str(ancestor),
        **asdict(found),
    )


async def _continued(
    before: Manifest, model: Any, tensors: Mapping[str, Tensor], keep_zeros: bool
) -> Manifest:
    """The manifest of a model that continues another: in the same precision, and buffers stay buffers.

    A file does not say which of its tensors are running statistics. Zeros are kept where they were before,
    and so is what the base before was declared to be made of.
    """
    known = {spec.name for spec in before.tensors if spec.kind == "buffer"}
    buffers = await buffers_of(model) | (known & tensors.keys())
    return await asyncio.to_thread(
        manifest_of,
        tensors,
        buffers,
        precision=before.precision,
        metadata={**texts_of(model), **recorded(model), **declared(base_models_of(before.metadata))},
        keep_zeros=keep_zeros or any(spec.zeros for spec in before.tensors),
    )


def _identity(manifest: Manifest, tensors: Mapping[str, Tensor]) -> tuple[bytes, int]:
    """The sha256 and the size of a base's blob."""
    state, size = hashlib.sha256(), 0
    for part in base_parts(manifest, tensors):
        state.update(part)
        size += len(part)
    return state.digest(), size
