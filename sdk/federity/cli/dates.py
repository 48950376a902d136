"""Dates as git takes them: `2026-11-28`, `2026-11-28 21:17`, `yesterday`, `2 weeks ago`, `@1795900000`."""

from __future__ import annotations

import argparse
import re
import time
from datetime import datetime, timedelta

# Of a month or a year as many days as git counts.
UNITS = {
    "second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 7 * 86_400, "month": 30 * 86_400,
    "year": 365 * 86_400,
}  # fmt: skip


def date(text: str) -> float:
    """Return the Unix second that a person means, in local time where no zone is named. Raises
    ArgumentTypeError.
    """
    found = moment(text.strip().lower(), time.time())
    if found is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no date: say 2026-11-28, '2026-11-28 21:17', yesterday, '2 weeks ago' or @SECONDS"
        )
    return found


def moment(text: str, now: float) -> float | None:
    """The Unix second that a text means at `now`; None for what is no date."""
    if text == "now":
        return now
    if text in ("today", "midnight", "yesterday"):
        start = datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        return (start - timedelta(days=text == "yesterday")).timestamp()
    if re.fullmatch(r"@[0-9]{1,11}", text):
        return float(text[1:])
    ago = re.fullmatch(r"([0-9]{1,6})[ .]([a-z]+?)s?(?:[ .]ago)?", text)
    if ago and ago[2] in UNITS:
        return now - int(ago[1]) * UNITS[ago[2]]
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None
