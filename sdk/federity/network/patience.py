"""Why an answer could not be used, whether asking again can help, and how long to wait first."""

import random
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum

__all__ = ["LONGEST_WAIT", "Patience", "Trouble", "Why", "retry_after"]

LONGEST_WAIT = 60.0
"""Who asks for a longer pause than this is given up at once."""


class Why(Enum):
    """Kinds of trouble. The value is how many times in all such a request is made."""

    SILENT = 3
    BUSY = 8
    BEHIND = 9
    NONSENSE = 5
    REFUSED = 1


class Trouble(Exception):
    """No usable answer; mostly it is overcome, and what remains becomes an error of the room that asked.

    `after` is the pause in seconds that the other side asked for.
    """

    def __init__(self, why: Why, text: str, *, after: float | None = None, code: int | None = None) -> None:
        """Keep kind, the other side's own words on one line, pause, and the number of its error."""
        super().__init__(text)
        self.why = why
        self.text = " ".join("".join(c if c.isprintable() else " " for c in text[:1000]).split())[:200]
        self.after = after
        self.code = code


@dataclass
class Patience:
    """Pauses between the tries of one request: doubling, with jitter, bounded in number and length."""

    first: float = 0.5
    longest: float = 8.0
    tries: int = 0

    def pause(self, trouble: Trouble) -> float | None:
        """Seconds to wait before the next try, None when it is time to give up."""
        self.tries += 1
        if self.tries >= trouble.why.value:
            return None
        jitter = 1 + random.random() / 4  # noqa: S311 - spreads callers, hides nothing
        if trouble.after is not None:
            return None if trouble.after > LONGEST_WAIT else max(trouble.after, self.first) * jitter
        return min(self.longest, self.first * 2.0 ** (self.tries - 1)) * jitter


def retry_after(value: str | None, calendar: float) -> float | None:
    """The pause that a `Retry-After` header names, in seconds from now: a number or an HTTP date."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - calendar)
    except (ValueError, OverflowError, TypeError):
        return None
