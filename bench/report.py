"""How benchmarks report: tables with the machine and the command they were measured with."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Table:
    """Rows of text under a heading; `note` says how they were measured."""

    title: str
    note: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self, busy: str) -> str:
        """Return the section for docs/benchmarks.md, columns aligned; `busy` is `load()` at its start."""
        cells = [list(self.header), *(list(row) for row in self.rows)]
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.header))]
        lines = [
            "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in cells
        ]
        lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
        return f"## {self.title}\n\n{self.note} ({busy}.)\n\n" + "\n".join(lines) + "\n"


def machine() -> str:
    """Describe this machine: processor, cores that may be used, memory, operating system."""
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    processor = found.group(1) if found else os.uname().machine
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores = len(os.sched_getaffinity(0))
    return f"{processor}, {cores} cores, {memory / 2**30:.0f} GiB, {os.uname().sysname} {os.uname().release}"


def load() -> str:
    """Say how busy the machine was with other work, which slows everything measured in seconds."""
    return f"Load average over the last minute: {os.getloadavg()[0]:.1f}"


def megabytes(size: float) -> str:
    """A size in memory or on disk."""
    return f"{size / 1e6:.0f} MB"
