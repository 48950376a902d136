"""The graph of heads: what stands on what, what contains what, and where two of them part.

What a head contains, holds and is called is read off its terms by the native module, for every reader alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity import _native
from federity._generated import accounts, types
from federity._generated.constants import KIND_GENESIS, KIND_OPERATION, TERM_UPDATE
from federity.repository.ledger.pasts import Pasts
from federity.repository.ledger.summands import heads_below, named_terms, operation_of

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader


@dataclass(frozen=True)
class Node:
    """A head: its commit and, if an operation made it, what that is the sum of, over `2^m`."""

    commit: accounts.Commit
    m: int = 0
    terms: tuple[types.Term, ...] = ()

    @property
    def parents(self) -> tuple[Pubkey, ...]:
        """The head it moved, which is nothing of a genesis: nothing is added across a base."""
        return () if self.commit.kind == KIND_GENESIS else (self.commit.parent,)

    @property
    def below(self) -> tuple[Pubkey, ...]:
        """All heads that it stands on or is a sum of."""
        return (*self.parents, *(term.commit for term in self.terms if term.kind != TERM_UPDATE))


@dataclass(frozen=True)
class Graph:
    """Heads with all that is below them."""

    nodes: Mapping[Pubkey, Node]

    @cached_property
    def order(self) -> tuple[Pubkey, ...]:
        """Every head after all that is below it."""
        found: dict[Pubkey, None] = {}
        for start in self.nodes:
            waiting = [start]
            while waiting:
                missing = [one for one in self.nodes[waiting[-1]].below if one not in found]
                if not missing:
                    found.setdefault(waiting.pop())
                waiting += missing
        return tuple(found)

    @cached_property
    def _numbers(self) -> dict[Pubkey, int]:
        return {at: number for number, at in enumerate(self.order)}

    @cached_property
    def _updates(self) -> tuple[Pubkey, ...]:
        """The updates that are terms."""
        terms = (term for node in self.nodes.values() for term in node.terms)
        return tuple(dict.fromkeys(term.commit for term in terms if term.kind == TERM_UPDATE))

    @cached_property
    def _read(self) -> _native.History:
        """What heads and updates, by their numbers, are the sums of."""
        updates = {at: number for number, at in enumerate(self._updates)}
        made: list[_native.Made] = []
        for at in self.order:
            node = self.nodes[at]
            terms = [
                (
                    (updates if term.kind == TERM_UPDATE else self._numbers)[term.commit],
                    term.kind == TERM_UPDATE,
                    -term.factor if term.negative else term.factor,
                )
                for term in node.terms
            ]
            parent = self._numbers[node.parents[0]] if node.parents else None
            made.append((parent, (node.m, terms) if node.commit.kind == KIND_OPERATION else None))
        return _native.History(made)

    @cached_property
    def pasts(self) -> Pasts:
        """Of every head the heads whose changes it contains: its parent's, and those of what it took in."""
        zeros = {at for at, node in self.nodes.items() if node.commit.kind == KIND_GENESIS}
        return Pasts(self.order, zeros, {at: self._read.past(number) for number, at in enumerate(self.order)})

    def sides(self, head: Pubkey) -> list[Pubkey]:
        """The heads that a merge of branches, or a fast-forward, took in, and its parent did not contain."""
        return [self.order[number] for number in self._read.sides(self._numbers[head])]

    def label(self, head: Pubkey) -> str:
        """What the operation that made a head is called; of another head nothing."""
        return self._read.label(self._numbers[head]) or ""

    def holds(self, head: Pubkey) -> dict[Pubkey, Fraction]:
        """The share of each merge, and of each update that is a term, that a head is made of."""
        return {
            (self._updates if update else self.order)[number]: Fraction(over, 1 << bits)
            for number, update, over, bits in self._read.holds(self._numbers[head])
        }

    def contains(self, head: Pubkey, other: Pubkey) -> bool:
        """Whether all that a head is made of is in another one, `head`."""
        bits = self.pasts.bits
        return bits[head] & bits[other] == bits[other]

    def bases(self, one: Pubkey, other: Pubkey) -> list[Pubkey]:
        """The newest heads that both contain; of several, none contains another."""
        return self.pasts.newest(self.pasts.bits[one] & self.pasts.bits[other])


async def graph(reader: Reader, *starts: Pubkey) -> Graph:
    """All heads that some heads stand on or are a sum of, and these. Raises NotFound."""
    nodes: dict[Pubkey, Node] = {}
    for start in starts:
        async for at, commit in heads_below(reader, start):
            if at in nodes:
                continue
            if commit.kind == KIND_OPERATION:
                operation = await operation_of(reader, commit)
                nodes[at] = Node(commit, operation.m, named_terms(operation))
            else:
                nodes[at] = Node(commit)
    return Graph(nodes)
