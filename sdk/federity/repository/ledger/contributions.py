"""Whose commits a head is the sum of: each contributor's vector, tensor by tensor, exact."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from solders.pubkey import Pubkey

from federity.errors import CommitmentMismatch
from federity.objects.accumulator import WEIGHT_ONE, wrapped
from federity.objects.tensors import parts_of
from federity.progress import each
from federity.repository.ledger import heads
from federity.repository.ledger.planning import scaled_weight
from federity.repository.ledger.summands import UPDATES, Summand, heads_below, summands

if TYPE_CHECKING:
    from federity.objects import Accumulator, Delta, Manifest
    from federity.objects.manifest import TensorSpec
    from federity.repository.ledger.reader import Reader


@dataclass(frozen=True)
class Term:
    """An update that is part of a head, and what the head holds of it: a factor of its vector."""

    author: str
    delta: Delta
    factor: int


@dataclass
class Contribution:
    """What one author changed of a tensor: squares of it, and its product with the whole change."""

    square: float = 0.0
    product: float = 0.0


Contributions = dict[str, dict[str, Contribution]]
"""By tensor, then by author. The products of a tensor's authors sum to the square of its whole change."""


async def terms(reader: Reader, address: Pubkey, fetch: heads.Fetch) -> list[Term]:
    """All updates that a commit's vector is the sum of. Raises NotFound, BlobError.

    One that was taken out again, whatever the way, is none of them.
    """
    return [
        Term(
            str(one.commit.author), (await heads.delta(reader, one.address, one.commit, fetch))[0], one.factor
        )
        for one in (await updates(reader, address)).values()
    ]


async def updates(reader: Reader, address: Pubkey) -> dict[Pubkey, Summand]:
    """The updates that a commit's vector is the sum of, by their addresses, each with its factor there.

    Raises NotFound.
    """
    commit = await reader.commit(address)
    held: dict[Pubkey, int] = {address: 1}
    found: dict[Pubkey, Summand] = {}
    if commit.kind in UPDATES:
        parent = await reader.linked(commit.parent)
        factor = scaled_weight(WEIGHT_ONE, parent.fraction_bits, commit.shift)
        found[address] = Summand(address, commit, factor)
        address = commit.parent
        held = {address: 1}
    async for at, head in heads_below(reader, address):
        for one in await summands(reader, at, head):
            factor = held.get(at, 0) * one.factor
            if one.is_update:
                before = found.get(one.address)
                total = factor + (before.factor if before else 0)
                found[one.address] = Summand(one.address, one.commit, total)
            else:
                held[one.address] = held.get(one.address, 0) + factor
    return {at: one for at, one in found.items() if one.factor}


async def contributions(reader: Reader, address: Pubkey, fetch: heads.Fetch) -> Contributions:
    """Each author's part of each tensor's change since the base.

    The terms are added up as integers on the way: raises CommitmentMismatch when they are not the head.
    """
    _, whole = await heads.state_of(reader, address, fetch)
    found = await terms(reader, address, fetch)
    return await asyncio.to_thread(_by_tensor, reader.manifest, whole, found)


def _by_tensor(manifest: Manifest, whole: Accumulator, found: list[Term]) -> Contributions:
    by_author: dict[str, list[tuple[Delta, int]]] = {}
    for term in found:
        by_author.setdefault(term.author, []).append((term.delta, term.factor))
    places: dict[int, list[tuple[int, int]]] = {}
    for place in manifest.places:
        power = manifest.exponent(manifest.tensors[place.number], place.digit)
        places.setdefault(place.number, []).append((place.offset, power))
    answer: Contributions = {}
    for number, spec in each("adding up", list(enumerate(manifest.tensors)), "tensors"):
        answer[spec.name] = {author: Contribution() for author in by_author}
        for part in parts_of(spec.size):
            _add(answer[spec.name], _pieces(spec, part, places[number]), whole, by_author)
    return answer


def _pieces(spec: TensorSpec, part: slice, places: list[tuple[int, int]]) -> Iterator[tuple[slice, int]]:
    """Where the digits of a tensor's elements `part` lie in every vector, and the power of two of each."""
    for offset, power in places:
        yield slice(offset + part.start, offset + part.stop), power


def _add(
    into: dict[str, Contribution],
    pieces: Iterator[tuple[slice, int]],
    whole: Accumulator,
    by_author: dict[str, list[tuple[Delta, int]]],
) -> None:
    own: dict[str, npt.NDArray[np.float64]] = {}
    total: npt.NDArray[np.float64] = np.zeros(1)
    for place, power in pieces:
        change = np.asarray(whole.values[place])
        left = np.array(change)
        for author, deltas in by_author.items():
            vector = np.zeros(len(change), np.int64)
            for delta, factor in deltas:
                vector += np.asarray(delta.values[place]).astype(np.int64) * wrapped(factor)
            left -= vector
            own[author] = own.get(author, np.zeros(1)) + np.ldexp(vector.astype(np.float64), power)
        if left.any():
            raise CommitmentMismatch("The commits that the head is said to be the sum of are not its vector.")
        total = total + np.ldexp(change.astype(np.float64), power)
    for author, moved in own.items():
        into[author].square += float(moved @ moved)
        into[author].product += float(moved @ total)
