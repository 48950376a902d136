"""Masks: who is kept by lot, by rank and by size, and that lots are the same on every machine."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from federity.objects.masks import between, by_lot, by_rank, lots

MODEL = bytes(range(32))


def test_lots_are_these_on_every_machine() -> None:
    assert lots(7, MODEL, "layer.weight", (3,)).tolist() == [
        0.12598320929621543,
        0.768314555684152,
        0.3907390708206445,
    ]


def test_lots_are_of_seed_commit_and_tensor() -> None:
    one = lots(1, MODEL, "a", (50,))
    assert ((one >= 0) & (one < 1)).all()
    for other in (lots(2, MODEL, "a", (50,)), lots(1, bytes(32), "a", (50,)), lots(1, MODEL, "b", (50,))):
        assert not (one == other).any()
    assert lots(1, MODEL, "a", (5, 10)).reshape(-1).tolist() == one.tolist()
    assert lots(1, MODEL, "a", ()).shape == ()


def test_by_lot_keeps_a_share() -> None:
    drawn = lots(3, MODEL, "a", (100, 100))
    for density in (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)):
        assert by_lot(drawn, density).mean() == pytest.approx(float(density), abs=0.02)


def test_by_rank_keeps_large_ones_of_a_row_more_often() -> None:
    # Sizes that differ by row: ranks are of a row, not of the tensor.
    row = np.arange(1, 12, dtype=np.int64) * np.where(np.arange(11) % 2, -1, 1)
    change = np.stack([row * 10**place for place in range(3)])
    kept = np.zeros(change.shape)
    for seed in range(2000):
        kept += by_rank(change, lots(seed, MODEL, "a", change.shape), Fraction(1, 2), Fraction(1, 5))
    wanted = np.linspace(0.3, 0.7, 11)
    assert np.abs(kept / 2000 - wanted).max() < 0.06


def test_the_one_value_of_a_row_has_the_density_itself() -> None:
    change = np.ones((4, 1), np.int64)
    drawn = np.array([[0.0], [0.49], [0.5], [0.99]])
    assert by_rank(change, drawn, Fraction(1, 2), Fraction(1, 4)).tolist() == [
        [True],
        [True],
        [False],
        [False],
    ]
    assert by_rank(np.int64(3).reshape(()), np.float64(0.2).reshape(()), Fraction(1, 2), Fraction(0)).all()


@pytest.mark.parametrize(
    ("density", "gamma", "kept"),
    [
        ("1/2", "0.2", [4, 5, 6, 7, 8]),  # out: the two largest, and the three smallest
        ("0.9", "0.5", [1, 2, 3, 4, 5, 6, 7, 8, 9]),  # the density is kept to
        ("0.35", "0", [8, 9, 10]),
        ("0.05", "0.1", []),
    ],
)
def test_between_leaves_out_both_ends(density: str, gamma: str, kept: list[int]) -> None:
    change = np.array([3, -1, 10, 2, -5, 4, -9, 6, 8, -7], np.int64).reshape(2, 5)
    mask = between(change, Fraction(density), Fraction(gamma))
    assert sorted(np.abs(change[mask]).tolist()) == kept
