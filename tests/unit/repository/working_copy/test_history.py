"""What was fetched lies in one file, and comes back as it was or not at all."""

from dataclasses import replace
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from federity.chain.recorded import Recording
from federity.repository.working_copy.history import Fetched, History

REPOSITORY = Pubkey.new_unique()
HELD = Recording(bytes(range(32)), 9, {REPOSITORY: b"data", Pubkey.new_unique(): b""}, {3: 4, 5: 6})
FETCHED = Fetched.of(HELD, REPOSITORY, 1_700_000_000, ("ab" * 32,))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    assert history.read() is None
    history.write(FETCHED)
    assert history.read() == FETCHED
    assert FETCHED.recording() == HELD


@pytest.mark.parametrize("text", ["", "no base64", "eJw=", FETCHED.times[:-8]])
def test_what_cannot_be_unpacked_is_thrown_away(tmp_path: Path, text: str) -> None:
    history = History(tmp_path / "history")
    for damaged in (replace(FETCHED, accounts=text), replace(FETCHED, times=text)):
        history.write(damaged)
        assert history.read() is None
        assert not (tmp_path / "history").exists()


def test_an_account_that_is_cut_off_is_no_account(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    history.write(replace(FETCHED, accounts=FETCHED.times))
    assert history.read() is None
