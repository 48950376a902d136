"""Weights that a name means here, local commits included: `HEAD` is the newest of these, as in git.

Verbs that a person uses before pushing (diff, restore, reset) count so. What the chain is asked about a
commit goes through `ledger/references.py`, which knows only what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity.repository.ledger import heads
from federity.repository.ledger.references import parsed, resolve
from federity.repository.reports import LocalCommit

if TYPE_CHECKING:
    from federity.objects import Accumulator
    from federity.repository.working_copy.workspace import Workspace


@dataclass(frozen=True)
class Point:
    """The commit of the chain at `address`, with local commits on it, oldest first."""

    address: Pubkey
    stack: tuple[LocalCommit, ...] = ()
    head: bool = False

    @property
    def name(self) -> str:
        """The newest local commit's id, or the address."""
        return self.stack[-1].id if self.stack else str(self.address)


async def point(workspace: Workspace, reference: Any) -> Point:
    """What a reference means. `HEAD~N` goes down the local commits first, then on along the chain.

    Raises NotFound.
    """
    head = workspace.worktree.head()
    stack = workspace.worktree.stack(head.branch)
    top, steps = len(stack), 0
    if isinstance(reference, str):
        name, steps = parsed(reference)
        here = None if name == "HEAD" else workspace.names.local(name)
    else:
        name, here = "", workspace.names.local(reference)
    if here is not None and here in stack:
        top = stack.index(here) + 1
    elif name != "HEAD":
        return Point(await resolve(workspace, reference))
    if steps <= top:
        return Point(Pubkey.from_string(head.commit), tuple(stack[: top - steps]), head=True)
    return Point(await resolve(workspace, f"{head.commit}~{steps - top}"))


async def state(workspace: Workspace, wanted: Point, fetch: heads.Fetch) -> tuple[Workspace, Accumulator]:
    """The accumulator of a point, and the workspace with its eyes on the base that it is added to.

    Of the head and local commits on it from this working copy alone. Raises NotFound, BlobError.
    """
    if wanted.head:
        found = await workspace.cached_accumulator(str(wanted.address))
        if found is not None:
            return workspace, await workspace.on_top(found, list(wanted.stack))
    await workspace.check_chain()
    there = await workspace.on_base_of(await workspace.commit(wanted.address))
    _, found = await heads.state_of(there, wanted.address, fetch)
    return there, await there.on_top(found, list(wanted.stack))
