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
from federity.progress import OnProgress
from federity.repository import heads, pull, query
from federity.repository.digest import digest
from federity.repository.models import identity_of, load_into, named, tensors_of
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
        branch = await _branch(workspace, reference) if isinstance(reference, str) else None
        there = workspace if branch is None else await workspace.on_base_of(branch)
        if branch is None or there is workspace:
            await refuse_overwriting(workspace, model, force)
        if branch is not None:
            if there is not workspace:
                await leave_base(workspace, there, branch.head, model, force, on_progress)
            worktree.set_branch(pda.plain_name(bytes(branch.name)), there.base_hash)
            report = await pull.pull_locked(workspace, model, on_progress)
            return CheckoutReport(report.head, report.head_seq, worktree.model_digest(), report.refused)
        fetch = heads.Fetch(on_progress)
        address = await resolve(workspace, reference)
        commit, state = await heads.state_of(workspace, address, fetch)
        weights = await parts_of_weights(workspace, state)
        identity = await identity_of(weights)
        worktree.set_model_digest(INTERRUPTED)
        await load_into(workspace, named(workspace, model), weights, identity)
        seq = commit.seq if commit.kind in (KIND_GENESIS, KIND_MERGE) else commit.parent_seq
        return CheckoutReport(str(address), seq, worktree.model_digest(), tuple(fetch.refused))


async def leave_base(
    workspace: Workspace,
    there: Workspace,
    head: Pubkey,
    model: Any,
    force: bool,
    on_progress: OnProgress,
) -> None:
    """Make ready to stand on another base: its head is at hand, and the weights of the old one are given up.

    Nothing is given up before all is at hand and checked. Raises WorktreeError when the file to be replaced
    holds training that no commit has, ManifestMismatch when a model is given that the weights are not for.
    """
    chosen, own = named(workspace, model), named(workspace, None)
    state = await heads.accumulator(there, head, heads.Fetch(on_progress))
    if chosen != own:
        if not isinstance(chosen, Path) or chosen.exists():
            there.manifest.check(await tensors_of(chosen, there.manifest))
    elif own.is_file():
        # The file may hold the new base itself, from which the branch was made.
        held = await asyncio.to_thread(digest, await tensors_of(own))
        if held != await asyncio.to_thread(digest, await parts_of_weights(there, state)):
            await refuse_overwriting(workspace, own, force)
    workspace.worktree.set_model_digest(INTERRUPTED)
    if chosen == own:
        own.unlink(missing_ok=True)


async def tensors(workspace: Workspace, reference: Any) -> dict[str, np.ndarray[Any, Any]]:
    """See `Repository.tensors`."""
    await workspace.check_chain()
    address = await resolve(workspace, reference)
    there = await workspace.on_base_of(await workspace.commit(address))
    _, state = await heads.state_of(there, address, heads.Fetch())
    return await weights_of(there, state)


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


async def _branch(workspace: Workspace, name: str) -> accounts.Branch | None:
    try:
        address: Pubkey = pda.branch(workspace.repository, name)
    except ConfigError:
        return None
    return await query.load(workspace.session.chain, accounts.Branch, address)
