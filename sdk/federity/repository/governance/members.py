"""Members and their roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import ROLE_MAINTAINER, ROLE_OWNER
from federity.chain import pda
from federity.errors import ConfigError, NotAMember, NotFound, NothingToDo
from federity.repository.ledger import query
from federity.repository.ledger.reader import NOBODY
from federity.repository.ledger.roles import NAMES, ROLES, role_now
from federity.repository.reports import MemberView, TransactionReport
from federity.repository.steps import transactions
from federity.repository.steps.transactions import Step
from federity.wallet import Whose

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def members(workspace: Workspace) -> Sequence[MemberView]:
    """See `Repository.members`."""
    await workspace.check_chain()
    found = await query.find(workspace.session.chain, accounts.Member, repository=workspace.repository)
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    views = []
    for address, member in found:
        role, named = role_now(repository, member), member.delegate != NOBODY
        views.append(
            MemberView(
                address=str(address),
                wallet=str(member.wallet),
                role=NAMES.get(role, str(role)),
                delegate=str(member.delegate) if named else "",
                joined_slot=member.joined_slot,
                unconfirmed=NAMES.get(member.role, "") if member.role > role else "",
                delegate_role=NAMES.get(member.delegate_role, "") if named else "",
                delegate_until=member.delegate_expires,
            )
        )
    return sorted(views, key=lambda view: (-ROLES.get(view.role, 0), view.joined_slot))


async def member_add(workspace: Workspace, wallet: Whose, role: str, dry_run: bool) -> TransactionReport:
    """See `Repository.member_add`."""
    await workspace.check_chain()
    check_role(role)
    newcomer = workspace.session.address_of(wallet)
    own, authority = await workspace.require_role(ROLE_MAINTAINER, "maintainer")
    _check_governs(authority, ROLES[role])
    present = await _member(workspace, newcomer)
    if present is not None:
        change = f"`federity member set-role {newcomer} {role}` changes it."
        raise NothingToDo(
            f"{newcomer} is a member already, with the role {NAMES.get(present.role)}.",
            hint=None if present.role == ROLES[role] else change,
        )
    sent = await transactions.run(workspace.session, [_add(workspace, own, newcomer, ROLES[role])], dry_run)
    return sent.report(f"added {role}", str(newcomer))


async def member_set_role(workspace: Workspace, wallet: Whose, role: str, dry_run: bool) -> TransactionReport:
    """See `Repository.member_set_role`."""
    await workspace.check_chain()
    check_role(role)
    whose = workspace.session.address_of(wallet)
    own, authority = await workspace.require_role(ROLE_MAINTAINER, "maintainer")
    member = await _member(workspace, whose)
    if member is None:
        raise NotFound(
            f"{whose} is not a member of {workspace.worktree.config().spec}.",
            hint=f"`federity member add {whose} --role {role}` adds them.",
        )
    if member.role == ROLES[role]:
        raise NothingToDo(f"{whose} has the role {role} already.")
    # A maintainer who steps down does it in their own name: nobody but the owner unmakes one.
    steps_down = whose == workspace.session.wallet.pubkey and member.role != ROLE_OWNER
    if not (steps_down and ROLES[role] < member.role):
        _check_governs(authority, member.role)
        _check_governs(authority, ROLES[role])
    step = Step(
        program.member_role(
            authority=workspace.session.wallet.pubkey,
            authority_member=None if steps_down else own,
            repository=workspace.repository,
            member=pda.member(workspace.repository, whose),
            role=ROLES[role],
        )
    )
    sent = await transactions.run(workspace.session, [step], dry_run)
    return sent.report(f"changed from {NAMES.get(member.role)} to {role}", str(whose))


async def member_leave(workspace: Workspace, dry_run: bool) -> TransactionReport:
    """See `Repository.member_leave`."""
    await workspace.check_chain()
    wallet = workspace.session.wallet.pubkey
    member = await _member(workspace, wallet)
    if member is None:
        raise NothingToDo(f"{wallet} is not a member of {workspace.worktree.config().spec}.")
    if member.role == ROLE_OWNER:
        raise NotAMember(
            "The owner does not leave a repository without an owner.",
            hint="Hand it over first: `federity repository offer`.",
        )
    sent = await transactions.run(workspace.session, [_remove(workspace, None, wallet, member)], dry_run)
    return sent.report("left", workspace.worktree.config().spec)


async def member_remove(workspace: Workspace, wallet: Whose, dry_run: bool) -> TransactionReport:
    """See `Repository.member_remove`."""
    await workspace.check_chain()
    own, authority = await workspace.require_role(ROLE_MAINTAINER, "maintainer", ending=True)
    whose = workspace.session.address_of(wallet)
    member = await _member(workspace, whose)
    if member is None:
        raise NotFound(
            f"{whose} is not a member of {workspace.worktree.config().spec}.",
            hint="`federity member` lists who is.",
        )
    _check_governs(authority, member.role)
    sent = await transactions.run(workspace.session, [_remove(workspace, own, whose, member)], dry_run)
    return sent.report("removed", str(whose))


def check_role(role: str) -> None:
    """Raise ConfigError for a role that nobody can be given."""
    if role not in ROLES or role == "owner":
        raise ConfigError(
            f"{role!r} is not a role to give: choose reader, contributor, keeper or maintainer."
        )


async def _member(workspace: Workspace, wallet: Pubkey) -> accounts.Member | None:
    """A wallet's membership with the role that it holds now."""
    found = await query.load(
        workspace.session.chain, accounts.Member, pda.member(workspace.repository, wallet)
    )
    if found is None:
        return None
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    return replace(found, role=role_now(repository, found))


