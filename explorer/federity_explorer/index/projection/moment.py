"""When and by which transaction an event happened, and how its values are written down."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey

from federity._generated import constants, types
from federity.errors import ConfigError
from federity.objects import Location
from federity.repository.ledger.summands import UPDATES
from federity_explorer.index.store import Store

__all__ = ["Apply", "Moment", "address", "hash_of", "lowest_in", "name_of", "place_of", "rules_of"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A transaction: its number in the index, its slot, and its Unix second where that is known."""

    tx: int
    slot: int
    time: int | None


Apply = Callable[[Store, Any, Moment], None]


def address(key: Pubkey) -> str:
    """An address, empty for none."""
    return "" if key == Pubkey.default() else str(key)


def hash_of(data: bytes) -> str:
    """A hash in hex, empty for none."""
    return bytes(data).hex() if any(data) else ""


def name_of(data: bytes) -> str:
    """A name without its padding."""
    return bytes(data).rstrip(b"\0").decode("ascii", errors="replace")


def place_of(location: types.BlobLocation) -> str:
    """Where a blob is said to be, as `federity` writes it; empty for nowhere, and for what is no place."""
    try:
        found = Location.from_bytes(bytes([location.tag]) + bytes(location.id))
    except ConfigError:
        return ""
    return "" if found == Location.none() else str(found)


def lowest_in(commit: dict[str, Any], repository: str) -> int | None:
    """What the lowest level of all that a commit is made of is worth in a repository; None for nothing.

    What another repository's key proves is no more than its owner's word where that one was created insecure.
    """
    level: int | None = commit["level"] if commit["kind"] in UPDATES else commit["lowest"]
    doubted = commit["flags"] & constants.COMMIT_INSECURE and commit["repository"] != repository
    return constants.LEVEL_SIGNED if doubted and level is not None else level


def rules_of(rules: types.Rules) -> str:
    """The rules as JSON."""
    return json.dumps(dataclasses.asdict(rules), sort_keys=True)
