"""A progress line in a notebook: plain text in the cell's output, written over in its place."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["Cell", "cell"]


class Cell:
    """A stream that shows its last line in one place of a cell's output, as a terminal would."""

    def __init__(self, display: Any) -> None:
        """Take IPython's `display`; the place is made when something is first shown."""
        self._display = display
        self._handle: Any = None
        self._line = ""

    def write(self, text: str) -> int:
        """Keep what would be left on the line: what stands after the last return to its start."""
        self._line = (self._line + text).rpartition("\r")[2].rstrip()
        return len(text)

    def flush(self) -> None:
        """Show the line."""
        said = {"text/plain": self._line}
        if self._handle is None:
            self._handle = self._display(said, raw=True, display_id=True)
        else:
            self._handle.update(said, raw=True)


def cell() -> Cell | None:
    """A stream into the cell that is running; None where this is no notebook."""
    # Who is in a notebook has imported it.
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if ipython is None or getattr(shell, "kernel", None) is None:
        return None
    from importlib import import_module

    return Cell(import_module("IPython.display").display)
