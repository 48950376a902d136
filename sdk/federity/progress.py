"""How long work tells what it is doing, and how it is stopped between two steps.

A verb listens (`listening`); loops over chunks, however deep and in whichever thread, tell (`tell`, `each`)
without being handed anything. When the verb is cancelled, the next one to tell is stopped: so Ctrl-C ends a
thread within a chunk, and not when the whole model is done.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from .errors import ProvingCancelled
from .progress_cell import cell
from .progress_line import Progress as Line

__all__ = ["OnProgress", "Progress", "each", "listening", "passing", "shown", "silent", "tell"]

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """One step of a verb: `stage` in a word or two, `done` of `total` (0 when unknown), in `unit`."""

    stage: str
    done: float
    total: float
    unit: str = ""


OnProgress = Callable[[Progress], None]
"""Hears progress on the event loop's thread; an exception it raises stops the verb."""


def silent(progress: Progress) -> None:
    """Ignore progress."""


class _Shown:
    """Draws a line while a verb listens: on a terminal's standard error, or in the cell of a notebook."""

    def __init__(self) -> None:
        self._line: Line | None = None

    def __call__(self, progress: Progress) -> None:
        if self._line is not None:
            self._line.update(progress.stage, progress.done, progress.total, progress.unit)

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Begin a line, unless there is one or an outer verb has its own listener; wipe it in the end."""
        stream = sys.stderr if sys.stderr.isatty() else cell()
        if stream is None or self._line is not None or _LISTENER.get() is not None:
            yield
            return
        self._line = Line(stream, overwrite=True)
        try:
            yield
        finally:
            self._line.clear()
            self._line = None


shown = _Shown()
"""What verbs do with progress when nobody is named to hear it: a terminal or a notebook sees it."""


class _Listener:
    """Who listens to one verb. Loops in other threads reach it through the event loop."""

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self.stop = threading.Event()
        self.raised: BaseException | None = None

    def tell(self, progress: Progress) -> None:
        if self.stop.is_set():
            raise self.raised or ProvingCancelled("The work was stopped.")
        if threading.get_ident() == self._thread:
            self._on_progress(progress)
        else:
            self._loop.call_soon_threadsafe(self._heard, progress)

    def _heard(self, progress: Progress) -> None:
        try:
            if not self.stop.is_set():
                self._on_progress(progress)
        except BaseException as error:
            self.raised = error
            self.stop.set()


_LISTENER: ContextVar[_Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(on_progress: OnProgress) -> Iterator[None]:
    """Let `on_progress` hear what is told inside, in this task and the threads it starts.

    Left by an exception, a cancellation among them, it stops what still runs.
    """
    listener = _Listener(on_progress)
    with shown.drawing() if on_progress is shown else nullcontext():
        token = _LISTENER.set(listener)
        try:
            yield
        finally:
            listener.stop.set()
            _LISTENER.reset(token)


def tell(stage: str, done: float, total: float, unit: str = "") -> None:
    """Say how far a stage is. Raises ProvingCancelled, or what the listener raised, in a stopped verb."""
    listener = _LISTENER.get()
    if listener is not None:
        listener.tell(Progress(stage, done, total, unit))


def each(stage: str, items: Sequence[T], unit: str) -> Iterator[T]:
    """Yield the items of a loop, telling before each how many are done, and once more in the end."""
    for done, item in enumerate(items):
        tell(stage, done, len(items), unit)
        yield item
    tell(stage, len(items), len(items), unit)


def passing(stage: str, parts: Iterable[T], total: int, size: Callable[[T], int], unit: str) -> Iterator[T]:
    """Yield parts that pass by, telling how much of `total` has passed; `size` is of one part."""
    done = 0
    for part in parts:
        tell(stage, done, total, unit)
        yield part
        done += size(part)
    tell(stage, total, total, unit)
