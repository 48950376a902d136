"""What a file came to is asked once, as long as the file is untouched for sure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from federity.repository.working_copy import seen
from federity.repository.working_copy.seen import Seen


class Reading:
    """Finds what a file holds, and counts how often."""

    def __init__(self, path: Path) -> None:
        self.path, self.count = path, 0

    async def __call__(self) -> str:
        self.count += 1
        return self.path.read_text()


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    path = tmp_path / "model"
    path.write_text("one")
    return Reading(path)


@pytest.fixture
def fine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any file is old enough."""
    monkeypatch.setattr(seen, "COARSEST_NS", -(1 << 62))


@pytest.mark.usefixtures("fine")
async def test_an_untouched_file_is_read_once(tmp_path: Path, reading: Reading) -> None:
    for _ in range(3):
        assert await Seen(tmp_path).ask(reading.path, "text", reading) == "one"
    assert reading.count == 1
    assert await Seen(tmp_path).ask(reading.path, "another", reading) == "one"
    assert reading.count == 2


async def test_what_may_have_changed_just_now_is_read_again(tmp_path: Path, reading: Reading) -> None:
    """The file system could date one more change the same."""
    for _ in range(2):
        await Seen(tmp_path).ask(reading.path, "text", reading)
    assert reading.count == 2


@pytest.mark.usefixtures("fine")
async def test_a_change_is_seen_whatever_the_dates_say(tmp_path: Path, reading: Reading) -> None:
    """Of the same size, with the old dates put back: only the file system itself sets the time of change."""
    assert await Seen(tmp_path).ask(reading.path, "text", reading) == "one"
    was = reading.path.stat()
    reading.path.write_text("two")
    os.utime(reading.path, ns=(was.st_atime_ns, was.st_mtime_ns))
    while reading.path.stat().st_ctime_ns == was.st_ctime_ns:
        os.utime(reading.path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert await Seen(tmp_path).ask(reading.path, "text", reading) == "two"


@pytest.mark.usefixtures("fine")
async def test_a_file_that_changes_while_it_is_read_is_not_remembered(
    tmp_path: Path, reading: Reading
) -> None:
    async def change() -> str:
        text = await reading()
        reading.path.write_text("longer")
        return text

    assert await Seen(tmp_path).ask(reading.path, "text", change) == "one"
    assert await Seen(tmp_path).ask(reading.path, "text", reading) == "longer"


@pytest.mark.usefixtures("fine")
async def test_it_is_a_cache(tmp_path: Path, reading: Reading) -> None:
    await Seen(tmp_path).ask(reading.path, "text", reading)
    (tmp_path / "seen").write_bytes(b"damaged")
    assert await Seen(tmp_path).ask(reading.path, "text", reading) == "one"
    (tmp_path / "seen").unlink()
    (tmp_path / "seen").mkdir()
    assert await Seen(tmp_path).ask(reading.path, "text", reading) == "one"
    for n in range(seen.KEPT + 3):
        await Seen(tmp_path).ask(reading.path, str(n), reading)
    assert len(seen._FORMAT.read(tmp_path / "seen").entries) == seen.KEPT


@pytest.mark.usefixtures("fine")
async def test_a_folder_that_cannot_be_written_does_not_stop_it(tmp_path: Path, reading: Reading) -> None:
    for _ in range(2):
        assert await Seen(reading.path).ask(reading.path, "text", reading) == "one"
    assert reading.count == 2
