"""What a push knows of its branch, from the chain or, before the first push, from the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import GENESIS_FRACTION_BITS, ROLE_CONTRIBUTOR, ROLE_OWNER
from federity.chain import pda
from federity.repository.ledger.commitments import IDENTITY, points_of
from federity.repository.ledger.reader import NOBODY
from federity.repository.reports.rules import Rules

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader


@dataclass(frozen=True)
class Standing:
    """The branch as a push finds it. `member` is the membership that acts, `role` and `author` its own."""

    branch: Pubkey
    rules: Rules
    lineage: bytes
    head: Pubkey
    head_seq: int
    head_has_points: bool
    head_points: tuple[bytes, ...]
    fraction_bits: int
    round_count: int
    current_round: Pubkey
    locked_by: Pubkey
    member: Pubkey
    author: Pubkey
    role: int


async def read(reader: Reader, address: Pubkey, branch: accounts.Branch) -> Standing:
    """The branch at an address, as the chain has it. Raises NotAMember, NotFound."""
    member, found = await reader.require_role(ROLE_CONTRIBUTOR, "contributor")
    head = await reader.load(accounts.Commit, branch.head, "commit")
    return Standing(
        branch=address,
        rules=Rules.of(branch.rules),
        lineage=bytes(branch.lineage),
        head=branch.head,
        head_seq=branch.head_seq,
        head_has_points=head.points_created > 0,
        head_points=tuple(await points_of(reader.session, branch.head, head)),
        fraction_bits=branch.fraction_bits,
        round_count=branch.round_count,
        current_round=branch.current_round,
        locked_by=branch.locked_by,
        member=member,
        author=found.wallet,
        role=found.role,
    )


def foreseen(reader: Reader, branch: Pubkey, rules: Rules) -> Standing:
    """The branch as the first push will make it: for the price of pushing before anything is on the chain."""
    wallet = reader.session.wallet.pubkey
    return Standing(
        branch=branch,
        rules=rules,
        lineage=reader.lineage,
        head=pda.genesis(branch),
        head_seq=0,
        head_has_points=False,
        head_points=(IDENTITY,) * reader.manifest.chunks,
        fraction_bits=GENESIS_FRACTION_BITS,
        round_count=0,
        current_round=NOBODY,
        locked_by=NOBODY,
        member=pda.member(reader.repository, wallet),
        author=wallet,
        role=ROLE_OWNER,
    )
