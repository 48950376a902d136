"""`checkout`: load any commit bit-exactly; with a branch's name, switch to that branch."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import KIND_GENESIS, KIND_MERGE
from federity.chain import pda
from federity.errors import ConfigError, WorktreeError
from federity.repository import heads, pull, query
from federity.repository.models import load_into, named
from federity.repository.progress import OnProgress
from federity.repository.references import resolve
from federity.repository.reports import CheckoutReport
from federity.repository.status import modified
from federity.repository.worktree import INTERRUPTED

if TYPE_CHECKING:
    import numpy as np

    from federity.objects import Accumulator
    from federity.objects.tensors import Tensor
    from federity.repository.workspace import Workspace


async def checkout(
    workspace: Workspace, reference: Any, model: Any, force: bool, on_progress: OnProgress
) -> CheckoutReport:
    """See `Repository.checkout`."""
    worktree = workspace.worktree
    async with worktree.lock():
        await workspace.check_chain()
        await refuse_overwriting(workspace, model, force)
        branch = await _branch(workspace, reference) if isinstance(reference, str) else None
        if branch is not None:
            workspace.check_lineage(bytes(branch.lineage))
            switch(workspace, pda.plain_name(bytes(branch.name)))
            report = await pull.pull_locked(workspace, model, on_progress)
            return CheckoutReport(report.head, report.head_seq, worktree.model_digest(), report.refused)
        fetch = heads.Fetch(on_progress)
        address = await resolve(workspace, reference)
        commit, state = await heads.state_of(workspace, address, fetch)
        worktree.set_model_digest(INTERRUPTED)
        weights = await parts_of_weights(workspace, state)
        await load_into(workspace, named(workspace, model), weights)
        seq = commit.seq if commit.kind in (KIND_GENESIS, KIND_MERGE) else commit.parent_seq
        return CheckoutReport(str(address), seq, worktree.model_digest(), tuple(fetch.refused))


async def tensors(workspace: Workspace, reference: Any) -> dict[str, np.ndarray[Any, Any]]:
    """See `Repository.tensors`."""
    await workspace.check_chain()
    _, state = await heads.state_of(workspace, await resolve(workspace, reference), heads.Fetch())
    return await weights_of(workspace, state)


async def parts_of_weights(workspace: Workspace, state: Accumulator) -> dict[str, Tensor]:
    """The weights that an accumulator means, each part made when it is used."""
    base = await workspace.base()
    return state.tensors(workspace.manifest, base.tensors)


async def weights_of(workspace: Workspace, state: Accumulator) -> dict[str, np.ndarray[Any, Any]]:
    """The weights that an accumulator means, in memory."""
    base = await workspace.base()
    return await asyncio.to_thread(state.weights, workspace.manifest, base.tensors)


async def refuse_overwriting(workspace: Workspace, model: Any, force: bool) -> None:
    """Raise WorktreeError when the working copy's file holds training that no commit has."""
    chosen = named(workspace, model)
    if force or not isinstance(chosen, Path) or not chosen.is_file():
        return
    if workspace.worktree.model_digest() not in ("", INTERRUPTED) and await modified(workspace, chosen):
        raise WorktreeError(
            f"{chosen} holds changes that are not committed.",
            hint="Commit them, or use --force to lose them.",
        )


def switch(workspace: Workspace, branch: str) -> None:
    """Point the working copy at another branch; the head follows with the pull."""
    workspace.worktree.set_branch(branch)


async def _branch(workspace: Workspace, name: str) -> accounts.Branch | None:
    try:
        address: Pubkey = pda.branch(workspace.repository, name)
    except ConfigError:
        return None
    return await query.load(workspace.session.chain, accounts.Branch, address)
