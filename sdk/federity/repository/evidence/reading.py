"""A commit's lineage from the chain's accounts: no blob is fetched."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from solders.hash import Hash
from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    KIND_GENESIS,
    KIND_MERGE,
    KIND_OPERATION,
    REPOSITORY_INSECURE,
    TERM_UPDATE,
    WEIGHT_ONE,
)
from federity._generated.program import program_id
from federity.chain import pda
from federity.repository.evidence.lineage import (
    Base,
    Head,
    Lineage,
    Part,
    Update,
    ordered,
    shares,
)
from federity.repository.ledger import identity
from federity.repository.ledger.contributions import updates
from federity.repository.ledger.summands import (
    HEADS,
    heads_below,
    lowest,
    merged_parts,
    named_terms,
    operation_of,
)
from federity.repository.reports.words import KINDS

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader

__all__ = ["lineage_of"]

Found = list[tuple[Pubkey, accounts.Commit]]


async def lineage_of(reader: Reader, address: Pubkey) -> Lineage:
    """Where a commit comes from, whichever repository of the lineage it is of. Raises NotFound."""
    commit = await reader.commit(address)
    repository = await reader.load(accounts.Repository, commit.repository, "repository")
    start = address if commit.kind in HEADS else commit.parent
    below: Found = [item async for item in heads_below(reader, start)]
    held = await _held(reader, address, commit)
    parts = await merged_parts(reader, address) if commit.kind == KIND_MERGE else []
    return Lineage(
        cluster=str(Hash(bytes(repository.cluster))),
        program=str(program_id()),
        repository=str(commit.repository),
        creator=str(repository.creator),
        name=pda.plain_name(bytes(repository.name)),
        insecure=bool(repository.flags & REPOSITORY_INSECURE),
        commit=str(address),
        id=identity.name(address, commit, parts),
        kind=_kind(commit),
        parent=_or_none(commit.parent),
        author=str(commit.author),
        level=commit.level,
        history_level=lowest(commit.history_level if commit.kind in HEADS else commit.level, held),
        bases=await _bases(reader, below),
        heads=ordered([await _head(reader, at, head) for at, head in below]),
        updates=held,
        contributors=shares(held),
    )


async def _held(reader: Reader, address: Pubkey, commit: accounts.Commit) -> tuple[Update, ...]:
    """The updates that are in the weights. A factor counts in steps of the head, a weight in whole deltas."""
    head = commit if commit.kind in HEADS else await reader.linked(commit.parent)
    found = [
        Update(
            address=str(at),
            sha256=bytes(one.commit.blob_hash).hex(),
            author=str(one.commit.author),
            level=one.commit.level,
            samples=one.commit.samples,
            weight=str(Fraction(one.factor, 1 << head.fraction_bits) * (1 << one.commit.shift)),
        )
        for at, one in (await updates(reader, address)).items()
    ]
    return tuple(sorted(found, key=lambda one: one.address))


async def _head(reader: Reader, address: Pubkey, commit: accounts.Commit) -> Head:
    parts: list[Part] = []
    if commit.kind == KIND_MERGE:
        parts = [
            Part(str(at), str(Fraction(part.weight, WEIGHT_ONE)))
            for at, part in await merged_parts(reader, address)
            if part.weight
        ]
    if commit.kind == KIND_OPERATION:
        operation = await operation_of(reader, commit)
        for term in named_terms(operation):
            one = WEIGHT_ONE if term.kind == TERM_UPDATE else 1 << operation.m
            factor = -term.factor if term.negative else term.factor
            parts.append(Part(str(term.commit), str(Fraction(factor, one))))
    return Head(
        address=str(address),
        kind=_kind(commit),
        parent=_or_none(commit.parent),
        author=str(commit.author),
        level=commit.level,
        seq=commit.seq,
        parts=tuple(parts),
    )


async def _bases(reader: Reader, below: Found) -> tuple[Base, ...]:
    """The base that the heads stand on, and those before it, each once."""
    found: dict[str, Base] = {}
    waiting = [below]
    while waiting:
        for at, commit in waiting.pop(0):
            if commit.kind != KIND_GENESIS or str(at) in found:
                continue
            branch = await reader.load(accounts.Branch, commit.branch, "branch")
            found[str(at)] = Base(
                address=str(at),
                sha256=bytes(commit.blob_hash).hex(),
                manifest=bytes(branch.manifest_hash).hex(),
                lineage=bytes(commit.lineage).hex(),
                parent=_or_none(commit.parent),
            )
            if commit.parent != Pubkey.default():
                waiting.append([item async for item in heads_below(reader, commit.parent)])
    return tuple(found.values())


def _kind(commit: accounts.Commit) -> str:
    return KINDS.get(commit.kind, str(commit.kind))


def _or_none(address: Pubkey) -> str:
    return "" if address == Pubkey.default() else str(address)
