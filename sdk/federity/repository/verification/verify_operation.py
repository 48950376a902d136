"""Rechecking one operation: that its address is its content, and its sum over points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import KIND_GENESIS, LEVEL_TRAINED
from federity.chain import pda
from federity.objects.operation import UNPAIRED, Term, operation_id
from federity.repository.ledger import notes
from federity.repository.ledger.commitments import points_of
from federity.repository.ledger.summands import (
    Summand,
    named_terms,
    operation_of,
    sum_of_points,
    summands,
)
from federity.repository.reports import Check
from federity.repository.verification.provenance import absent, failed, passed
from federity.repository.verification.verify_merge import check_blobs

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader


async def check_operation(reader: Reader, address: Pubkey, commit: accounts.Commit) -> list[Check]:
    """The checks of one operation."""
    operation = await operation_of(reader, commit)
    parts = await summands(reader, address, commit)
    checks = [_terms(operation, address, commit)]
    checks.append(await _sum(reader, address, commit, parts))
    checks += await check_blobs(reader, address, commit)
    if any(operation.note_hash):
        words, problem = await notes.read(reader, bytes(operation.note_hash))
        checks.append(
            absent("message", problem) if problem else passed("message", f"{len(words)} characters")
        )
    lowest = [_level(one) for one in parts if one.address != commit.parent]
    same = min(lowest, default=LEVEL_TRAINED) == commit.level
    checks.append(passed("level") if same else failed("level", "it is not the lowest of its terms"))
    return checks


def _level(one: Summand) -> int:
    """What a term brings in: an update its own level, a head the lowest of all it is made of."""
    if one.commit.kind == KIND_GENESIS:
        return LEVEL_TRAINED
    return one.commit.level if one.is_update else one.commit.history_level


def _terms(operation: accounts.Operation, address: Pubkey, commit: accounts.Commit) -> Check:
    """Who approved the operation's address approved exactly these terms on exactly this head."""
    named = named_terms(operation)
    terms = [
        Term(
            bytes(term.commit),
            -term.factor if term.negative else term.factor,
            None if term.pair == UNPAIRED else bytes(named[term.pair].commit),
        )
        for term in named
    ]
    known_by = operation_id(bytes(operation.head), bytes(operation.author), operation.m, terms)
    own = pda.operation(operation.branch, known_by)
    if own == commit.round and pda.result(own) == address and operation.head == commit.parent:
        return passed("terms", f"{len(terms)}, as its address says")
    return failed("terms", "the operation's address is not that of its terms")


async def _sum(reader: Reader, address: Pubkey, commit: accounts.Commit, parts: list[Summand]) -> Check:
    """`C = sum factor C_i`, chunk by chunk."""
    total = await sum_of_points(reader, commit.chunks, parts)
    if total == await points_of(reader.session, address, commit):
        return passed("sum", f"of {len(parts)} terms")
    return failed("sum", "the head's commitment is not the stated sum")
