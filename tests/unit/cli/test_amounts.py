"""Amounts as people type them, to the lamport."""

from __future__ import annotations

from argparse import ArgumentTypeError

import pytest

from federity.cli.amounts import lamports


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1", 10**9), ("1.5", 1_500_000_000), ("0.000000001", 1), ("5000lamports", 5000), ("1e-9", 1)],
)
def test_sol_and_lamports_are_read_exactly(text: str, amount: int) -> None:
    assert lamports(text) == amount


@pytest.mark.parametrize(
    "text",
    ["0", "-1", "0.0000000001", "1.5lamports", "lamports", "", "SOL", "nan", "inf", "1e30", "0lamports"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="no amount"):
        lamports(text)
