"""Weights that a name means here, local commits included.

Names mean the same in every verb: `ledger/references.py` says what. Verbs that a person uses before pushing
(diff, restore, reset) take local commits as they are; those that ask the chain about a commit refuse one that
is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity.repository.ledger import heads
from federity.repository.ledger.references import parsed, parted, resolve
from federity.repository.reports import LocalCommit

if TYPE_CHECKING:
    from federity.objects import Accumulator
    from federity.repository.working_copy.workspace import Workspace


@dataclass(frozen=True)
class Point:
    """The commit of the chain at `address`, with local commits on it, oldest first.

    `dropped` are deltas of local commits that were taken back since; `local` says that the weights are to be
    had here, without a chain.
    """

    address: Pubkey
    stack: tuple[LocalCommit, ...] = ()
    dropped: tuple[str, ...] = ()
    local: bool = False

    @property
    def deltas(self) -> tuple[str, ...]:
        """The blobs of the local commits."""
        return self.dropped or tuple(commit.delta for commit in self.stack)

    @property
    def name(self) -> str:
        """The newest local commit's id, or the address."""
        return self.deltas[-1] if self.deltas else str(self.address)


async def point(workspace: Workspace, reference: Any) -> Point:
    """What a reference means. `HEAD~N` goes down the local commits first, then on along the chain.

    Raises NotFound.
    """
    found = here(workspace, reference)
    return found if isinstance(found, Point) else Point(await resolve(workspace, found))


def here(workspace: Workspace, reference: Any) -> Point | Any:
    """What a reference means when no chain has to be asked; else a reference that the chain is asked for.

    Raises NotFound for one that has no form of a reference, or that the reflog does not know.
    """
    head = workspace.worktree.head()
    stack = workspace.worktree.stack(head.branch)
    name, steps = parsed(reference) if isinstance(reference, str) else ("", 0)
    if "@{" in name:
        return _earlier(workspace, name, steps, stack)
    found, below = parted(workspace, reference)
    if below != head.commit:
        return below
    return Point(Pubkey.from_string(head.commit), found, local=True)


def _earlier(workspace: Workspace, name: str, steps: int, stack: list[LocalCommit]) -> Point | str:
    """A point of the reflog, which may have commits that were taken back since."""
    tip = workspace.names.tip(name)
    if steps > len(tip.deltas):
        return f"{tip.commit}~{steps - len(tip.deltas)}"
    deltas = tip.deltas[: len(tip.deltas) - steps]
    address = Pubkey.from_string(tip.commit)
    known = tuple(commit for commit in stack if commit.delta in deltas)
    if tip.commit == workspace.worktree.head().commit and tuple(c.delta for c in known) == deltas:
        return Point(address, known, local=True)
    return Point(address, dropped=deltas, local=tip.base == workspace.base_hash)


async def state(workspace: Workspace, wanted: Point, fetch: heads.Fetch) -> tuple[Workspace, Accumulator]:
    """The accumulator of a point, and the workspace with its eyes on the base that it is added to.

    Of the head and local commits on it from this working copy alone. Raises NotFound, BlobError.
    """
    there = workspace
    found = await workspace.cached_accumulator(str(wanted.address)) if wanted.local else None
    if found is None:
        await workspace.check_chain()
        there = await workspace.on_base_of(await workspace.commit(wanted.address))
        _, found = await heads.state_of(there, wanted.address, fetch)
    return there, await there.plus(found, wanted.deltas)
