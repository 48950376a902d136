"""`federity repository`: who owns it, and whether anything new begins in it."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, group, whole
from federity.cli.output import Result
from federity.cli.transaction import transaction


def register(subparsers: Subparsers) -> None:
    """Add the command and its verbs."""
    parser = command(subparsers, "repository", None)
    verbs = group(parser, "VERB", required=True)
    offer = command(verbs, "offer", run_offer, "offer the repository to another wallet", prices=True)
    whom = offer.add_mutually_exclusive_group(required=True)
    whom.add_argument(
        "wallet", nargs="?", metavar="ADDRESS", help="who may take it over: address, contact or keypair file"
    )
    whom.add_argument("--withdraw", action="store_true", help="take the offer back")
    offer.add_argument(
        "--until", type=whole, metavar="SLOT", help="last slot in which it holds (default: a week from now)"
    )
    command(verbs, "accept", run_accept, "take over a repository that is offered to you", prices=True)
    command(verbs, "claim", run_claim, "become the owner of a repository whose NFT you hold", prices=True)
    archive = command(verbs, "archive", run_archive, "let nothing new begin in the repository", prices=True)
    archive.add_argument("--undo", action="store_true", help="take it out of the archive")


async def run_offer(invocation: Invocation) -> Result:
    """Offer the repository, or take the offer back."""
    args = invocation.args
    async with invocation.repository() as repository:
        return await transaction(
            invocation,
            "Taking the offer back" if args.withdraw else f"Offering it to {invocation.who(args.wallet)}",
            lambda dry_run: repository.offer(args.wallet, until=args.until, dry_run=dry_run),
        )


async def run_accept(invocation: Invocation) -> Result:
    """Take a repository over."""
    async with invocation.repository() as repository:
        return await transaction(
            invocation,
            "Taking the repository over",
            lambda dry_run: repository.accept_offer(dry_run=dry_run),
        )


async def run_claim(invocation: Invocation) -> Result:
    """Claim a repository as the holder of its NFT."""
    async with invocation.repository() as repository:
        return await transaction(
            invocation, "Claiming the repository", lambda dry_run: repository.claim(dry_run=dry_run)
        )


async def run_archive(invocation: Invocation) -> Result:
    """Archive the repository, or take it out of the archive."""
    undo = invocation.args.undo
    async with invocation.repository() as repository:
        return await transaction(
            invocation,
            "Taking the repository out of the archive" if undo else "Archiving the repository",
            lambda dry_run: repository.archive(not undo, dry_run=dry_run),
        )
