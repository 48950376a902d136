"""Whether the keeper lives: a small file, rewritten at every look at the chain, for a supervisor to read."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from federity.repository.files import write_atomic

__all__ = ["Health"]


@dataclass
class Health:
    """Counts since the keeper started; `path` is the file they are written to."""

    path: Path
    looks: int = 0
    actions: int = 0
    refusals: int = 0
    error: str = ""

    def write(self, slot: int | None, head: str) -> None:
        """Write the file whole. `slot` is None when the chain gave no answer."""
        document = {
            "pid": os.getpid(),
            "time": time.time(),
            "slot": slot,
            "head": head,
            "looks": self.looks,
            "actions": self.actions,
            "refusals": self.refusals,
            "error": self.error,
        }
        write_atomic(self.path, json.dumps(document).encode())
