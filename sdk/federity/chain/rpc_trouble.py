"""Why a node's answer could not be used, whether asking again can help, and how long to wait first."""

import random
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum

from federity.errors import ChainUnavailable

__all__ = ["RETRIED_CODES", "Patience", "Trouble", "Why", "retry_after"]

LONGEST_WAIT = 60.0
"""A node that asks for a longer pause than this is given up at once."""

BEHIND_CODE = -32016
SIGNATURE_CODE = -32003
RETRIED_CODES = frozenset(
    {
        429,  # said in the body instead of in the status
        -32000,  # a proxy's "something is wrong here"
        -32002,  # without preflight: a proxy's "resource unavailable"
        -32004,  # block not available for the slot
        -32005,  # node unhealthy, or a proxy's "limit exceeded"
        -32007,  # slot skipped, or missing after a restart
        -32009,  # the same in the long-term store
        -32014,  # block status not available yet
        BEHIND_CODE,  # minimum context slot not reached
        -32017,  # epoch rewards period active
        -32019,  # the long-term store cannot be reached
        -32429,  # a proxy's 429
        -32603,  # internal error
    }
)
"""JSON-RPC errors that say "not now" rather than "no"."""


class Why(Enum):
    """Kinds of trouble. The value is how many times in all such a request is made."""

    SILENT = 3
    BUSY = 8
    BEHIND = 9
    NONSENSE = 5
    REFUSED = 1


class Trouble(Exception):
    """No usable answer; mostly it is overcome, and what remains becomes a ChainUnavailable.

    `after` is the pause in seconds that the node asked for.
    """

    def __init__(self, why: Why, text: str, *, after: float | None = None, code: int | None = None) -> None:
        """Keep kind, the node's own words on one line, pause, and the JSON-RPC error's number."""
        super().__init__(text)
        self.why = why
        self.text = " ".join("".join(c if c.isprintable() else " " for c in text[:1000]).split())[:200]
        self.after = after
        self.code = code

    def error(self, url: str, method: str) -> ChainUnavailable:
        """The sentence for the user."""
        match self.why:
            case Why.SILENT:
                return ChainUnavailable(f"The chain at {url} gives no answer.")
            case Why.NONSENSE:
                return ChainUnavailable(
                    f"What answers at {url} is no Solana node, or a broken one: {method} got {self.text}."
                )
            case Why.BEHIND:
                return ChainUnavailable(
                    f"The chain at {url} has not seen yet what was read or written a moment ago.",
                    hint="The node lags behind its cluster: try again, or name another node with --url.",
                )
            case Why.BUSY:
                asked = f" and asks to wait {self.after:.0f} seconds" if self.after else ""
                return ChainUnavailable(
                    f"The chain at {url} is too busy for {method}{asked}: {self.text}.",
                    hint="Try again later, set `rate_limit` lower, or name another node with --url.",
                )
            case Why.REFUSED:
                return ChainUnavailable(f"The chain at {url} did not serve {method}: {self.text}.")


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
