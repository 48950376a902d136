"""Merges of several heads, by shares and in averages: random histories against a plain model."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from federity._generated.constants import KIND_GENESIS, KIND_MERGE, KIND_OPERATION, TERM_HISTORY
from federity.errors import ConfigError, NothingToDo
from federity.repository.ledger import shares, sums
from federity.repository.ledger.holdings import beyond
from federity.repository.ledger.past import Graph, Node

ONE = Fraction(1)
HALF = Fraction(1, 2)


def key(number: int) -> Pubkey:
    return Pubkey(number.to_bytes(32, "big"))


class Plain:
    """Heads as sums of changes by number, made without the library: a set of changes is what git would call
    a past, and a merge is their union."""

    def __init__(self) -> None:
        self.nodes: dict[Pubkey, Node] = {}
        self.holds: list[dict[int, Fraction]] = [{}]
        self.pasts: list[set[int]] = [{0}]
        self._node(KIND_GENESIS, Pubkey.default())

    def _node(self, kind: int, parent: Pubkey, found: sums.Sum | None = None) -> None:
        commit: Any = SimpleNamespace(kind=kind, parent=parent)
        terms: tuple[Any, ...] = ()
        if found is not None:
            terms = tuple(
                SimpleNamespace(
                    commit=Pubkey(term.commit),
                    factor=abs(term.factor),
                    negative=int(term.factor < 0),
                    kind=TERM_HISTORY,
                )
                for term in found.terms
            )
        self.nodes[key(len(self.nodes))] = Node(commit, found.m if found else 0, terms)

    @property
    def graph(self) -> Graph:
        return Graph(self.nodes)

    def train(self, head: int) -> int:
        number = len(self.nodes)
        self._node(KIND_MERGE, key(head))
        self.holds.append({**self.holds[head], number: ONE})
        self.pasts.append({*self.pasts[head], number})
        return number

    def operation(self, head: int, found: sums.Sum, contained: set[int]) -> int:
        """Add an operation, computing what it holds from its terms alone."""
        number = len(self.nodes)
        total: dict[int, Fraction] = {}
        for term in found.terms:
            for at, held in self.holds[int.from_bytes(term.commit, "big")].items():
                total[at] = total.get(at, Fraction(0)) + held * Fraction(term.factor, 1 << found.m)
        self._node(KIND_OPERATION, key(head), found)
        self.holds.append({at: held for at, held in total.items() if held})
        self.pasts.append(self.pasts[head] | contained | {number})
        return number

    def past_of(self, head: int) -> set[int]:
        bits = self.graph.pasts.bits[key(head)]
        return {
            int.from_bytes(bytes(at), "big") for at in self.nodes if bits >> self.graph.order.index(at) & 1
        }


def merge(plain: Plain, head: int, *sides: int) -> int | None:
    """Merge, and check it against the plain model: no change is lost, none counts twice."""
    try:
        found = sums.merged(plain.graph, key(head), {key(side): ONE for side in sides})
    except NothingToDo:
        assert all(plain.pasts[side] <= plain.pasts[head] for side in sides)
        return None
    except ConfigError as error:
        assert "are the most" in str(error)
        return None
    contained = set().union(*(plain.pasts[side] for side in sides))
    made = plain.operation(head, found, contained)
    wanted: dict[int, Fraction] = {}
    for at in plain.pasts[made]:
        if plain.nodes[key(at)].commit.kind == KIND_MERGE:
            wanted[at] = ONE
    assert plain.holds[made] == wanted
    assert plain.past_of(made) == plain.pasts[made]
    return made


@settings(max_examples=150)
@given(st.data())
def test_any_history_of_merges_holds_every_change_once(data: st.DataObject) -> None:
    plain = Plain()
    tips = [0, 0, 0, 0]
    for _ in range(data.draw(st.integers(4, 16))):
        branch = data.draw(st.integers(0, 3))
        others = data.draw(st.lists(st.integers(0, 3), max_size=3, unique=True))
        sides = {tips[other] for other in others} - {tips[branch]}
        if not sides:
            tips[branch] = plain.train(tips[branch])
            continue
        made = merge(plain, tips[branch], *sides)
        tips[branch] = tips[branch] if made is None else made


def parted() -> tuple[Plain, int, list[int]]:
    """A head, and three sides that parted from it at once."""
    plain = Plain()
    start = plain.train(0)
    head = plain.train(start)
    return plain, head, [plain.train(plain.train(start)) for _ in range(3)]


def test_an_octopus_is_one_sum_and_contains_all_its_sides() -> None:
    plain, head, sides = parted()
    made = merge(plain, head, *sides)
    assert made is not None
    (node,) = [node for node in plain.nodes.values() if node.terms]
    factors = sorted(-term.factor if term.negative else term.factor for term in node.terms)
    assert factors == [-3, 1, 1, 1, 1]
    with pytest.raises(NothingToDo, match="up to date"):
        sums.merged(plain.graph, key(made), {key(side): ONE for side in sides})


def test_sides_that_share_commits_bring_them_once() -> None:
    plain, head, (side, *_) = parted()
    one, other = plain.train(side), plain.train(side)
    assert merge(plain, head, one, other) is not None
    # A side that another one contains adds nothing.
    assert merge(plain, head, one, side) is not None
    with pytest.raises(ConfigError, match="in common that the head lacks"):
        sums.merged(plain.graph, key(head), {key(one): ONE, key(other): HALF})


def test_a_share_of_what_sides_did_is_that_of_each_change() -> None:
    plain, head, (one, other, _) = parted()
    found = sums.merged(plain.graph, key(head), {key(one): Fraction(3, 4), key(other): Fraction(-1, 2)})
    assert found.m == 2
    made = plain.operation(head, found, set())
    assert plain.holds[made] == {1: 1, 2: 1, one - 1: Fraction(3, 4), one: Fraction(3, 4)} | {
        other - 1: -HALF, other: -HALF
    }  # fmt: skip
    # What comes in by a share is contained: a later merge adds what is new. What is taken away is not.
    whole = plain.operation(head, sums.merged(plain.graph, key(head), {key(one): HALF}), plain.pasts[one])
    assert plain.past_of(whole) == plain.pasts[whole]
    new = plain.train(one)
    last = plain.operation(whole, sums.merged(plain.graph, key(whole), {key(new): ONE}), set())
    assert plain.holds[last] == plain.holds[whole] | {new: ONE}
    away = plain.operation(head, sums.merged(plain.graph, key(head), {key(one): -ONE}), set())
    assert plain.past_of(away) == plain.pasts[away]


def test_an_average_is_of_heads_as_they_are_and_contains_them() -> None:
    plain, head, sides = parted()
    four = dict(zip(map(key, (head, *sides)), shares.equal(4), strict=True))
    found = sums.averaged(plain.graph, key(head), four)
    assert (found.m, [term.factor for term in found.terms]) == (2, [1, 1, 1, 1])
    made = plain.operation(head, found, set().union(*(plain.pasts[side] for side in sides)))
    assert plain.holds[made][1] == ONE
    assert plain.holds[made][head] == Fraction(1, 4)
    assert plain.past_of(made) == plain.pasts[made]
    with pytest.raises(ConfigError, match="sum to 1, these to 3/4"):
        sums.averaged(plain.graph, key(head), {key(head): HALF, key(sides[0]): Fraction(1, 4)})


def test_of_a_genesis_as_common_past_nothing_is_named() -> None:
    plain = Plain()
    head, *sides = [plain.train(0) for _ in range(3)]
    found = sums.merged(plain.graph, key(head), {key(side): ONE for side in sides})
    assert sorted(term.factor for term in found.terms) == [1, 1, 1]
    # Of one side it is what that one is paired with: the two are near.
    found = sums.merged(plain.graph, key(head), {key(sides[0]): ONE})
    assert {term.pair is not None for term in found.terms if term.commit != bytes(key(head))} == {True}


def test_more_heads_than_a_sum_can_name_are_refused() -> None:
    plain, head, _ = parted()
    sides = [plain.train(plain.train(0)) for _ in range(8)]
    with pytest.raises(ConfigError, match="8 are the most"):
        sums.merged(plain.graph, key(head), {key(side): ONE for side in sides})


@pytest.mark.parametrize(
    "value", ["1/3", 0.1, "0.001", "x", "1/0", float("nan"), float("inf"), 1 << 25, None]
)
def test_shares_that_are_no_exact_sum_are_refused(value: Any) -> None:
    with pytest.raises(ConfigError, match="share"):
        shares.share_of(value)


def test_shares_are_read_as_people_write_them() -> None:
    read = [shares.share_of(value) for value in ("3/4", "0.75", 0.75, "-1", 2, "6/8")]
    assert read == [Fraction(3, 4)] * 3 + [-1, 2, Fraction(3, 4)]
    with pytest.raises(ConfigError, match="no exact sum") as refused:
        shares.equal(3)
    assert "43/128 85/256 85/256" in str(refused.value)
    assert sum(shares.nearest([Fraction(1, 7)] * 7)) == 1


def counted_wrong(plain: Plain, head: int, *sides: int) -> dict[int, Fraction]:
    found = sums.merged(plain.graph, key(head), {key(side): ONE for side in sides})
    wrong = beyond(plain.graph, {}, found, [key(head), *map(key, sides)])
    return {int.from_bytes(bytes(at), "big"): held for at, held in wrong.items()}


def test_what_two_sides_have_by_different_roads_would_count_twice() -> None:
    plain, head, (side, other, _) = parted()
    assert counted_wrong(plain, head, side, other) == {}
    picked = plain.operation(head, sums.with_change(key(head), key(side), key(side - 1)), set())
    assert counted_wrong(plain, picked, side) == {side: 2}
    # The other way round: the side has what the head made.
    newer = plain.train(head)
    there = plain.operation(side, sums.with_change(key(side), key(newer), key(head)), set())
    assert counted_wrong(plain, newer, there) == {newer: 2}
    # Taken out again, it comes in once.
    back = plain.operation(picked, sums.without(key(picked), key(side), key(side - 1), ONE), set())
    assert counted_wrong(plain, back, side) == {}


def test_what_two_sides_took_out_would_be_taken_out_twice() -> None:
    plain = Plain()
    start = plain.train(plain.train(0))
    left, right = (
        plain.operation(start, sums.without(key(start), key(start), key(start - 1), ONE), set())
        for _ in range(2)
    )
    assert counted_wrong(plain, plain.train(left), right) == {start: -1}
