"""What a person or a script sees: tables, one JSON document, notes, questions and progress.

Standard output carries the result and nothing else, so that `federity ... --json | jq` always works. All else
goes to standard error.
"""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO

from federity.masking import hide
from federity.progress_line import Progress
from federity.text import fields, moment, printable, short, size, sol, table

__all__ = ["Console", "Document", "Result", "fields", "moment", "printable", "short", "size", "sol", "table"]

Document = dict[str, Any] | list[Any]


@dataclass(frozen=True)
class Result:
    """What a command hands back: `document` for `--json`, `text` for people, and the exit code.

    `told` is True of what was printed while the command ran.
    """

    document: Document
    text: str
    exit_code: int = 0
    told: bool = False


@dataclass
class Console:
    """The three streams of one command, and how talkative it is."""

    json: bool = False
    verbose: bool = False
    show_progress: bool | None = None
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    line: Progress = field(init=False)

    def __post_init__(self) -> None:
        """Draw progress on a terminal, or anywhere with `--progress`."""
        if self.show_progress is None:
            self.show_progress = self.err.isatty()
        self.line = Progress(self.err if self.show_progress else None, overwrite=self.err.isatty())

    def result(self, result: Result) -> None:
        """Print the result: exactly one JSON document, or the text."""
        self.line.clear()
        text = json.dumps(result.document, indent=2, sort_keys=True) if self.json else printable(result.text)
        if text:
            print(text, file=self.out, flush=True)

    def failure(self, message: str, *, name: str, exit_code: int) -> None:
        """One sentence on standard error; with `--json` the same as a document on standard output."""
        self.line.clear()
        message = hide(message)
        print(f"federity: {printable(message)}", file=self.err, flush=True)
        if self.json:
            error = {"name": name, "message": message, "exit_code": exit_code}
            print(json.dumps({"error": error}, indent=2, sort_keys=True), file=self.out, flush=True)

    def note(self, message: str) -> None:
        """Say something beside the result."""
        self.line.clear()
        print(printable(hide(message)), file=self.err, flush=True)

    @contextmanager
    def warnings(self) -> Iterator[None]:
        """Show, as notes, what the library warns of while a command runs."""
        handler = _Warnings(self)
        logger = logging.getLogger("federity")
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)

    def step(self, message: str) -> None:
        """Say what is going on, where progress is shown."""
        if self.show_progress:
            self.note(message)

    def detail(self, message: str) -> None:
        """Say something only `--verbose` asks for."""
        if self.verbose:
            self.note(message)

    @property
    def interactive(self) -> bool:
        """True when a person can answer a question."""
        return self.stdin.isatty() and self.err.isatty()

    def ask(self, question: str, otherwise: str) -> bool:
        """A yes-or-no question on standard error; only `y` or `yes` is a yes. See `answer`."""
        return self.answer(f"{question} [y/N]", otherwise).lower() in {"y", "yes"}

    def answer(self, question: str, otherwise: str) -> str:
        """What a person types after a question on standard error.

        Raises KeyboardInterrupt, which says what holds `otherwise`: before the answer nothing began.
        """
        self.line.clear()
        try:
            # Whoever sees the question can interrupt it.
            with _interruptible():
                print(question, end=" ", file=self.err, flush=True)
                return self.stdin.readline().strip()
        except KeyboardInterrupt:
            print(file=self.err)
            raise KeyboardInterrupt(f"interrupted; {otherwise}") from None


class _Warnings(logging.Handler):
    def __init__(self, console: Console) -> None:
        super().__init__(logging.WARNING)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        self._console.note(f"warning: {record.getMessage()}")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end a read at once: asyncio only notes the first one, and a read that waits never looks."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
