"""`log --without`: the weights of a commit less all that somebody's commits brought into them, exact."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.errors import NothingToDo, WorktreeError
from federity.files import writing
from federity.frameworks.headers import header_of
from federity.frameworks.safetensors import SafetensorsAdapter
from federity.objects import Accumulator, Delta
from federity.objects.difference import difference, together
from federity.progress import OnProgress, each
from federity.repository.ledger import heads
from federity.repository.ledger.contributions import terms
from federity.repository.ledger.references import name_at, resolve
from federity.repository.ledger.weights import parts_of_weights
from federity.repository.reports.blame_reports import WithoutReport
from federity.repository.working_copy.digest import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federity.objects import Manifest
    from federity.objects.tensors import Tensor
    from federity.repository.working_copy.workspace import Workspace
    from federity.wallet import Whose


async def without(
    workspace: Workspace, whose: Whose, reference: Any, file: Path | None, on_progress: OnProgress
) -> WithoutReport:
    """See `Repository.without`."""
    await workspace.check_chain()
    if file is not None and await asyncio.to_thread(file.exists):
        raise WorktreeError(f"{file} is there already.", hint="Name a file that is not there yet.")
    author = str(workspace.session.address_of(whose))
    address = await resolve(workspace, reference)
    there = await workspace.on_base_of(await workspace.commit(address))
    fetch = heads.Fetch(on_progress)
    _, whole = await heads.state_of(there, address, fetch)
    own = [term for term in await terms(there, address, fetch) if term.author == author]
    if not own:
        raise NothingToDo(f"Nothing in {await name_at(there, address)} is of {author}.")
    parts: list[tuple[Accumulator | Delta, int]] = [(whole, 1)]
    parts += [(term.delta, -term.factor) for term in own]
    left = await asyncio.to_thread(Accumulator.combined, there.manifest, whole.fraction_bits, parts)
    before, after = await parts_of_weights(there, whole), await parts_of_weights(there, left)
    if file is not None:
        header = header_of(there.manifest.metadata)
        with writing(file):
            await asyncio.to_thread(SafetensorsAdapter().load, file, after, header)
    return WithoutReport(
        commit=await name_at(there, address),
        author=author,
        commits=len(own),
        length=await asyncio.to_thread(_length, there.manifest, before, after),
        digest=await asyncio.to_thread(digest, after),
        file=str(file) if file is not None else "",
    )


def _length(manifest: Manifest, before: Mapping[str, Tensor], after: Mapping[str, Tensor]) -> float:
    names = [spec.name for spec in manifest.tensors]
    found = [difference(name, before[name], after[name]) for name in each("comparing", names, "tensors")]
    return together(found).l2
