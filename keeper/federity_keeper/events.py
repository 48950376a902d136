"""Structured log lines: one event a line, as JSON or as text."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from federity.masking import hide

__all__ = ["Level", "Log"]


class Level(StrEnum):
    """How much an event matters: `WARNING` is worth a look, `ERROR` needs somebody."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


# What is not listed is INFO: the keeper's ordinary work.
LEVELS = {
    "failed": Level.ERROR,
    "not_alive": Level.ERROR,
    "not_ready": Level.ERROR,
    "error": Level.WARNING,
    "refused": Level.WARNING,
}


@dataclass(frozen=True)
class Log:
    """Writes events: JSON objects on stdout for machines, or sentences on stderr for people."""

    json: bool = False

    def write(self, event: str, **facts: object) -> None:
        """Write one event with its facts. Text lines begin with date, time and zone (RFC 3339) and a level.

        In JSON `time` is in Unix seconds.
        """
        level = LEVELS.get(event, Level.INFO)
        if self.json:
            document = {"time": round(time.time(), 3), "level": level, "event": event, **facts}
            sys.stdout.write(hide(json.dumps(document, default=str)) + "\n")
            sys.stdout.flush()
            return
        told = " ".join(f"{name}={_word(value)}" for name, value in facts.items() if value not in (None, ""))
        at = datetime.now().astimezone().isoformat(timespec="seconds")
        sys.stderr.write(hide(f"{at} {level} {event} {told}").rstrip() + "\n")
        sys.stderr.flush()


def _word(value: object) -> str:
    """A value as one word, in quotes where it holds spaces; a stranger's text cannot begin a new line."""
    text = str(value)
    return (
        json.dumps(text, ensure_ascii=False)
        if any(c.isspace() or not c.isprintable() for c in text)
        else text
    )
