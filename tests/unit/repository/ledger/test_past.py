"""What heads contain, where two part, and what is added up to bring them together: on graphs made by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from solders.pubkey import Pubkey

from federity._generated.constants import KIND_GENESIS, KIND_MERGE, KIND_OPERATION, TERM_HISTORY, TERM_UPDATE
from federity.errors import ConfigError, NothingToDo
from federity.repository.ledger import sums
from federity.repository.ledger.holdings import holdings, share
from federity.repository.ledger.past import Graph, Node


def key(name: str) -> Pubkey:
    return Pubkey(name.encode().ljust(32, b"\0"))


def term(name: str, factor: int, kind: int = TERM_HISTORY) -> Any:
    return SimpleNamespace(commit=key(name), factor=abs(factor), negative=int(factor < 0), kind=kind)


@dataclass
class History:
    """Heads by name."""

    nodes: dict[Pubkey, Node] = field(default_factory=dict)

    def add(self, kind: int, name: str, parent: str, m: int = 0, *terms: Any) -> None:
        commit: Any = SimpleNamespace(kind=kind, parent=key(parent) if parent else Pubkey.default())
        self.nodes[key(name)] = Node(commit, m, terms)

    def merge(self, name: str, parent: str) -> None:
        self.add(KIND_MERGE, name, parent)

    def operation(self, name: str, parent: str, m: int = 0, /, **factors: int) -> None:
        self.add(KIND_OPERATION, name, parent, m, *(term(other, factor) for other, factor in factors.items()))

    @property
    def graph(self) -> Graph:
        return Graph(self.nodes)

    def bases(self, one: str, other: str) -> set[str]:
        return {bytes(at).rstrip(b"\0").decode() for at in self.graph.bases(key(one), key(other))}

    def held(self, head: str) -> dict[str, Fraction]:
        found = holdings(self.graph, {}, key(head))
        return {bytes(at).rstrip(b"\0").decode(): part for at, part in found.items()}

    def sum(self, head: str, side: str) -> dict[str, int]:
        found = sums.merged(self.graph, key(head), {key(side): Fraction(1)})
        return {term.commit.rstrip(b"\0").decode(): term.factor for term in found.terms}


@pytest.fixture
def history() -> History:
    """g, a, then b and c on one branch and x and y on another."""
    made = History()
    made.add(KIND_GENESIS, "g", "")
    for name, parent in (("a", "g"), ("b", "a"), ("c", "b"), ("x", "a"), ("y", "x")):
        made.merge(name, parent)
    return made


def test_two_branches_part_at_the_newest_commit_of_both(history: History) -> None:
    assert history.bases("c", "y") == {"a"}
    assert history.sum("c", "y") == {"c": 1, "y": 1, "a": -1}
    with pytest.raises(NothingToDo, match="up to date"):
        history.sum("c", "b")
    assert history.sum("b", "c") == {"c": 1}


def test_a_merge_contains_its_side_so_the_next_counts_from_there(history: History) -> None:
    history.operation("m", "c", c=1, x=1, a=-1)
    assert history.bases("m", "y") == {"x"}
    assert history.sum("m", "y") == {"m": 1, "y": 1, "x": -1}
    history.add(KIND_OPERATION, "n", "y", 0, term("m", 1))
    assert history.graph.contains(key("n"), key("c"))


@pytest.mark.parametrize(
    "factors",
    [
        {"c": 1, "y": 1, "x": -1},
        {"c": 1, "b": -1, "a": 1},
        {"c": 2, "y": 1, "a": -1},
        {"y": -1},
        {"y": 2},
    ],
    ids=["pick", "revert", "sum", "taken away alone", "twice alone"],
)
def test_other_sums_contain_nothing_but_their_head(history: History, factors: dict[str, int]) -> None:
    history.operation("o", "c", **factors)
    assert history.bases("o", "y") == {"a"}
    assert not history.graph.contains(key("o"), key("y"))


def test_crossed_merges_have_two_bases_and_what_these_share_is_counted_once(history: History) -> None:
    history.operation("m", "c", c=1, y=1, a=-1)
    history.operation("n", "y", c=1, y=1, a=-1)
    history.merge("o", "n")
    history.merge("p", "m")
    assert history.bases("p", "o") == {"c", "y"}
    wanted = {"p": 1, "o": 1, "c": -1, "y": -1, "a": 1}
    assert history.sum("p", "o") == wanted
    history.operation("q", "p", **wanted)
    assert history.held("q") == dict.fromkeys("abcxyop", 1)
    assert history.graph.contains(key("q"), key("o"))
    history.merge("z", "o")
    assert history.sum("q", "z") == {"q": 1, "z": 1, "o": -1}


def test_three_bases_are_what_they_share_pairwise_apart(history: History) -> None:
    history.merge("v", "a")
    for name, head, order in (("m", "c", "yv"), ("n", "y", "vc")):
        history.operation(name + "1", head, **{head: 1, order[0]: 1, "a": -1})
        history.operation(name + "2", name + "1", **{name + "1": 1, order[1]: 1, "a": -1})
        history.merge(name, name + "2")
    assert history.bases("m", "n") == {"c", "y", "v"}
    wanted = {"m": 1, "n": 1, "c": -1, "y": -1, "v": -1, "a": 2}
    assert history.sum("m", "n") == wanted
    history.operation("q", "m", **wanted)
    assert history.held("q") == dict.fromkeys("abcxyvmn", 1)
    assert history.graph.contains(key("q"), key("n"))


def test_what_has_no_common_past_is_refused(history: History) -> None:
    history.add(KIND_GENESIS, "h", "g")
    history.merge("z", "h")
    assert not history.bases("c", "z")
    with pytest.raises(ConfigError, match="no common past"):
        history.sum("c", "z")


def test_a_head_holds_what_its_sum_says(history: History) -> None:
    assert history.held("c") == {"a": 1, "b": 1, "c": 1}
    history.operation("m", "c", c=1, y=1, a=-1)
    assert history.held("m") == {"a": 1, "b": 1, "c": 1, "x": 1, "y": 1}
    history.operation("r", "m", m=1, b=-1, a=1)
    assert history.held("r") == {"a": 1, "c": 1, "x": 1, "y": 1}
    history.operation("half", "c", 1, c=1, y=1)
    half = Fraction(1, 2)
    assert history.held("half") == {"a": 1, "b": half, "c": half, "x": half, "y": half}
    history.operation("back", "c", a=1)
    assert history.held("back") == {"a": 1}


def test_an_update_that_was_taken_out_alone_is_told_from_the_rest_of_its_round(history: History) -> None:
    history.add(KIND_OPERATION, "o", "c", 0, term("c", 1), term("u", -32768, TERM_UPDATE))
    parts = {key("b"): [(key("u"), 32768), (key("v"), 32768)]}
    held = holdings(history.graph, parts, key("o"))
    half = Fraction(1, 2)
    assert held == {key("a"): 1, key("c"): 1, key("v"): half}
    before, after = (holdings(history.graph, parts, key(name)) for name in "ab")
    assert share(held, before, after) is None


def test_the_share_of_a_change_is_what_a_revert_takes_out(history: History) -> None:
    history.operation("half", "c", 1, c=1, y=1)
    graph = history.graph
    found = share(*(holdings(graph, {}, key(name)) for name in ("half", "b", "c")))
    assert found == Fraction(1, 2)
    wanted = sums.without(key("half"), key("c"), key("b"), found)
    assert (wanted.m, {t.commit.rstrip(b"\0"): t.factor for t in wanted.terms}) == (
        1,
        {b"half": 2, b"c": -1, b"b": 1},
    )
    with pytest.raises(ConfigError, match="no exact sum"):
        sums.without(key("half"), key("c"), key("b"), Fraction(1, 3))


def test_two_heads_that_stand_against_each_other_are_paired() -> None:
    a, b, c = (bytes(key(name)) for name in "abc")
    wanted = sums.without(key("c"), key("b"), key("a"), Fraction(1))
    assert {term.commit: term.pair for term in wanted.terms} == {c: None, b: a, a: b}
    # The newest commit less itself and its parent: the parent alone.
    (only,) = sums.without(key("c"), key("c"), key("b"), Fraction(1)).terms
    assert (only.commit, only.factor, only.pair) == (b, 1, None)
