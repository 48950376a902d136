"""Dates as git takes them."""

import argparse
from datetime import datetime

import pytest

from federity.cli.dates import date, moment

NOW = datetime(2026, 11, 29, 6, 30).timestamp()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", NOW),
        ("@1795900000", 1795900000),
        ("2026-11-28", datetime(2026, 11, 28).timestamp()),
        ("2026-11-28 21:17", datetime(2026, 11, 28, 21, 17).timestamp()),
        ("2026-11-28t21:17:05+01:00", datetime.fromisoformat("2026-11-28T21:17:05+01:00").timestamp()),
        ("today", datetime(2026, 11, 29).timestamp()),
        ("yesterday", datetime(2026, 11, 28).timestamp()),
        ("2 days ago", NOW - 2 * 86_400),
        ("1.week.ago", NOW - 7 * 86_400),
        ("3 hours", NOW - 3 * 3600),
        ("1 month ago", NOW - 30 * 86_400),
        ("tomorrow", None),
        ("2 fortnights ago", None),
        ("", None),
        ("2026-13-40", None),
    ],
)
def test_what_a_person_means(text: str, meant: float | None) -> None:
    assert moment(text, NOW) == meant


def test_what_is_no_date_is_refused() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is no date"):
        date("whenever")
