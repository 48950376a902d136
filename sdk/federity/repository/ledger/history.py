"""The line of commits that a commit stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import COMMIT_STATE_HISTORY, KIND_OPERATION
from federity.repository.ledger.past import Graph, graph

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader


async def ancestors(reader: Reader, start: Pubkey) -> AsyncIterator[tuple[Pubkey, accounts.Commit]]:
    """A commit and all it stands on, across bases that were made from others, down to the first genesis."""
    address = start
    while True:
        commit = await (reader.commit if address == start else reader.linked)(address)
        yield address, commit
        if commit.parent == Pubkey.default():
            return
        address = commit.parent


@dataclass(frozen=True)
class Line:
    """A commit of a history, and what it came from: its parent and, for a merge of branches, the heads that
    were brought in.
    """

    address: Pubkey
    commit: accounts.Commit
    parents: tuple[Pubkey, ...]


async def history(reader: Reader, start: Pubkey, first_parent: bool = False) -> AsyncIterator[Line]:
    """A commit and all that it contains, also through merges of branches unless only along the
    `first_parent`, each once, the newest first: none comes before what was made of it.
    """
    sides = Sides(reader)
    waiting = {start: await reader.commit(start)}
    seen = {start}
    while waiting:
        address = max(waiting, key=lambda at: (waiting[at].created_slot, waiting[at].seq))
        commit = waiting.pop(address)
        others = [] if first_parent else await sides.of(address, commit)
        parents = tuple(at for at in (commit.parent, *others) if at != Pubkey.default())
        yield Line(address, commit, parents)
        for at in parents:
            if at not in seen:
                seen.add(at)
                waiting[at] = await reader.linked(at)


class Sides:
    """Which heads a merge of branches brought in, and what an operation is called: read off the graph, which
    is loaded when one is met.
    """

    def __init__(self, reader: Reader) -> None:
        """Ask through a reader."""
        self._reader = reader
        self._graph = Graph({})

    async def of(self, address: Pubkey, commit: accounts.Commit) -> list[Pubkey]:
        """The heads that a commit took in whole, and that its parent did not contain."""
        return self._graph.sides(address) if await self._knows(address, commit) else []

    async def label(self, address: Pubkey, commit: accounts.Commit) -> str:
        """What the operation that made a head is called; of another commit nothing."""
        return self._graph.label(address) if await self._knows(address, commit) else ""

    async def _knows(self, address: Pubkey, commit: accounts.Commit) -> bool:
        if commit.kind != KIND_OPERATION or commit.state != COMMIT_STATE_HISTORY:
            return False
        if address not in self._graph.nodes:
            self._graph = await graph(self._reader, address)
        return True
