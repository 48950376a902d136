"""Histories read off their sums: native module, reference in Python and golden file say the same."""

from __future__ import annotations

import json
import os
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federity import _native
from protocol.histories import GOLDEN, ONE, Head, History, Reading, written
from protocol.vectors import PROTOCOL, load


def native(heads: list[Head]) -> list[Reading]:
    """As the native module reads them."""
    found = _native.History([head.given for head in heads])
    return [
        Reading(
            frozenset(at for at in range(len(heads)) if found.past(number) >> at & 1),
            tuple(found.sides(number)),
            found.label(number),
            {
                ("update" if update else "head", at): Fraction(over, 1 << bits)
                for at, update, over, bits in found.holds(number)
            },
        )
        for number in range(len(heads))
    ]


def test_the_golden_file_is_what_both_read() -> None:
    if os.environ.get("FEDERITY_UPDATE_SNAPSHOTS"):
        lines = ",\n".join(json.dumps(case) for case in written())
        (PROTOCOL / "vectors" / "histories.json").write_text(f"[\n{lines}\n]\n")
    assert load("histories") == written()
    for heads in GOLDEN.values():
        assert native(list(heads)) == History.of(heads).read


def test_every_label_is_in_the_golden_file() -> None:
    labels = {head["read"]["label"] for case in load("histories") for head in case["heads"]}
    assert labels == {
        None, "merge", "average", "pick", "revert", "restore", "fast-forward", "reset", "combination"
    }  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Heads on heads, made in each way that a client makes them and in ways that none does."""
    made = History.of([Head()])
    for _ in range(draw(st.integers(2, 14))):
        number = st.integers(0, len(made.heads) - 1)
        parent = draw(number)
        kind = draw(
            st.sampled_from(
                ["train", "train", "alone", "merge", "share", "average", "change", "update", "any"]
            )
        )
        others = draw(st.lists(number, min_size=1, max_size=3, unique=True))
        m = draw(st.integers(0, 3))
        factors: dict[int, Fraction] | None = None
        if kind == "alone":
            factors = {others[0]: ONE}
        elif kind in ("merge", "share"):
            part = [Fraction(draw(st.integers(1, 4)), 4) if kind == "share" else ONE for _ in others]
            factors = made.merging(parent, dict(zip(others, part, strict=True)))
        elif kind == "average":
            factors = made.averaging({at: Fraction(draw(st.integers(1, 4)), 4) for at in {parent, *others}})
        elif kind == "change":
            share = Fraction(draw(st.integers(-4, 4)), 4)
            factors = made.added(({parent: ONE}, 1), ({others[0]: ONE}, share), ({others[-1]: ONE}, -share))
        elif kind in ("any", "update"):
            factors = {at: Fraction(draw(st.integers(-9, 9)), 1 << m) for at in {parent, *others}}
        if kind == "update" and factors is not None:
            updates = draw(st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True))
            terms = [("update", at, draw(st.integers(1, 1 << 17))) for at in updates]
            kept = ("head", parent, 1)
            made.add(Head(parent, (*([kept] if draw(st.booleans()) else []), *terms)))
        elif factors:
            whole = {at: factor * 8 for at, factor in factors.items() if factor}
            if all(factor.denominator == 1 for factor in whole.values()):
                made.add(Head(parent, tuple(("head", at, int(factor)) for at, factor in whole.items()), 3))
        else:
            made.add(Head(parent))
    return made


@settings(max_examples=200)
@given(histories())
def test_any_history_is_read_as_the_reference_reads_it(made: History) -> None:
    assert native(made.heads) == made.read


@settings(max_examples=100)
@given(histories(), st.lists(st.integers(-(2**62), 2**62), min_size=24, max_size=24))
def test_a_head_is_the_sum_of_what_it_is_said_to_hold(made: History, changes: list[int]) -> None:
    """In integers: each change is some number, and heads are what their terms make of these."""
    values: list[Fraction] = []
    for number, head in enumerate(made.heads):
        if head.terms is None:
            value = Fraction(0) if head.parent is None else values[head.parent] + changes[number]
        else:
            value = Fraction(0)
            for kind, at, factor in head.terms:
                one = Fraction(changes[20 + at], 1 << 16) if kind == "update" else values[at] / (1 << head.m)
                value += factor * one
        values.append(value)
    found = _native.History([head.given for head in made.heads])
    for number, value in enumerate(values):
        held = found.holds(number)
        total = sum(
            Fraction(over, 1 << bits) * changes[20 + at if update else at] for at, update, over, bits in held
        )
        assert total == value


def test_what_is_no_history_is_refused() -> None:
    for heads, why in (
        ([(0, None)], "does not come before"),
        ([(None, None), (0, (0, [(1, False, 1)]))], "does not come before"),
        ([(None, None), (0, (0, [(0, False, 1), (0, False, 2)]))], "twice"),
        ([(None, None), (0, (9, [(0, False, 1)]))], "2\\^8"),
    ):
        with pytest.raises(ValueError, match=why):
            _native.History(heads)
    with pytest.raises(IndexError):
        _native.History([(None, None)]).past(1)
