"""A progress line with rate and remaining time."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import Protocol

WIDTH = 24
TERMINAL_INTERVAL = 0.1  # seconds between two drawings
LOG_INTERVAL = 5.0  # a log file wants lines, not frames
THOUSANDS = ("", "k", "M", "G", "T")


class Writable(Protocol):
    """As much of a text stream as a line needs."""

    def write(self, text: str, /) -> int:
        """Take a text; how many characters of it."""

    def flush(self) -> None:
        """Show what was taken."""


@dataclass
class _Stage:
    """When a stage began and how far it was then and is now, and when it was last drawn."""

    began: float
    first: float
    done: float
    drawn: float | None = None


class Progress:
    """Shows `label [####----] 50%  3.1 units/s  0:04 left`; a null stream shows nothing.

    Stages may take turns; one that starts over is timed anew.
    """

    def __init__(self, stream: Writable | None, *, overwrite: bool) -> None:
        """Draw on `stream`, over the same line when `overwrite`."""
        self._stream = stream
        self._overwrite = overwrite
        self._stages: dict[str, _Stage] = {}
        self._length = 0

    def update(self, label: str, done: float, total: float, unit: str = "") -> None:
        """`done` of `total` units of `label` are finished. Cheap: draws a few times a second at most."""
        if self._stream is None:
            return
        now = time.monotonic()
        stage = self._stages.get(label)
        if stage is None or done < stage.done:
            stage = self._stages[label] = _Stage(now, done, done)
        stage.done = done
        interval = TERMINAL_INTERVAL if self._overwrite else LOG_INTERVAL
        if done < total and stage.drawn is not None and now - stage.drawn < interval:
            return
        stage.drawn = now
        self._draw(render(label, done, total, now - stage.began, unit, stage.first))

    def clear(self) -> None:
        """Remove the line, so that what follows starts at the left edge."""
        if self._stream is not None and self._overwrite and self._length:
            self._stream.write("\r" + " " * self._length + "\r")
            self._stream.flush()
        self._length = 0

    def _draw(self, line: str) -> None:
        if self._stream is None:
            return
        if self._overwrite:
            # A line that wraps could not be drawn over.
            line = line[: shutil.get_terminal_size().columns - 1]
            self._stream.write("\r" + line.ljust(self._length))
            self._length = len(line)
        else:
            self._stream.write(line + "\n")
        self._stream.flush()


def render(label: str, done: float, total: float, elapsed: float, unit: str = "", first: float = 0.0) -> str:
    """One line of progress after `elapsed` seconds; `first` was done before, by an earlier run. Pure."""
    share = min(max(done / total, 0.0), 1.0) if total > 0 else 1.0
    filled = round(share * WIDTH)
    parts = [f"{label} [{'#' * filled}{'-' * (WIDTH - filled)}] {share:4.0%}"]
    if elapsed > 0 and done > first:
        rate = (done - first) / elapsed
        if unit:
            parts.append(f"{short(rate)} {unit}/s")
        parts.append(f"{clock(elapsed)} spent" if share >= 1 else f"{clock((total - done) / rate)} left")
    return "  ".join(parts)


def short(number: float) -> str:
    """Three digits and a letter for thousands: `0.5`, `12.3`, `4.56M`."""
    for letter in THOUSANDS[:-1]:
        if number < 999.5:
            return f"{number:.3g}{letter}"
        number /= 1000
    return f"{number:.3g}{THOUSANDS[-1]}"


def clock(seconds: float) -> str:
    """`0:07`, `12:30`, `2:05:00`."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{second:02d}" if hours else f"{minutes}:{second:02d}"
