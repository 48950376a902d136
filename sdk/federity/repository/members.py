"""Members and their roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import (
    ROLE_CONTRIBUTOR,
    ROLE_KEEPER,
    ROLE_MAINTAINER,
    ROLE_OWNER,
    ROLE_READER,
)
from federity.chain import pda
from federity.errors import ConfigError, NotAMember
from federity.repository import query, transactions
from federity.repository.reports import MemberView, TransactionReport
from federity.repository.transactions import Step
from federity.repository.workspace import NOBODY

if TYPE_CHECKING:
    from federity.repository.workspace import Workspace

ROLES = {
    "reader": ROLE_READER,
    "contributor": ROLE_CONTRIBUTOR,
    "keeper": ROLE_KEEPER,
    "maintainer": ROLE_MAINTAINER,
    "owner": ROLE_OWNER,
}
NAMES = {number: name for name, number in ROLES.items()}


async def members(workspace: Workspace) -> Sequence[MemberView]:
    """See `Repository.members`."""
    await workspace.check_chain()
    found = await query.find(workspace.session.chain, accounts.Member, repository=workspace.repository)
    return [
        MemberView(
            address=str(address),
            wallet=str(member.wallet),
            role=NAMES.get(member.role, str(member.role)),
            delegate="" if member.delegate == Pubkey.default() else str(member.delegate),
            joined_slot=member.joined_slot,
        )
        for address, member in sorted(found, key=lambda item: (-item[1].role, item[1].joined_slot))
    ]


async def member_add(workspace: Workspace, wallet: str, role: str, dry_run: bool) -> TransactionReport:
    """See `Repository.member_add`."""
    await workspace.check_chain()
    if role not in ROLES or role == "owner":
        raise ConfigError(
            f"{role!r} is not a role to give: choose reader, contributor, keeper or maintainer."
        )
    newcomer = _wallet(wallet)
    own, _ = await workspace.require_role(ROLE_MAINTAINER, "maintainer")
    session = workspace.session
    step = Step(
        program.member_add(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            authority_member=own,
            repository=workspace.repository,
            member=pda.member(workspace.repository, newcomer),
            wallet=newcomer,
            role=ROLES[role],
        ),
        (accounts.Member.SIZE,),
    )
    sent = await transactions.run(session, [step], dry_run)
    return sent.report(f"added {role}", wallet)


async def member_remove(workspace: Workspace, wallet: str, dry_run: bool) -> TransactionReport:
    """See `Repository.member_remove`."""
    await workspace.check_chain()
    own, _ = await workspace.require_role(ROLE_MAINTAINER, "maintainer")
    address = pda.member(workspace.repository, _wallet(wallet))
    member = await workspace.load(accounts.Member, address, f"member {wallet}")
    step = Step(
        program.member_remove(
            authority=workspace.session.wallet.pubkey,
            authority_member=own,
            repository=workspace.repository,
            member=address,
            payer=member.payer,
        )
    )
    sent = await transactions.run(workspace.session, [step], dry_run)
    return sent.report("removed", wallet)


async def member_delegate(workspace: Workspace, key: str | None, dry_run: bool) -> TransactionReport:
    """See `Repository.member_delegate`."""
    await workspace.check_chain()
    delegate = NOBODY if key is None else _wallet(key)
    wallet = workspace.session.wallet.pubkey
    address, member = await workspace.member()
    if member.wallet != wallet:
        raise NotAMember(f"{wallet} acts for {member.wallet}: only that wallet itself names its delegate.")
    step = Step(program.member_delegate(authority=wallet, member=address, delegate=delegate))
    sent = await transactions.run(workspace.session, [step], dry_run)
    return sent.report(
        "withdrew the delegate of" if key is None else "named the delegate", key or str(wallet)
    )


def _wallet(text: str) -> Pubkey:
    try:
        return Pubkey.from_string(text)
    except ValueError as error:
        raise ConfigError(f"{text!r} is not a wallet's address.") from error
