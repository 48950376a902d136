"""`merge --config` with a method that is no exact sum of heads: a local commit of what the recipe makes.

All that it is made of stands in the commit's message, with addresses for names, so anybody can make it anew
and compare. The commit holds what the recipe's result is more than HEAD, to the nearest step.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import KIND_MERGE
from federity.errors import ConfigError, NothingToDo
from federity.objects import Delta, DeltaInfo, decode_delta, delta_parts
from federity.objects.slices import slices
from federity.objects.tensors import bytes_of
from federity.progress import OnProgress
from federity.repository.ledger import heads, recipes
from federity.repository.ledger.commitments import check_opens
from federity.repository.ledger.made_recipes import Made
from federity.repository.ledger.making import Making
from federity.repository.ledger.references import name_at
from federity.repository.ledger.summands import UPDATES, merged_parts
from federity.repository.reports import LocalCommit
from federity.repository.reports.recipe_reports import CheckedRecipe, MadeCommit
from federity.repository.verbs.declared import check_declared
from federity.repository.verbs.saying import listed
from federity.repository.working_copy.local_commits import tail
from federity.repository.working_copy.points import Point, point, state

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

MARK = "\n\nmerge_method: "


async def make(
    workspace: Workspace, recipe: Made, message: str | None, dry_run: bool, on_progress: OnProgress
) -> MadeCommit:
    """See `Repository.merge_recipe`; the caller holds the lock."""
    worktree = workspace.worktree
    worktree.tidy()
    head = worktree.head()
    stack = worktree.stack(head.branch)
    stands_on = stack[-1].id if stack else head.commit
    onto = await workspace.on_top(await workspace.head_accumulator(head), stack)
    making = await Making.of(workspace, recipe, onto, heads.Fetch(on_progress))
    names = [part.model for part in recipe.parts]
    addresses = {name: str(address) for name, address in making.addresses.items()}
    words = f"{message or f'Merge {listed(names)} by {recipe.method}'}\n\n{recipe.text(addresses)}"
    samples = worktree.config().samples or 1
    check_declared(words, samples, {})
    delta = await asyncio.to_thread(making.delta)
    if not delta.nonzero:
        raise NothingToDo("HEAD is what the recipe makes, to half of the finest step a commit can have.")
    if head.norm_bound and delta.norm > head.norm_bound:
        raise ConfigError(
            "The branch bounds how long a commit may be, and this one would be longer.",
            hint="Take smaller weights, or a smaller lambda.",
        )
    made = LocalCommit(
        id="",
        message=words,
        parent=head.commit,
        branch=head.branch,
        samples=samples,
        figures={},
        delta="",
        delta_bytes=0,
        shift=delta.shift,
        norm=delta.norm,
        nonzero=delta.nonzero,
        elements=workspace.manifest.weights,
        created_at=time.time_ns(),
        trained_from=stands_on,
    )
    if not dry_run:
        made = await _record(workspace, made, delta, stands_on)
    step = 2.0 ** -(workspace.manifest.precision + delta.shift)
    return MadeCommit(recipe.method, tuple(names), step, dry_run, made)


async def _record(workspace: Workspace, made: LocalCommit, delta: Delta, onto: str) -> LocalCommit:
    """Write the commit down; what commits before it left out goes on waiting for the next training."""
    worktree, elements = workspace.worktree, workspace.manifest.elements
    left = worktree.commits.left(made.branch, elements)
    with worktree.commits.draft() as residual:
        chunks = (np.ascontiguousarray(delta.values[part]) for part in slices(elements))
        info = DeltaInfo(made.message, "", onto, {})
        blob = delta_parts(
            chunks, workspace.manifest.hash, elements, delta.shift, info, str(workspace.objects.root)
        )
        location = await workspace.objects.put(blob)
        identity = location.id.hex()
        for part in slices(elements):
            size = part.stop - part.start
            kept = np.zeros(size, np.float32) if left is None else np.asarray(left.residual[part])
            residual.file.write(bytes_of(kept.astype("<f4", copy=False)))
        residual.file.write(tail(identity, 0.0) if left is None else tail(left.delta, left.asked))
        size = workspace.objects.path(location).stat().st_size
        made = replace(made, id=identity, delta=identity, delta_bytes=size)
        worktree.commits.add(made, residual)
    worktree.tidy()
    return made


async def check(workspace: Workspace, reference: Any, on_progress: OnProgress) -> CheckedRecipe:
    """See `Repository.check_recipe`."""
    fetch = heads.Fetch(on_progress)
    there, name, delta, info = await _made(workspace, await point(workspace, reference), fetch)
    words, mark, text = info.message.rpartition(MARK)
    recipe = recipes.read(mark.lstrip() + text) if mark else None
    if not isinstance(recipe, Made) or not all(_is_address(name) for name in recipe.names):
        raise ConfigError(f"The message of {name} holds no recipe of addresses that a commit is made by.")
    _, onto = await state(there, await point(there, info.parent), fetch)
    making = await Making.of(there, recipe, onto, fetch)
    made = await asyncio.to_thread(making.delta, delta.shift)
    other = sum(int(np.count_nonzero(made.values[p] != delta.values[p])) for p in slices(len(made.values)))
    return CheckedRecipe(name, recipe.method, words, delta.nonzero, other)


def _is_address(name: str) -> bool:
    try:
        Pubkey.from_string(name)
    except ValueError:
        return False
    return True


async def _made(
    workspace: Workspace, wanted: Point, fetch: heads.Fetch
) -> tuple[Workspace, str, Delta, DeltaInfo]:
    """A commit's name, its delta and what it says, and the workspace with its eyes on its base.

    Raises ConfigError for a head that more than one update made, CommitmentMismatch, BlobError.
    """
    if wanted.stack:
        blob = await workspace.local_blob(wanted.stack[-1])
        return workspace, wanted.name, *await asyncio.to_thread(decode_delta, blob, workspace.manifest)
    await workspace.check_chain()
    address, commit = wanted.address, await workspace.commit(wanted.address)
    there = await workspace.on_base_of(commit)
    name = await name_at(there, address)
    parts = await merged_parts(there, address) if commit.kind == KIND_MERGE else []
    if len(parts) == 1:
        address, commit = parts[0]
    if commit.kind not in UPDATES:
        raise ConfigError(f"{name} is not one update alone, which a recipe could have made.")
    delta, info = await heads.delta(there, address, commit, fetch)
    repository = await there.load(accounts.Repository, there.repository, "repository")
    await check_opens(there.session, bytes(repository.srs_id), address, commit, delta.values)
    return there, name, delta, info
