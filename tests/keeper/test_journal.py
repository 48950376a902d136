"""What a keeper wrote down: read back as it was, or dropped with one line and made again."""

from __future__ import annotations

from pathlib import Path

import pytest
from solders.signature import Signature

from federity.chain.base import Prepared
from federity.errors import WorktreeError
from federity_keeper.journal import Journal
from federity_keeper.planner import Verdict

VERDICT = Verdict(b"\1" * 32, True, False, "too bad", 0.25, 0.5, None)
PREPARED = Prepared(Signature.default(), b"signed", "hash")
DISTANCES = {(b"\1" * 32, b"\2" * 32): 7}


def kept(folder: Path) -> Journal:
    journal = Journal(folder)
    journal.record(PREPARED)
    journal.decide("commit", VERDICT)
    journal.compare(DISTANCES)
    return Journal(folder)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    journal = kept(tmp_path)
    assert journal.unsettled() == [PREPARED]
    assert journal.verdicts() == {"commit": VERDICT}
    assert journal.distances() == DISTANCES


def test_a_figure_that_is_no_number_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.decide("commit", Verdict(b"\1" * 32, True, False, "it falls to nan", float("nan"), 0.5))
    assert journal.verdicts()["commit"].figure is None


@pytest.mark.parametrize("damage", [b"", b"\xff", b"[" * 100_000, b"{}", b'{"blob_hash": 3}'])
def test_what_is_damaged_is_dropped_with_a_line(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    journal = kept(tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    for path in files:
        path.write_bytes(damage)
    assert (journal.unsettled(), journal.verdicts(), journal.distances()) == ([], {}, {})
    assert len(caplog.records) == len(files) == 3
    assert not any(path.exists() for path in files)


def test_what_a_newer_keeper_wrote_is_left_alone(tmp_path: Path) -> None:
    journal = kept(tmp_path)
    (path,) = (tmp_path / "verdicts").iterdir()
    path.write_text('{"version": 2, "colour": "red"}')
    with pytest.raises(WorktreeError, match="newer Federity"):
        journal.verdicts()
    assert path.exists()
