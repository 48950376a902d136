"""The graph of heads: what stands on what, what contains what, and where two of them part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts, types
from federity._generated.constants import KIND_GENESIS, KIND_OPERATION, TERM_UPDATE
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
    def pasts(self) -> Mapping[Pubkey, int]:
        """Of every head the heads whose changes it contains, itself among them: bits, by their `order`."""
        found: dict[Pubkey, int] = {}
        for number, at in enumerate(self.order):
            node = self.nodes[at]
            past = 1 << number
            for parent in node.parents:
                past |= found[parent]
            side = self._side(node, found)
            found[at] = past if side is None else past | found[side]
        return found

    def _side(self, node: Node, pasts: Mapping[Pubkey, int]) -> Pubkey | None:
        """The side that an operation took in: a commit alone, or one whose past with the head is what it is
        counted from. Picks, reverts and other sums take in nothing: a later merge would lose or double work.
        """
        if node.commit.kind != KIND_OPERATION or any(term.kind == TERM_UPDATE for term in node.terms):
            return None
        if len(node.terms) == 1:
            return node.terms[0].commit
        factors = {term.commit: -term.factor if term.negative else term.factor for term in node.terms}
        head = node.commit.parent
        for side in factors:
            if side != head and factors[side] == 1 and node.m == 0:
                common = self._common(pasts, head, side)
                if common and factors == merging(head, side, common):
                    return side
        return None

    def contains(self, head: Pubkey, other: Pubkey) -> bool:
        """Whether all that a head is made of is in another one, `head`."""
        return self.pasts[head] & self.pasts[other] == self.pasts[other]

    def bases(self, one: Pubkey, other: Pubkey) -> list[Pubkey]:
        """The newest heads that both contain; of several, none contains another."""
        return self._newest(self.pasts, self.pasts[one] & self.pasts[other])

    def common(self, one: Pubkey, other: Pubkey) -> Mapping[Pubkey, int] | None:
        """What two heads have in common, as a sum of heads: the newest that both contain or, where histories
        cross and there are two, these two less what they have in common. Empty when they have nothing.

        None when there are more than two: no sum of so few heads is it.
        """
        return self._common(self.pasts, one, other)

    def _common(self, pasts: Mapping[Pubkey, int], one: Pubkey, other: Pubkey) -> Mapping[Pubkey, int] | None:
        found = Counter[Pubkey]()
        sign = 1
        while True:
            bases = self._newest(pasts, pasts[one] & pasts[other])
            if len(bases) > 2:
                return None
            for base in bases:
                found[base] += sign
            if len(bases) < 2:
                return {at: factor for at, factor in found.items() if factor}
            (one, other), sign = bases, -sign

    def _newest(self, pasts: Mapping[Pubkey, int], among: int) -> list[Pubkey]:
        found = []
        while among:
            newest = self.order[among.bit_length() - 1]
            found.append(newest)
            among &= ~pasts[newest]
        return found


def merging(head: Pubkey, side: Pubkey, common: Mapping[Pubkey, int]) -> Mapping[Pubkey, int]:
    """The sum that brings a side into a head: both, less what they have in common."""
    factors = Counter({head: 1, side: 1})
    factors.subtract(common)
    return {at: factor for at, factor in factors.items() if factor}


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
