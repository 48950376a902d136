"""What training changed, counted from the weights that were loaded, and what of earlier commits goes with it.

Three cases tell where what quantisation dropped (the residual, what the branch still lacks) belongs:

* The weights are the head's with all local commits on it: they lack the residual. It is weighed in
  (`federity.objects.feedback`).
* Commits were made of these weights since they were loaded: the model still holds what those dropped, and its
  change shows it. Nothing is added, and the residual begins anew with what this commit drops. Added, the
  same would be sent twice.
* The weights are of another commit: an older head, somebody's proposal, another branch, the head without its
  local commits. What training changed of them is sent alone, on top of the branch. The residual is the
  branch's, no part of this change, and what the weights hold of it nobody knows: it waits, and what this
  commit drops waits with it, until training starts from the head again.

Weights that are to become the head as they are (`replace`) are the second case: the difference to the head
says all that is to be, debts of earlier trainings included.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from federity.errors import BlobError
from federity.objects import Location, decode_delta
from federity.objects.feedback import Last, Weights, change_of, weights_of
from federity.objects.segments import segments
from federity.objects.tensors import part_of

if TYPE_CHECKING:
    from federity.objects import Accumulator, Manifest
    from federity.objects.tensors import Tensor
    from federity.repository.working_copy.in_hand import Loaded
    from federity.repository.working_copy.workspace import Workspace

_Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Training:
    """What training made of a model that stood at `stands`, beside the `residual` that is weighed in.

    `waits` is a residual that is not, but is not forgotten either.
    """

    manifest: Manifest
    current: Mapping[str, Tensor]
    stands: Mapping[str, Tensor]
    residual: Tensor | None = None
    weights: Weights = field(default_factory=Weights)
    waits: Tensor | None = None

    def moved(self, part: slice) -> _Vector:
        """What training changed, in units."""
        return change_of(self.manifest, self.current, self.stands, None, part)

    def zeroed(self, part: slice, moved: _Vector) -> int:
        """How many weights training set to zero, of the elements `part` that `moved` so."""
        return sum(
            int(np.count_nonzero((part_of(self.current[spec.name], there) == 0) & (moved[here] != 0)))
            for _, spec, here, there in segments(self.manifest, part)
            if spec.kind == "parameter"
        )

    def change(self, part: slice) -> _Vector:
        """What there is to send: `federity.objects.feedback` weighs what was dropped and what is new."""
        return change_of(self.manifest, self.current, self.stands, self.residual, part, weights=self.weights)

    def left(self, part: slice, dropped: _Vector) -> _Vector:
        """What the branch lacks once all but `dropped` of the change is sent."""
        return dropped if self.waits is None else dropped + np.asarray(self.waits[part], np.float32)


async def training_of(workspace: Workspace, current: Mapping[str, Tensor], loaded: Loaded) -> Training:
    """Look at a trained model from the weights it was loaded with.

    Raises WorktreeError when those are gone or damaged here, or are of another base.
    """
    worktree, manifest = workspace.worktree, workspace.manifest
    stands = await _tensors(workspace, await workspace.state_of(loaded))
    if loaded.made:
        return Training(manifest, current, stands)
    head = worktree.head()
    left = worktree.commits.left(head.branch, manifest.elements)
    if left is None:
        return Training(manifest, current, stands)
    if not loaded.is_of(head.commit, [commit.delta for commit in worktree.stack(head.branch)]):
        return Training(manifest, current, stands, waits=left.residual)
    last = Last(left.residual, await _values(workspace, left.delta), left.asked)
    weights = await asyncio.to_thread(weights_of, manifest, current, stands, last)
    return Training(manifest, current, stands, left.residual, weights)


async def difference_to_head(workspace: Workspace, current: Mapping[str, Tensor]) -> Training:
    """Look at a model from the branch's head with all local commits, wherever its weights are from."""
    head = workspace.worktree.head()
    state = await workspace.on_top(
        await workspace.head_accumulator(head), workspace.worktree.stack(head.branch)
    )
    return Training(workspace.manifest, current, await _tensors(workspace, state))


async def _tensors(workspace: Workspace, state: Accumulator) -> Mapping[str, Tensor]:
    return state.tensors(workspace.manifest, (await workspace.base()).tensors)


async def _values(workspace: Workspace, delta: str) -> Tensor | None:
    """The values of a delta that was made here; None when its blob is gone or damaged."""
    try:
        data = await workspace.objects.get(Location.local(bytes.fromhex(delta)))
        return (await asyncio.to_thread(decode_delta, data, workspace.manifest))[0].values
    except BlobError:
        return None