def _check_governs(authority: accounts.Member, role: int) -> None:
    """Raise NotAMember unless the authority may give, and take away, a role: the program's own rule."""
    if role == ROLE_OWNER:
        raise NotAMember("The owner's role is neither given nor taken away.", hint="")
    if authority.role != ROLE_OWNER and role >= ROLE_MAINTAINER:
        raise NotAMember("Only the owner makes and removes maintainers.", hint="Ask the owner.")


def _add(workspace: Workspace, own: Pubkey, wallet: Pubkey, role: int) -> Step:
    session = workspace.session
    return Step(
        program.member_add(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            authority_member=own,
            repository=workspace.repository,
            member=pda.member(workspace.repository, wallet),
            wallet=wallet,
            role=role,
        ),
        (accounts.Member.SIZE,),
    )


def _remove(workspace: Workspace, own: Pubkey | None, wallet: Pubkey, member: accounts.Member) -> Step:
    return Step(
        program.member_remove(
            authority=workspace.session.wallet.pubkey,
            authority_member=own,
            repository=workspace.repository,
            member=pda.member(workspace.repository, wallet),
            payer=member.payer,
        )
    )


async def member_delegate(
    workspace: Workspace, key: Whose | None, role: str, until: int | None, dry_run: bool
) -> TransactionReport:
    """See `Repository.member_delegate`."""
    await workspace.check_chain()
    check_role(role)
    delegate = NOBODY if key is None else workspace.session.address_of(key)
    wallet = workspace.session.wallet.pubkey
    address, member = await workspace.member()
    if member.wallet != wallet:
        raise NotAMember(f"{wallet} acts for {member.wallet}: only that wallet itself names its delegate.")
    step = Step(
        program.member_delegate(
            authority=wallet,
            repository=workspace.repository,
            member=address,
            delegate=delegate,
            role=0 if key is None else ROLES[role],
            expires=0 if key is None else until or 0,
        )
    )
    sent = await transactions.run(workspace.session, [step], dry_run)
    return sent.report(
        "withdrew the delegate of" if key is None else f"named the delegate ({role})",
        str(wallet if key is None else delegate),
    )
