"""Structured log lines: one event a line, as JSON or as text."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass

__all__ = ["Log"]


@dataclass(frozen=True)
class Log:
    """Writes events: JSON objects on stdout for machines, or sentences on stderr for people."""

    json: bool = False

    def write(self, event: str, **facts: object) -> None:
        """Write one event with its facts; `time` is in Unix seconds."""
        if self.json:
            line = json.dumps({"time": round(time.time(), 3), "event": event, **facts}, default=str)
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
            return
        told = " ".join(f"{name}={value}" for name, value in facts.items() if value not in (None, ""))
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {event} {told}".rstrip() + "\n")
        sys.stderr.flush()
