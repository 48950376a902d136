"""`federity member`: who may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.cli.contact import contacts
from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, group, whole
from federity.cli.output import Result, table
from federity.cli.transaction import transaction

if TYPE_CHECKING:
    from federity.repository.reports import MemberView

# What can be given; there is one owner.
ROLES = ("reader", "contributor", "keeper", "maintainer")


def register(subparsers: Subparsers) -> None:
    """Add the command and its verbs."""
    parser = command(subparsers, "member", run_list)
    verbs = group(parser, "VERB", required=False)
    command(verbs, "list", run_list, "list the members and their roles")
    add = command(verbs, "add", run_add, "give a wallet a role", prices=True)
    add.add_argument(
        "wallet", metavar="ADDRESS", help="the member's wallet: address, contact or keypair file"
    )
    add.add_argument(
        "--role",
        default="contributor",
        choices=ROLES,
        help="(default: contributor)",
    )
    change = command(verbs, "set-role", run_set_role, "give a member another role", prices=True)
    change.add_argument(
        "wallet", metavar="ADDRESS", help="the member's wallet: address, contact or keypair file"
    )
    new = change.add_mutually_exclusive_group(required=True)
    new.add_argument("role", nargs="?", choices=ROLES, help="the new role")
    new.add_argument("--role", dest="named", choices=ROLES, help="the same, as `member add` has it")
    remove = command(verbs, "remove", run_remove, "take a wallet's role away", prices=True)
    remove.add_argument(
        "wallet", metavar="ADDRESS", help="the member's wallet: address, contact or keypair file"
    )
    delegate = command(
        verbs, "delegate", run_delegate, "name a key that may act for your wallet here", prices=True
    )
    which = delegate.add_mutually_exclusive_group(required=True)
    which.add_argument("key", nargs="?", metavar="KEY", help="the delegate: address, contact or keypair file")
    delegate.add_argument(
        "--role", default="contributor", choices=ROLES, help="the most that it may do (default: contributor)"
    )
    delegate.add_argument("--until", type=whole, metavar="SLOT", help="last slot in which it may act")
    command(verbs, "leave", run_leave, "give up your own membership", prices=True)
    which.add_argument("--withdraw", action="store_true", help="have no delegate any more")


def _role(view: MemberView) -> str:
    return f"{view.role} (unconfirmed {view.unconfirmed})" if view.unconfirmed else view.role


async def run_list(invocation: Invocation) -> Result:
    """Members, highest role first."""
    async with invocation.reading() as repository:
        views = await repository.members()
    names = {address: name for name, address in contacts().all().items()}
    rows = [
        (names.get(v.wallet, ""), v.wallet, _role(v), names.get(v.delegate, v.delegate), v.joined_slot)
        for v in views
    ]
    text = table(["contact", "wallet", "role", "delegate", "since slot"], rows)
    return Result([view.to_json() for view in views], text)


async def run_add(invocation: Invocation) -> Result:
    """Add a member."""
    args = invocation.args
    async with invocation.repository() as repository:
        return await transaction(
            invocation,
            f"Adding {invocation.who(args.wallet)} as {args.role}",
            lambda dry_run: repository.member_add(args.wallet, args.role, dry_run=dry_run),
        )


async def run_set_role(invocation: Invocation) -> Result:
    """Change a member's role."""
    args = invocation.args
    role = args.role or args.named
    async with invocation.repository() as repository:
        return await transaction(
            invocation,
            f"Making {invocation.who(args.wallet)} a {role}",
            lambda dry_run: repository.member_set_role(args.wallet, role, dry_run=dry_run),
        )


async def run_delegate(invocation: Invocation) -> Result:
    """Name a delegate, or withdraw it."""
    args = invocation.args
    async with invocation.repository() as repository:
        return await transaction(
            invocation,
            "Withdrawing the delegate" if args.withdraw else f"Naming {invocation.who(args.key)} as delegate",
            lambda dry_run: repository.member_delegate(
                args.key, args.role, until=args.until, dry_run=dry_run
            ),
        )


async def run_leave(invocation: Invocation) -> Result:
    """Give up one's own membership."""
    async with invocation.repository() as repository:
        return await transaction(
            invocation,
            "Leaving the repository",
            lambda dry_run: repository.member_leave(dry_run=dry_run),
        )


async def run_remove(invocation: Invocation) -> Result:
    """Remove a member."""
    args = invocation.args
    async with invocation.repository() as repository:
        return await transaction(
            invocation,
            f"Removing {invocation.who(args.wallet)}",
            lambda dry_run: repository.member_remove(args.wallet, dry_run=dry_run),
        )
