"""A progress line with rate and remaining time."""

from __future__ import annotations

import time
from typing import TextIO

WIDTH = 24
TERMINAL_INTERVAL = 0.1  # seconds between two drawings
LOG_INTERVAL = 5.0  # a log file wants lines, not frames


class Progress:
    """Shows `label [####----] 50% 3.1 units/s 0:04 left`; a null stream shows nothing."""

    def __init__(self, stream: TextIO | None, *, overwrite: bool) -> None:
        """Draw on `stream`, over the same line when `overwrite`."""
        self._stream = stream
        self._overwrite = overwrite
        self._label = ""
        self._began = 0.0
        self._drawn: float | None = None
        self._length = 0

    def update(self, label: str, done: float, total: float, unit: str = "") -> None:
        """`done` of `total` units of `label` are finished. Cheap: draws a few times a second at most."""
        if self._stream is None:
            return
        now = time.monotonic()
        if label != self._label:
            self._label, self._began, self._drawn = label, now, None
        finished = done >= total
        interval = TERMINAL_INTERVAL if self._overwrite else LOG_INTERVAL
        if not finished and self._drawn is not None and now - self._drawn < interval:
            return
        self._drawn = now
        self._draw(render(label, done, total, now - self._began, unit))

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
            self._stream.write("\r" + line.ljust(self._length))
            self._length = len(line)
        else:
            self._stream.write(line + "\n")
        self._stream.flush()


def render(label: str, done: float, total: float, elapsed: float, unit: str = "") -> str:
    """One line of progress after `elapsed` seconds; pure."""
    share = min(max(done / total, 0.0), 1.0) if total > 0 else 1.0
    filled = round(share * WIDTH)
    parts = [f"{label} [{'#' * filled}{'-' * (WIDTH - filled)}] {share:4.0%}"]
    if elapsed > 0 and done > 0:
        if unit:
            parts.append(f"{done / elapsed:.3g} {unit}/s")
        parts.append(f"{clock(elapsed)} spent" if share >= 1 else f"{clock(elapsed / share - elapsed)} left")
    return "  ".join(parts)


def clock(seconds: float) -> str:
    """`0:07`, `12:30`, `2:05:00`."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{second:02d}" if hours else f"{minutes}:{second:02d}"
