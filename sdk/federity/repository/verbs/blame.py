"""`blame`: whose commits the weights of a head are the sum of, tensor by tensor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from federity.errors import NotFound
from federity.progress import OnProgress
from federity.repository.ledger import heads
from federity.repository.ledger.contributions import Contribution, contributions
from federity.repository.ledger.references import name_at, resolve
from federity.repository.reports.blame_reports import BlameReport, BlameShare, TensorBlame

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

WHOLE = "all"


async def blame(
    workspace: Workspace, reference: Any, tensors: Sequence[str], on_progress: OnProgress
) -> BlameReport:
    """See `Repository.blame`."""
    await workspace.check_chain()
    address = await resolve(workspace, reference)
    there = await workspace.on_base_of(await workspace.commit(address))
    known = {spec.name for spec in there.manifest.tensors}
    if unknown := [name for name in tensors if name not in known]:
        raise NotFound(
            f"The model has no tensor {unknown[0]!r} that changes.", hint="`federity diff` lists some."
        )
    found = await contributions(there, address, heads.Fetch(on_progress))
    shown = {name: one for name, one in found.items() if not tensors or name in tensors}
    return BlameReport(
        commit=await name_at(there, address),
        whole=_shares(WHOLE, shown.values()),
        tensors=tuple(_shares(name, [one]) for name, one in shown.items()),
    )


def _shares(name: str, parts: Iterable[dict[str, Contribution]]) -> TensorBlame:
    total: dict[str, Contribution] = {}
    for part in parts:
        for author, one in part.items():
            into = total.setdefault(author, Contribution())
            into.square += one.square
            into.product += one.product
    whole = sum(one.product for one in total.values())
    if not whole:
        return TensorBlame(name, ())
    shares = [
        BlameShare(author, one.product / whole, math.sqrt(one.square / whole))
        for author, one in total.items()
        if one.square
    ]
    return TensorBlame(name, tuple(sorted(shares, key=lambda share: share.share, reverse=True)))
