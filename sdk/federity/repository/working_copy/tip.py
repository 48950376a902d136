"""The newest commit here, its weights put into a model: what restore, reset and stash go back to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.errors import ModelError
from federity.repository.ledger.weights import parts_of_weights
from federity.repository.working_copy.in_hand import Loaded
from federity.repository.working_copy.loading import Loading
from federity.repository.working_copy.models import identity_of, keeping_counters, tensors_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federity.objects.tensors import Tensor
    from federity.repository.reports import LocalCommit
    from federity.repository.working_copy.settings import Head
    from federity.repository.working_copy.workspace import Workspace


async def weights_at(
    workspace: Workspace, model: Any, stack: list[LocalCommit], head: Head | None = None
) -> tuple[Mapping[str, Tensor], Loaded]:
    """The weights of the head, or of another, with local commits on it, and what a model is said to be loaded
    with then.

    From this working copy alone. Raises WorktreeError, BlobError.
    """
    head = head or workspace.worktree.head()
    state = await workspace.on_top(await workspace.head_accumulator(head), stack)
    weights = await keeping_counters(workspace, model, await parts_of_weights(workspace, state))
    loaded = Loaded(
        commit=head.commit,
        seq=head.seq,
        base=workspace.base_hash,
        head=head.commit,
        accumulator=workspace.known_accumulator(head.commit),
        identity=await identity_of(weights),
        deltas=tuple(commit.delta for commit in stack),
    )
    return weights, loaded


async def put(
    workspace: Workspace,
    model: Any,
    weights: Mapping[str, Tensor],
    loaded: Loaded,
    *,
    identity: str,
    force: bool,
) -> None:
    """Put weights with the digest `identity` into a model that counts as `loaded` so.

    Raises WorktreeError when a file holds weights that no commit has, unless `force`.
    """
    loading = await Loading.prepare(workspace, model, weights, loaded, force)
    loading = replace(loading, expected=(*loading.expected, identity))
    loading.begin()
    await loading.finish()


async def uncommitted(workspace: Workspace, model: Any) -> bool:
    """Whether a model is a file with weights that no commit has; what is no model of this kind is one."""
    if not isinstance(model, Path) or not model.exists():
        return False
    try:
        held = await identity_of(await tensors_of(model))
    except ModelError:
        return True
    return held not in workspace.worktree.in_hand.known(model)
