"""How a head came to be: the merges it stands on and what each is the sum of, from accounts alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from federity._generated import accounts
from federity._generated.constants import KIND_MERGE
from federity.repository.ledger.history import ancestors
from federity.repository.ledger.references import parted, resolve
from federity.repository.ledger.summands import merged_parts
from federity.repository.reports.words import KINDS, MILLIONTHS

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader


@dataclass(frozen=True)
class Share:
    """One commit of a merge: author, weight in Q16, kind, and declared accuracy or None."""

    author: str
    weight: int
    kind: str
    accuracy: float | None


@dataclass(frozen=True)
class Move:
    """A merge and what it is the sum of; `number` counts from 1."""

    number: int
    shares: tuple[Share, ...]


async def moves(reader: Reader, start: Any) -> tuple[Move, ...]:
    """The merges below a commit, oldest first, from the chain alone: no blob is fetched."""
    await reader.check_chain()
    found: list[tuple[Share, ...]] = []
    async for address, commit in ancestors(reader, await resolve(reader, parted(reader, start)[1])):
        if commit.kind == KIND_MERGE:
            found.append(tuple([_share(part) for _, part in await merged_parts(reader, address)]))
    return tuple(Move(number, shares) for number, shares in enumerate(reversed(found), 1))


def _share(commit: accounts.Commit) -> Share:
    kind = KINDS.get(commit.kind, str(commit.kind))
    return Share(str(commit.author), commit.weight, kind, commit.accuracy / MILLIONTHS or None)
