"""`checkout`: load any commit bit-exactly; with a branch's name, switch to that branch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.errors import ConfigError
from federity.progress import OnProgress
from federity.repository.ledger import heads, query
from federity.repository.ledger.references import name_at, resolve
from federity.repository.ledger.summands import HEADS
from federity.repository.ledger.weights import parts_of_weights, weights_of
from federity.repository.reports import CheckoutReport
from federity.repository.verbs import pull
from federity.repository.working_copy.in_hand import Loaded
from federity.repository.working_copy.loading import Loading
from federity.repository.working_copy.models import identity_of, named
from federity.repository.working_copy.points import point, state

if TYPE_CHECKING:
    import numpy as np

    from federity.repository.working_copy.workspace import Workspace


async def checkout(
    workspace: Workspace, reference: Any, model: Any, force: bool, on_progress: OnProgress
) -> CheckoutReport:
    """See `Repository.checkout`."""
    worktree = workspace.worktree
    async with worktree.lock("checkout"):
        worktree.tidy()
        await workspace.check_chain()
        stood = worktree.head().branch
        if isinstance(reference, str):
            reference = worktree.places.meant(reference)
        branch = await _branch(workspace, reference) if isinstance(reference, str) else None
        if branch is not None:
            report = await pull.pull_locked(workspace, model, force, on_progress, branch)
            return CheckoutReport(
                report.head,
                report.head_seq,
                report.digest,
                report.refused,
                id=report.head_id,
                local=report.local,
            )
        fetch = heads.Fetch(on_progress)
        address = await resolve(workspace, reference)
        commit, found = await heads.state_of(workspace, address, fetch)
        weights = await parts_of_weights(workspace, found)
        loaded = _loaded(workspace, address, commit, await identity_of(weights))
        chosen = named(workspace, model)
        loading = await Loading.prepare(workspace, chosen, weights, loaded, force)
        loading = replace(loading, aside=isinstance(chosen, Path) and chosen != named(workspace, None))
        loading.begin()
        await loading.finish()
        stack = [commit.delta for commit in worktree.stack(worktree.head().branch)]
        at_head = loaded.is_of(worktree.head().commit, stack)
        local = len(stack) if at_head else 0
        called = await name_at(workspace, address)
        if not loading.aside:
            worktree.places.move(stood if at_head else str(address), stood)
        return CheckoutReport(
            str(address), loaded.seq, loaded.identity, tuple(fetch.refused), at_head, called, local
        )


def _loaded(workspace: Workspace, address: Pubkey, commit: accounts.Commit, identity: str) -> Loaded:
    """What the state of a commit is the sum of: a head's accumulator, or for an update its parent's and its
    change.
    """
    is_head = commit.kind in HEADS
    head = str(address if is_head else commit.parent)
    return Loaded(
        commit=str(address),
        seq=commit.seq if is_head else commit.parent_seq,
        base=workspace.base_hash,
        head=head,
        accumulator=workspace.known_accumulator(head),
        identity=identity,
        deltas=() if is_head else (bytes(commit.blob_hash).hex(),),
    )


async def tensors(workspace: Workspace, reference: Any) -> dict[str, np.ndarray[Any, Any]]:
    """See `Repository.tensors`."""
    await workspace.check_chain()
    # What is kept here is no check against the chain.
    wanted = replace(await point(workspace, reference), local=False)
    there, found = await state(workspace, wanted, heads.Fetch())
    return await weights_of(there, found)


async def _branch(workspace: Workspace, name: str) -> accounts.Branch | None:
    try:
        address: Pubkey = pda.branch(workspace.repository, name)
    except ConfigError:
        return None
    return await query.load(workspace.session.chain, accounts.Branch, address)
