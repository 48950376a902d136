"""A report as a person reads it: in a terminal, and in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from html import escape
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from federity.text import fields as lines
from federity.text import printable, short, table


class Report(Protocol):
    """Any dataclass: its fields are what is shown."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


R = TypeVar("R", bound=Report)

# An address or a hash: long enough that a table shows only its start.
LONG = 32
Grid = tuple[str, list[str], list[list[object]]]


class Listing(list[R], Generic[R]):
    """A list of reports that is shown as a table."""

    def __str__(self) -> str:
        """One line a report."""
        return table(*_grid(self))

    def _repr_html_(self) -> str:
        return _table(*_grid(self))


def text(report: Report) -> str:
    """The fields that say something, and a table for each group of further reports."""
    pairs, grids = _parts(report)
    return "\n\n".join([lines(pairs), *(f"{name}:\n{table(headers, rows)}" for name, headers, rows in grids)])


def html(report: Report) -> str:
    """The same as `text` for a notebook."""
    pairs, grids = _parts(report)
    parts = [_table(["", ""], pairs)]
    parts += [f"<p>{escape(name)}</p>{_table(headers, rows)}" for name, headers, rows in grids]
    return "".join(parts)


def _parts(report: Report) -> tuple[list[tuple[str, object]], list[Grid]]:
    pairs: list[tuple[str, object]] = []
    grids: list[Grid] = []
    for field in fields(report):
        name, value = field.name.replace("_", " "), getattr(report, field.name)
        if isinstance(value, tuple) and value and hasattr(value[0], "to_json"):
            grids.append((name, *_grid(value)))
        elif not _is_empty(value):
            pairs.append((name, _said(value)))
    return pairs, grids


def _grid(reports: Sequence[Report]) -> tuple[list[str], list[list[object]]]:
    """Headers and rows: the fields in which any of the reports says something, with addresses cut short."""
    if not reports:
        return [], []
    names = [field.name for field in fields(reports[0])]
    names = [name for name in names if any(not _is_empty(getattr(report, name)) for report in reports)]
    rows = [[_cell(getattr(report, name)) for name in names] for report in reports]
    return [name.replace("_", " ") for name in names], rows


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | tuple | dict) and not value)


def _said(value: Any) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name}={_said(item)}" for name, item in value.items())
    if isinstance(value, tuple):
        return ("\n" if any(" " in str(item) for item in value) else ", ").join(map(str, value))
    return f"{value:.4g}" if isinstance(value, float) else value


def _cell(value: Any) -> object:
    if _is_empty(value):
        return ""
    if isinstance(value, tuple):
        return len(value)
    said = _said(value)
    return short(said) if isinstance(said, str) and len(said) >= LONG and said.isalnum() else said


def _table(headers: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = "".join(f"<th>{escape(header)}</th>" for header in headers)
    body = "".join(f"<tr>{''.join(f'<td>{_html(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _html(cell: object) -> str:
    return escape(printable(str(cell))).replace("\n", "<br>")
