"""The progress line."""

import io
import os
import pty
import time

import pytest

from federity import progress_line as progress
from federity.cli.output import Console
from federity.progress_line import Progress, clock, render, short


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_rate_and_remaining_time() -> None:
    line = render("proving", 1, 4, elapsed=2.0, unit="units")
    assert line == "proving [######------------------]  25%  0.5 units/s  0:06 left"


def test_what_an_earlier_run_did_is_not_this_one_s_rate() -> None:
    line = render("proving", 60, 100, elapsed=5.0, unit="units", first=50)
    assert line.endswith(" 60%  2 units/s  0:20 left")
    assert render("proving", 50, 100, elapsed=5.0, unit="units", first=50).endswith(" 50%")


def test_the_end_says_how_long_it_took() -> None:
    assert render("proving", 4, 4, elapsed=65.0).endswith("100%  1:05 spent")


@pytest.mark.parametrize(("done", "total"), [(0, 0), (5, 4), (-1, 4)])
def test_odd_counts_stay_in_the_bar(done: float, total: float) -> None:
    assert render("x", done, total, 1.0).count("#") <= progress.WIDTH


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (7.4, "0:07"), (750, "12:30"), (7500, "2:05:00")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_real_terminal_sees_one_line_that_is_drawn_over_and_wiped() -> None:
    ours, theirs = pty.openpty()
    try:
        with os.fdopen(theirs, "w") as terminal:
            shown = Console(err=terminal)
            for done in range(4):
                shown.line.update("proving", done, 3, "units")
                time.sleep(0.11)
            shown.note("done")
            seen = ""
            while "\n" not in seen:
                seen += os.read(ours, 65536).decode()
    finally:
        os.close(ours)
    *frames, last = seen.split("\r\n")[0].split("\r")
    assert seen.count("\n") == 1
    assert last == "done"
    assert [frame.split("%")[0].split()[-1] for frame in frames if "%" in frame] == ["0", "33", "67", "100"]
    assert any("units/s" in frame and "left" in frame for frame in frames)


def test_nothing_without_a_terminal() -> None:
    stream = io.StringIO()
    Console(err=stream).line.update("x", 1, 2)
    assert stream.getvalue() == ""


def test_lines_where_asked_for_without_a_terminal() -> None:
    stream = io.StringIO()
    line = Console(err=stream, show_progress=True).line
    line.update("x", 1, 2)
    line.update("x", 2, 2)
    assert stream.getvalue().count("\n") == 2
    assert "\r" not in stream.getvalue()


def test_no_progress_wins_over_a_terminal() -> None:
    stream = Terminal()
    Console(err=stream, show_progress=False).line.update("x", 1, 2)
    assert stream.getvalue() == ""


def test_the_line_is_wiped_before_anything_else_is_said() -> None:
    stream = Terminal()
    shown = Console(err=stream)
    shown.line.update("working", 1, 2)
    shown.note("done")
    last = stream.getvalue().rsplit("\r", 1)[1]
    assert last == "done\n"


@pytest.mark.parametrize(
    ("number", "text"), [(0.5, "0.5"), (12.34, "12.3"), (999.6, "1k"), (4_560_000, "4.56M"), (2e15, "2e+03T")]
)
def test_rates_stay_short(number: float, text: str) -> None:
    assert short(number) == text


def test_a_line_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    Console(err=stream).line.update("a stage with a very long name", 1, 2, "units")
    assert max(map(len, stream.getvalue().split("\r"))) == 39


def test_stages_that_take_turns_keep_their_times(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 1.0, 10.0, 11.0, 20.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))
    stream = Terminal()
    line = Progress(stream, overwrite=True)
    for label, done in (("a", 0), ("b", 0), ("a", 1), ("b", 1)):
        line.update(label, done, 2)
    assert [part.split()[-2] for part in stream.getvalue().split("\r")[-2:]] == ["0:10", "0:10"]
    line.update("a", 0, 2)
    assert "left" not in stream.getvalue().rsplit("\r", 1)[1]


def test_drawing_is_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 0.01, 0.02, 0.5])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))
    stream = Terminal()
    line = Progress(stream, overwrite=True)
    for done in range(1, 5):
        line.update("x", done, 100)
    assert stream.getvalue().count("\r") == 2
