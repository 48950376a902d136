"""Texts for people: tables, fields, amounts and sizes, whatever the strings in them hold."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

__all__ = ["ar", "duration", "fields", "moment", "printable", "short", "size", "sol", "table"]


def printable(text: str) -> str:
    """A text whose characters all stay in their place: others than line ends are shown as escapes.

    Messages and names come from strangers; raw, they could steer a terminal or turn letters around.
    """
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Left-aligned columns, two spaces apart; numbers to the right; without rows `none`."""
    body = [["" if cell is None else _cell(cell) for cell in row] for row in rows]
    if not body:
        return "none"
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


LAMPORTS = 10**9
"""Lamports that a SOL has."""


def sol(lamports: int) -> str:
    """Lamports as SOL, without trailing zeros: `0.00204928 SOL`."""
    return f"{lamports // LAMPORTS}.{lamports % LAMPORTS:09d}".rstrip("0").rstrip(".") + " SOL"


def ar(winston: int) -> str:
    """Winston as AR, without trailing zeros: `0.000123 AR`."""
    return f"{winston // 10**12}.{winston % 10**12:012d}".rstrip("0").rstrip(".") + " AR"


def duration(seconds: float) -> str:
    """A length of time as people say it: `8 s`, `6 min`, `3 h`."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    minutes = seconds / 60
    return f"{round(minutes)} min" if minutes < 100 else f"{round(minutes / 60)} h"


def moment(seconds: int | None) -> str:
    """A Unix second as the local time with its zone: `2026-11-28 21:17 CET`; nothing for None."""
    if seconds is None:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M %Z")
    except (ValueError, OverflowError, OSError):
        return "beyond every calendar"


def short(identifier: str) -> str:
    """The first twelve characters of an address or hash, enough to type back."""
    return identifier[:12]


def _cell(value: object) -> str:
    return printable(str(value)).replace("\n", "\\n")


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).replace("-", "", 1).replace("%", "", 1).strip().isdigit()
