"""What all pages share: the index, the chain and the store behind it, and how this explorer is reached."""

from __future__ import annotations

from dataclasses import dataclass

from federity_explorer.read.database import Database
from federity_explorer.read.links import Links

__all__ = ["Ask", "Site"]


@dataclass(frozen=True)
class Ask:
    """A question to a page: what its path and its query say. `now` is the Unix second."""

    path: dict[str, str]
    query: dict[str, str]
    now: int

    def number(self, name: str) -> int | None:
        """A whole number of the query that is not negative; None for anything else."""
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


@dataclass(frozen=True)
class Site:
    """The explorer of one chain. `cluster` is how people call the chain, `largest` how many values a model
    may have whose commits are compared here.
    """

    database: Database
    links: Links
    cluster: str
    public_url: str
    largest: int
