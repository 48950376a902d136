"""How much of a change a head holds, whatever way it came there: 1 for all of it, 0 when it was taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated.constants import TERM_UPDATE, WEIGHT_ONE
from federity.chain import pda
from federity.repository.ledger.summands import merged_parts

if TYPE_CHECKING:
    from federity.repository.ledger.past import Graph
    from federity.repository.ledger.reader import Reader
    from federity.repository.ledger.sums import Sum

NONE = Fraction(0)

# A merge's commit, for all that its round brought; or an update of one of which operations named a part.
Holdings = Mapping[Pubkey, Fraction]
# Of such merges the updates that they are the sum of, with their Q16 weights.
Parted = Mapping[Pubkey, Sequence[tuple[Pubkey, int]]]


async def parted(reader: Reader, graph: Graph) -> Parted:
    """The merges of which a graph's operations name single updates. Raises NotFound."""
    named = {term.commit for node in graph.nodes.values() for term in node.terms if term.kind == TERM_UPDATE}
    merges = {pda.merge((await reader.linked(address)).held_by) for address in named}
    return {
        merge: [(at, part.weight) for at, part in await merged_parts(reader, merge) if part.weight]
        for merge in merges
    }


def holdings(graph: Graph, by_update: Parted, head: Pubkey) -> Holdings:
    """What a head is the sum of, each with the share of it that the head holds; what it holds none of is left
    out. A share of an update is of its whole change.
    """
    found = graph.holds(head)
    for merge, updates in by_update.items():
        whole = found.pop(merge, NONE)
        for at, weight in updates:
            found[at] = found.get(at, NONE) + whole * Fraction(weight, WEIGHT_ONE)
    return {at: share for at, share in found.items() if share}


def share(held: Holdings, before: Holdings, after: Holdings) -> Fraction | None:
    """The share of a change, from `before` to `after`, that is in what is held.

    None when it holds more of one part of it than of another, or when nothing changed.
    """
    names = before.keys() | after.keys()
    found = {
        (held.get(name, NONE) - before.get(name, NONE)) / (after.get(name, NONE) - before.get(name, NONE))
        for name in names
        if after.get(name, NONE) != before.get(name, NONE)
    }
    return found.pop() if len(found) == 1 else None


def beyond(graph: Graph, by_update: Parted, wanted: Sum, heads: Sequence[Pubkey]) -> Holdings:
    """Of which changes a sum would hold more than each of some heads does, or less: 2 where two of them have
    one by different roads, as its making and a pick; -1 where both took it out.
    """
    total: dict[Pubkey, Fraction] = {}
    for term in wanted.terms:
        for at, held in holdings(graph, by_update, Pubkey(term.commit)).items():
            total[at] = total.get(at, NONE) + held * Fraction(term.factor, 1 << wanted.m)
    each = [holdings(graph, by_update, head) for head in heads]
    return {
        at: held
        for at, held in total.items()
        if not min(one.get(at, NONE) for one in each) <= held <= max(one.get(at, NONE) for one in each)
    }
