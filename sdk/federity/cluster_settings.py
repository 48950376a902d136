"""The settings that say how a cluster is spoken to, each with the reader of its text."""

from __future__ import annotations

import math
from collections.abc import Callable

from federity.errors import ConfigError

__all__ = ["COMMITMENTS", "READERS"]

COMMITMENTS = ("processed", "confirmed", "finalized")
"""How sure a block must be, from soonest to surest."""

_MOST_REQUESTS = 10_000.0
_MOST_LAMPORTS = 1_000_000_000


def _commitment(text: str) -> str:
    if text not in COMMITMENTS:
        raise ConfigError(f"'{text}' is no commitment: they are {', '.join(COMMITMENTS)}.")
    return text


def _rate_limit(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= _MOST_REQUESTS:
        raise ConfigError(f"'{text}' is no number of requests a second from 0 to {_MOST_REQUESTS:.0f}.")
    return value


def _lamports(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 12 and int(text) <= _MOST_LAMPORTS):
        raise ConfigError(f"'{text}' is no number of lamports from 0 to {_MOST_LAMPORTS}.")
    return int(text)


def _address(text: str) -> str:
    from solders.pubkey import Pubkey

    try:
        return str(Pubkey.from_string(text)) if text else ""
    except ValueError as error:
        raise ConfigError(f"'{text}' is no address.") from error


def _authority(text: str) -> str:
    return text if text == "none" else _address(text)


def _hash(text: str) -> str:
    value = text.lower()
    if value and (len(value) != 64 or not set(value) <= set("0123456789abcdef")):
        raise ConfigError(f"'{text}' is no sha256: 64 hexadecimal digits.")
    return value


READERS: dict[str, Callable[[str], str | int | float]] = {
    "commitment": _commitment,
    "rate_limit": _rate_limit,
    "priority_fee_cap": _lamports,
    "program": _address,
    "program_hash": _hash,
    "program_authority": _authority,
}
"""By the setting's name: reads its text, or raises ConfigError."""
