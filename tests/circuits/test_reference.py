"""The circuit against the relation in plain integers, on true and broken witnesses."""

import random
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circuits import reference
from federity import _native

N = 64
R = reference.R


def be(value: int) -> bytes:
    return value.to_bytes(32, "big")


def native_wires(unit: reference.Unit) -> list[int]:
    d = np.array(unit.d, dtype=np.int8)
    data = _native.update_wires(
        len(unit.d), d, unit.off, be(unit.context), be(unit.rho), be(unit.r0), be(unit.r1), unit.sealed
    )
    return [int.from_bytes(data[i : i + 32], "big") for i in range(0, len(data), 32)]


def violation(n: int, wires: list[int]) -> str | None:
    return _native.update_violation(n, b"".join(map(be, wires)))


units = st.builds(
    reference.Unit,
    d=st.lists(st.integers(-128, 127), min_size=N, max_size=N).map(tuple),
    off=st.integers(0, 2**20 - 1),
    context=st.integers(0, 2**248 - 1),
    rho=st.integers(0, R - 1),
    r0=st.integers(0, R - 1),
    r1=st.integers(0, R - 1),
    sealed=st.just(True),
) | st.builds(
    reference.Unit,
    d=st.lists(st.integers(-128, 127), min_size=N, max_size=N).map(tuple),
    off=st.integers(0, 2**20 - 1),
    context=st.integers(0, 2**248 - 1),
    rho=st.integers(0, R - 1),
)


@cache
def some_unit() -> tuple[list[int], int]:
    rng = random.Random(7)
    d = tuple(rng.randrange(-128, 128) for _ in range(N))
    values = [rng.randrange(R) for _ in range(3)]
    wires = reference.wires(reference.Unit(d, 0xABCDE, rng.getrandbits(248), *values, sealed=True))
    return wires, len(wires)


@pytest.mark.parametrize("inputs", range(1, 13))
def test_poseidon_has_the_constants_of_its_paper(inputs: int) -> None:
    values = [pow(3, 50 + index, R) for index in range(inputs)]
    assert _native.poseidon([be(value) for value in values]) == be(reference.poseidon(values))


def test_poseidon_refuses_what_is_no_list_of_field_elements() -> None:
    for inputs in ([], [bytes(32)] * 13, [be(R)], [bytes(31)]):
        with pytest.raises(ValueError, match=r"inputs|canonical"):
            _native.poseidon(inputs)


@settings(max_examples=15, deadline=None)
@given(units)
def test_both_sides_fill_the_same_wires_and_they_hold(unit: reference.Unit) -> None:
    wires = native_wires(unit)
    assert wires == reference.wires(unit)
    assert violation(N, wires) is None
    assert reference.holds(N, wires)


@pytest.mark.parametrize("n", [8, 256, 1024])
def test_other_unit_sizes_agree(n: int) -> None:
    rng = random.Random(n)
    d = tuple(rng.randrange(-128, 128) for _ in range(n))
    unit = reference.Unit(d, 2**20 - n // 4, 5, 6, 7, 8, sealed=True)
    wires = native_wires(unit)
    assert wires == reference.wires(unit)
    assert violation(n, wires) is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_both_sides_refuse_a_broken_wire(data: st.DataObject) -> None:
    good, count = some_unit()
    wire = data.draw(st.integers(1, count - 1))
    value = data.draw(
        st.sampled_from([0, 1, (good[wire] + 1) % R, R - good[wire], R - 1]).map(lambda v: v % R)
    )
    broken = [*good[:wire], value, *good[wire + 1 :]]
    assert (violation(N, broken) is None) == reference.holds(N, broken) == (value == good[wire])


def test_a_value_outside_the_range_is_refused_even_if_all_else_follows() -> None:
    """d = 128 needs a ninth bit; put into the top one as a 2, all sums come out right but for the range."""
    good, _ = some_unit()
    bits = [0] * 7 + [2]
    broken = [*good[:2], *bits, *good[10:]]
    assert violation(N, broken) == "range"
    assert not reference.holds(N, broken)


@pytest.mark.parametrize("blinds", [(5, 0), (0, 6)])
def test_blinds_of_a_unit_that_is_not_sealed_are_refused(blinds: tuple[int, int]) -> None:
    unit = reference.Unit((1,) * N, 0, 5, 6, *blinds)
    wires = native_wires(unit)
    assert wires == reference.wires(unit)
    assert violation(N, wires) == "blinding"
    assert not reference.holds(N, wires)


def test_wrong_shapes_are_refused() -> None:
    d = np.zeros(N, dtype=np.int8)
    with pytest.raises(ValueError, match="unit size"):
        _native.update_wires(100, d, 0, bytes(32), bytes(32), bytes(32), bytes(32), False)
    with pytest.raises(ValueError, match="offset"):
        _native.update_wires(N, d, 2**20, bytes(32), bytes(32), bytes(32), bytes(32), False)
    with pytest.raises(ValueError, match="canonical"):
        _native.update_wires(N, d, 0, be(R), bytes(32), bytes(32), bytes(32), False)
    with pytest.raises(ValueError, match="wires"):
        _native.update_violation(N, bytes(64))


def test_constraint_counts() -> None:
    """About 10.8 a parameter, 8 of them single bits: a change shows here."""
    counts = {n: dict(_native.update_constraints(n)) for n in (2**10, 2**14, 2**16)}
    assert {n: sum(groups.values()) for n, groups in counts.items()} == {
        2**10: 12_310,
        2**14: 177_565,
        2**16: 706_383,
    }
    assert counts[2**14] == {
        "range": 131_072,
        "norm": 16_385,
        "evaluation": 4095,
        "offset bits": 20,
        "powers": 20,
        "offset power": 40,
        "blinding": 5,
        "packing": 529,
        "chain": 24_696,
        "private hash": 321,
        "public hash": 382,
    }
