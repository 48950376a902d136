"""Telling from any depth and thread, and stopping there."""

import asyncio
import io
import sys
import threading

import pytest

from federity.errors import ProvingCancelled
from federity.progress import Progress, each, listening, passing, shown, silent, tell


async def test_a_thread_tells_what_the_loop_hears() -> None:
    heard: list[tuple[Progress, bool]] = []
    loop = threading.get_ident()

    def work() -> int:
        return sum(each("adding", [1, 2, 3], "numbers"))

    with listening(lambda progress: heard.append((progress, threading.get_ident() == loop))):
        assert await asyncio.to_thread(work) == 6
        await asyncio.sleep(0)
    assert heard == [(Progress("adding", done, 3, "numbers"), True) for done in range(4)]


async def test_parts_that_pass_are_counted_by_their_size() -> None:
    heard: list[Progress] = []
    with listening(heard.append):
        assert list(passing("writing", [b"ab", b"c"], 3, len, "bytes")) == [b"ab", b"c"]
    assert [(progress.done, progress.total) for progress in heard] == [(0, 3), (2, 3), (3, 3)]


async def test_cancelling_stops_a_thread_within_a_step() -> None:
    steps, started, stopped = 0, threading.Event(), threading.Event()

    def work() -> None:
        nonlocal steps
        try:
            for _ in each("working", range(1_000_000), "steps"):
                steps += 1
                started.set()
                threading.Event().wait(0.001)
        except ProvingCancelled:
            stopped.set()

    async def verb() -> None:
        with listening(lambda progress: None):
            await asyncio.to_thread(work)

    task = asyncio.create_task(verb())
    await asyncio.to_thread(started.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(stopped.wait, 10)
    assert steps < 1_000_000


async def test_a_listener_that_raises_stops_the_work_with_its_own_error() -> None:
    class Enough(Exception):
        """The listener has heard enough."""

    def listen(progress: Progress) -> None:
        if progress.done >= 1:
            raise Enough

    def work() -> None:
        for _ in each("working", range(10_000), "steps"):
            threading.Event().wait(0.001)

    with pytest.raises(Enough), listening(listen):
        await asyncio.to_thread(work)


async def test_what_runs_on_after_a_verb_is_stopped_too() -> None:
    with listening(lambda progress: None):
        pass
    tell("nobody hears", 0, 1)

    def late(go: threading.Event) -> None:
        go.wait(10)
        tell("too late", 0, 1)

    go = threading.Event()
    with listening(lambda progress: None):
        task = asyncio.create_task(asyncio.to_thread(late, go))
        await asyncio.sleep(0.01)
    go.set()
    with pytest.raises(ProvingCancelled):
        await task


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "seen"), [(Terminal, True), (io.StringIO, False)])
async def test_a_terminal_sees_progress_when_nobody_is_named(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], seen: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", stream())
    with listening(shown):
        tell("proving", 1, 2, "units")
        with listening(shown):
            tell("sending", 1, 2)
    drawn = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert ("proving" in drawn, "sending" in drawn, drawn.endswith("\r")) == (seen, seen, seen)


async def test_a_verb_inside_another_that_is_heard_elsewhere_draws_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with listening(silent), listening(shown):
        tell("proving", 1, 2)
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]
