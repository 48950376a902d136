"""What a head is the sum of: other heads and updates, each times an integer, as the program added them up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sized
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity import _native
from federity._generated import accounts, types
from federity._generated.constants import (
    KIND_GENESIS,
    KIND_MERGE,
    KIND_OPERATION,
    KIND_SERVER,
    KIND_UPDATE,
    LEVEL_SIGNED,
)
from federity.repository.ledger import query
from federity.repository.ledger.commitments import IDENTITY, points_of
from federity.repository.ledger.planning import merged_weight, scaled_weight

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader

UPDATES = (KIND_UPDATE, KIND_SERVER)
HEADS = (KIND_GENESIS, KIND_MERGE, KIND_OPERATION)


@dataclass(frozen=True)
class Summand:
    """A commit and what its vector, and each of its points, is multiplied by."""

    address: Pubkey
    commit: accounts.Commit
    factor: int

    @property
    def is_update(self) -> bool:
        """Whether it is somebody's change, not a head."""
        return self.commit.kind in UPDATES


def lowest(said: int, held: Sized) -> int:
    """The level of all that weights are made of, of which an account says `said`; L0 where no update is held.

    A minimum of nothing is the highest number there is, and a base alone is proved by nobody.
    """
    return said if held else LEVEL_SIGNED


async def merged_parts(reader: Reader, address: Pubkey) -> list[tuple[Pubkey, accounts.Commit]]:
    """The commits that a merge is the sum of, in the order of their indices, with their weights in it."""
    merge = await reader.load(accounts.Commit, address, "commit")
    round_ = await reader.load(accounts.Round, merge.round, "round")
    held = await query.find(reader.session.chain, accounts.Commit, held_by=merge.round)
    weighed = [(at, replace(part, weight=merged_weight(round_, part))) for at, part in held]
    return sorted(weighed, key=lambda item: item[1].index)


async def operation_of(reader: Reader, result: accounts.Commit) -> accounts.Operation:
    """The operation that made a head. Raises NotFound."""
    return await reader.load(accounts.Operation, result.round, "operation")


def named_terms(operation: accounts.Operation) -> tuple[types.Term, ...]:
    """The terms that are in use, in order of their addresses."""
    return operation.terms[: operation.terms_count]


def factor_of(term: types.Term) -> int:
    """What a term's vector is multiplied by in the result: `+-factor * 2^scale`."""
    return (-term.factor if term.negative else term.factor) << term.scale


async def summands(reader: Reader, address: Pubkey, commit: accounts.Commit) -> list[Summand]:
    """What a head's vector is the sum of; nothing for a genesis.

    A merge's are its parent, once, and the commits that its round accepted; an operation's are its terms.
    Raises NotFound.
    """
    if commit.kind == KIND_OPERATION:
        operation = await operation_of(reader, commit)
        return [
            Summand(term.commit, await reader.linked(term.commit), factor_of(term))
            for term in named_terms(operation)
        ]
    if commit.kind != KIND_MERGE:
        return []
    found = [Summand(commit.parent, await reader.linked(commit.parent), 1)]
    for at, part in await merged_parts(reader, address):
        if part.weight:
            factor = scaled_weight(part.weight, commit.fraction_bits, part.shift)
            found.append(Summand(at, part, factor))
    return found


async def sum_of_points(reader: Reader, chunks: int, found: Iterable[Summand]) -> list[bytes]:
    """The points of a sum, one a chunk, from those that the chain holds for its summands. Raises NotFound."""
    total = [IDENTITY] * chunks
    for one in found:
        for chunk, point in enumerate(await points_of(reader.session, one.address, one.commit)):
            if point != IDENTITY:
                scaled = _native.point_mul(point, one.factor)
                total[chunk] = _native.point_add(total[chunk], scaled)
    return total


async def heads_below(reader: Reader, start: Pubkey) -> AsyncIterator[tuple[Pubkey, accounts.Commit]]:
    """A head and all heads of its lineage that it stands on or is a sum of, each once, the newest first."""
    waiting = {start: await reader.linked(start)}
    seen = {start}
    while waiting:
        address = max(waiting, key=lambda at: (waiting[at].created_slot, waiting[at].seq))
        commit = waiting.pop(address)
        yield address, commit
        if commit.kind == KIND_GENESIS:
            continue
        below = [commit.parent]
        if commit.kind == KIND_OPERATION:
            operation = await operation_of(reader, commit)
            below += [term.commit for term in named_terms(operation)]
        for at in below:
            if at not in seen:
                seen.add(at)
                found = await reader.linked(at)
                if found.kind in HEADS:
                    waiting[at] = found
