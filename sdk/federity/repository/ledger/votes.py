"""Votes that count now, as the program wants to be shown them: each with its voter's membership."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import MAX_APPROVALS, ROUND_SOLO, VERDICT_APPROVE
from federity.chain import pda
from federity.repository.ledger import query
from federity.repository.ledger.roles import stands_behind

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader

# A vote, whose it is, and when it was given.
Vote = tuple[Pubkey, Pubkey, int]
# Votes and memberships in turn, by the votes' addresses.
Shown = tuple[AccountMeta, ...]


async def approvals_of(
    reader: Reader, address: Pubkey, commit: accounts.Commit, round_: accounts.Round
) -> Shown:
    """The reviews that approve a commit and count; none where the round asks for none."""
    if round_.kind == ROUND_SOLO or not round_.rules.approvals:
        return ()
    found = await query.find(reader.session.chain, accounts.Review, commit=address)
    return await _counting(
        reader,
        [
            (at, review.reviewer, review.slot)
            for at, review in found
            if review.verdict == VERDICT_APPROVE and review.reviewer != commit.author
        ],
    )


async def merge_approvals_of(reader: Reader, address: Pubkey, round_: accounts.Round) -> Shown:
    """The approvals of a locked round's set and weights that count; none where the round asks for none."""
    if round_.kind == ROUND_SOLO or not round_.rules.merge_approvals:
        return ()
    found = await query.find(reader.session.chain, accounts.Approval, round=address)
    return await _counting(
        reader,
        [
            (at, approval.approver, approval.slot)
            for at, approval in found
            if approval.attempt == round_.attempt
            and approval.set_hash == round_.set_hash
            and approval.weights_hash == round_.weights_hash
        ],
    )


async def operation_approvals_of(reader: Reader, address: Pubkey, operation: accounts.Operation) -> Shown:
    """The approvals of an operation that count."""
    found = await query.find(reader.session.chain, accounts.Approval, round=address)
    return await _counting(
        reader,
        [
            (at, approval.approver, approval.slot)
            for at, approval in found
            if approval.attempt == operation.created_slot and approval.set_hash == operation.note_hash
        ],
    )


def count(shown: Shown) -> int:
    """How many votes are shown."""
    return len(shown) // 2


async def _counting(reader: Reader, votes: Sequence[Vote]) -> Shown:
    if not votes:
        return ()
    repository = await reader.load(accounts.Repository, reader.repository, "repository")
    places = [pda.member(reader.repository, voter) for _, voter, _ in votes]
    members = await query.load_many(reader.session.chain, accounts.Member, places)
    pairs = sorted(
        (
            (at, place)
            for (at, _, slot), place, member in zip(votes, places, members, strict=True)
            if stands_behind(repository, member, slot)
        ),
        key=lambda pair: bytes(pair[0]),
    )
    return tuple(AccountMeta(key, False, False) for pair in pairs[:MAX_APPROVALS] for key in pair)
