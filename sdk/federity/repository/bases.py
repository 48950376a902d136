"""Bases, the snapshots that vectors are added to: a branch with a new one, and what it has of another."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import ROLE_MAINTAINER, ROLE_OWNER
from federity.frameworks.headers import recorded
from federity.frameworks.huggingface import texts_of, weights_file
from federity.objects import Manifest, base_parts, manifest_of
from federity.objects.tensors import bytes_of, part_of, parts_of
from federity.progress import OnProgress
from federity.prover.keys import UNIT_SIZES
from federity.repository import heads, transactions
from federity.repository.checkout import parts_of_weights
from federity.repository.create import genesis_step
from federity.repository.keys import pin_steps
from federity.repository.models import buffers_of, tensors_of
from federity.repository.planning import unit_size
from federity.repository.reports import Cost, NewBaseReport
from federity.repository.rules import Rules

if TYPE_CHECKING:
    from federity.objects.tensors import Tensor
    from federity.repository.workspace import Workspace


@dataclass(frozen=True)
class Compared:
    """Names of tensors, sorted: `carried` are the same bits in both, `changed` have other values, `reshaped`
    another shape or dtype, `added` are only in the later model, `dropped` only in the earlier one.
    """

    carried: tuple[str, ...]
    changed: tuple[str, ...]
    reshaped: tuple[str, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The numbers in words."""
        total = sum(map(len, (self.carried, self.changed, self.reshaped, self.added)))
        rest = [
            f"{len(names)} {what}"
            for what, names in (
                ("with other values", self.changed),
                ("of another shape", self.reshaped),
                ("new", self.added),
                ("dropped", self.dropped),
            )
            if names
        ]
        return ", ".join([f"{len(self.carried)} of {total} tensors carry over to the bit", *rest])


def compared(before: Mapping[str, Tensor], after: Mapping[str, Tensor]) -> Compared:
    """Compare two models tensor by tensor, a part of each at a time."""
    carried, changed, reshaped = [], [], []
    for name in sorted(before.keys() & after.keys()):
        old, new = before[name], after[name]
        if (tuple(old.shape), old.dtype) != (tuple(new.shape), new.dtype):
            reshaped.append(name)
        elif all(bytes_of(part_of(old, part)) == bytes_of(part_of(new, part)) for part in parts_of(old.size)):
            carried.append(name)
        else:
            changed.append(name)
    return Compared(
        tuple(carried),
        tuple(changed),
        tuple(reshaped),
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
    )


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
    commit = await workspace.commit(ancestor)
    source = await workspace.load(accounts.Branch, commit.branch, "branch")
    there = await workspace.on_base_of(commit)
    _, state = await heads.state_of(there, ancestor, heads.Fetch(on_progress))
    chosen = weights_file(Path(model)) if isinstance(model, str | Path) else model
    tensors = await tensors_of(chosen, there.manifest)
    manifest = await _continued(there.manifest, chosen, tensors, keep_zeros)
    found = await asyncio.to_thread(compared, await parts_of_weights(there, state), tensors)
    base_hash, size = await asyncio.to_thread(_identity, manifest, tensors)
    steps = [genesis_step(workspace, member, name, manifest, base_hash, Rules.of(source.rules), ancestor)]
    if workspace.worktree.config().insecure and own.role == ROLE_OWNER:
        steps += await pin_steps(workspace, unit_size(manifest.elements, UNIT_SIZES), on_progress)
    if not dry_run:
        location = await workspace.objects.put(base_parts(manifest, tensors))
        await session.storage.put(await workspace.objects.get(location))
    sent = await transactions.run(session, steps, dry_run)
    done = sent.report("created branch", name)
    return NewBaseReport(
        done.action,
        done.subject,
        done.signatures,
        done.cost + Cost(uploaded_bytes=size),
        ancestor=str(ancestor),
        **asdict(found),
    )


async def _continued(
    before: Manifest, model: Any, tensors: Mapping[str, Tensor], keep_zeros: bool
) -> Manifest:
    """The manifest of a model that continues another: in the same precision, and buffers stay buffers.

    A file does not say which of its tensors are running statistics. Zeros are kept where they were before.
    """
    known = {spec.name for spec in before.tensors if spec.kind == "buffer"}
    buffers = await buffers_of(model) | (known & tensors.keys())
    return await asyncio.to_thread(
        manifest_of,
        tensors,
        buffers,
        precision=before.precision,
        metadata={**texts_of(model), **recorded(model)},
        keep_zeros=keep_zeros or any(spec.zeros for spec in before.tensors),
    )


def _identity(manifest: Manifest, tensors: Mapping[str, Tensor]) -> tuple[bytes, int]:
    """The sha256 and the size of a base's blob."""
    state, size = hashlib.sha256(), 0
    for part in base_parts(manifest, tensors):
        state.update(part)
        size += len(part)
    return state.digest(), size
