"""From a context to HTML. Templates call nothing that asks anything; all text is escaped, a stranger's twice:
what could steer a terminal or turn letters around is shown as an escape.
"""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from federity.text import duration, printable, short, size

__all__ = ["Renderer", "iso"]

_ADDRESS = re.compile(r"[1-9A-HJ-NP-Za-km-z]{32,44}\Z")


class Renderer:
    """The templates."""

    def __init__(self) -> None:
        """Read them all, so that a broken one is found at the start."""
        self._environment = Environment(
            loader=PackageLoader("federity_explorer"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters.update(
            text=_text,
            short=short,
            size=size,
            date=_date,
            iso=iso,
            ago=_ago,
            number=_number,
            figure=_figure,
            raw=_raw,
        )
        self._environment.tests["address"] = _is_address
        for name in self._environment.list_templates():
            self._environment.get_template(name)

    def page(self, template: str, **values: Any) -> str:
        """A page as HTML."""
        return self._environment.get_template(template).render(**values)


def _text(value: object) -> str:
    return printable(str(value))


def _raw(value: object) -> str:
    """A field of an account or event: a structure as JSON."""
    return printable(json.dumps(value) if isinstance(value, dict | list) else str(value))


def _is_address(value: object) -> bool:
    return isinstance(value, str) and bool(_ADDRESS.match(value))


def _date(seconds: int | None) -> str:
    if seconds is None:
        return "at a time that the chain does not tell"
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return "beyond every calendar"


def iso(seconds: int | None) -> str:
    """A Unix second as XML and HTML write it."""
    try:
        return datetime.fromtimestamp(seconds or 0, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return "9999-12-31T23:59:59Z"


def _ago(seconds: int | None) -> str:
    """How long ago, or in how long."""
    if seconds is None:
        return ""
    apart = time.time() - seconds
    days = abs(apart) / 86400
    words = f"{round(days)} days" if days >= 3 else duration(abs(apart))
    return f"{words} ago" if apart >= 0 else f"in {words}"


def _number(value: int | str) -> str:
    """A whole number with its thousands apart."""
    text = str(value)
    return f"{int(text):,}".replace(",", "\u202f") if text.lstrip("-").isdecimal() else text


def _figure(value: float) -> str:
    return f"{value:.6g}"
