"""What a person or a script sees: tables, one JSON document, notes, questions and progress.

Standard output carries the result and nothing else, so that `federity ... --json | jq` always works. All else
goes to standard error.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO

from federity.cli.progress import Progress

Document = dict[str, Any] | list[Any]


@dataclass(frozen=True)
class Result:
    """What a command hands back: `document` for `--json`, `text` for people, and the exit code."""

    document: Document
    text: str
    exit_code: int = 0


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
        print(f"federity: {printable(message)}", file=self.err, flush=True)
        if self.json:
            error = {"name": name, "message": message, "exit_code": exit_code}
            print(json.dumps({"error": error}, indent=2, sort_keys=True), file=self.out, flush=True)

    def note(self, message: str) -> None:
        """Say something beside the result."""
        self.line.clear()
        print(printable(message), file=self.err, flush=True)

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

    def ask(self, question: str) -> bool:
        """A yes-or-no question on standard error; only `y` or `yes` is a yes."""
        self.line.clear()
        print(f"{question} [y/N] ", end="", file=self.err, flush=True)
        with _interruptible():
            return self.stdin.readline().strip().lower() in {"y", "yes"}


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


def printable(text: str) -> str:
    """A text whose characters all stay in their place: others than line ends are shown as escapes.

    Messages and names come from strangers; raw, they could steer a terminal or turn letters around.
    """
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Left-aligned columns, two spaces apart; numbers to the right; without rows only a dash."""
    body = [["" if cell is None else _cell(cell) for cell in row] for row in rows]
    if not body:
        return "-"
    widths = [max(len(line[column]) for line in [list(headers), *body]) for column in range(len(headers))]
    numeric = [all(_is_number(line[column]) for line in body) for column in range(len(headers))]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, numeric, strict=True)
        )
        return "  ".join(padded).rstrip()

    return "\n".join([line([header.upper() for header in headers]), *(line(row) for row in body)])


def fields(pairs: Iterable[tuple[str, object]]) -> str:
    """`name: value` lines with aligned values; pairs whose value is None are left out.

    Further lines of a value are indented, so that none passes for a field.
    """
    present = [(name, printable(str(value))) for name, value in pairs if value is not None]
    width = max((len(name) for name, _ in present), default=0) + 1
    further = "\n" + " " * (width + 1)
    return "\n".join(
        f"{name + ':':<{width}} {value.replace(chr(10), further)}".rstrip() for name, value in present
    )


def size(count: int) -> str:
    """A number of bytes as people say it: `812 B`, `1.4 MB`."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{count} B" if unit == "B" else f"{value:.1f} {unit}"


def sol(lamports: int) -> str:
    """Lamports as SOL, without trailing zeros: `0.00204928 SOL`."""
    return f"{lamports // 10**9}.{lamports % 10**9:09d}".rstrip("0").rstrip(".") + " SOL"


def short(identifier: str) -> str:
    """The first twelve characters of an address or hash, enough to type back."""
    return identifier[:12]


def _cell(value: object) -> str:
    return printable(str(value)).replace("\n", "\\n")


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).replace("-", "", 1).replace("%", "", 1).strip().isdigit()
