"""Whether the keeper lives: a small file, rewritten at every look at the chain, for a supervisor to read."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from federity.errors import FileUnavailable
from federity.local_files import Unsound, contents
from federity.parsing import parse
from federity.repository.working_copy.lock import write_atomic

__all__ = ["Health"]

# A file that nobody has written to for a day is a dead keeper's.
STALE_SECONDS = 86_400
# Clocks that differ by less are taken to agree.
AHEAD_SECONDS = 60.0


@dataclass
class Health:
    """What one keeper's process knows of itself; counts since it started.

    `folder` takes one file a process, `HOST-PID.json`, so that two keepers with one working copy do not
    write over each other. `ready` is False while role, balance, evaluator or branch keep it from working;
    `error` is the last complaint, empty once a look went through without one. `balance` is in lamports,
    `slot` None while the chain gives no answer.
    """

    folder: Path
    ready: bool = False
    role: str = ""
    balance: int | None = None
    slot: int | None = None
    head: str = ""
    round: int | None = None
    looks: int = 0
    actions: int = 0
    refusals: int = 0
    error: str = ""
    started: float = field(default_factory=time.time)

    @property
    def path(self) -> Path:
        """This process' file."""
        return self.folder / f"{socket.gethostname()}-{os.getpid()}.json"

    def write(self) -> None:
        """Write the file whole. Raises StorageFull, WorktreeError."""
        facts = {name: value for name, value in asdict(self).items() if name != "folder"}
        document = {"pid": os.getpid(), "host": socket.gethostname(), "time": time.time(), **facts}
        write_atomic(self.path, json.dumps(document).encode())

    @classmethod
    def newest(cls, folder: Path) -> Mapping[str, object] | None:
        """What the keeper that wrote last says of itself; None when none says anything readable."""
        newest, found = 0.0, None
        for path in folder.glob("*.json"):
            with contextlib.suppress(OSError, ValueError, Unsound, FileUnavailable):
                document = parse(contents(path).decode())
                at = document.get("time") if isinstance(document, dict) else None
                # What a clock wrote that was set back since would be the newest for as long.
                if isinstance(at, float) and newest < at < time.time() + AHEAD_SECONDS:
                    newest, found = at, document
        return found

    def end(self) -> None:
        """Take the file away, as this keeper stops, and those of keepers that died long ago."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)
            for path in self.folder.glob("*.json"):
                if path.stat().st_mtime < time.time() - STALE_SECONDS:
                    path.unlink(missing_ok=True)
