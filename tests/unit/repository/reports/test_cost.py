"""What a cost says of the time that proving will take."""

from pathlib import Path

import pytest

from federity.prover.groth16 import Groth16Prover
from federity.repository.reports import Cost
from federity.text import duration


def test_proving_is_part_of_the_price_in_words() -> None:
    cost = Cost(transactions=1, fees=5000) + Cost(proving_seconds=200.0) + Cost(proving_seconds=160.0)
    assert str(cost).endswith("about 6 min of proving on two free cores")
    assert "proving" not in str(Cost(transactions=1))


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (99, "99 s"), (369, "6 min"), (7300, "2 h")])
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_key_that_is_not_there_yet_adds_its_making(tmp_path: Path) -> None:
    prover = Groth16Prover(tmp_path)
    before = prover.seconds(65536, 32)
    (tmp_path / "key-update-65536-v1-lc.bin").write_bytes(b"")
    after = prover.seconds(65536, 32)
    assert before - after == pytest.approx(39.3, abs=1)
    assert 100 < after < 200
    assert prover.seconds(16384, 0) == 0
