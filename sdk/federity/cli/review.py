"""`federity review`: say yes or no to a proposed commit."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, short
from federity.cli.transaction import transaction


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "review", run, prices=True)
    parser.add_argument("commit", metavar="COMMIT", help="the commit's address")
    verdict = parser.add_mutually_exclusive_group(required=True)
    verdict.add_argument(
        "--approve", action="store_const", const="approve", dest="verdict", help="for the merge"
    )
    verdict.add_argument(
        "--reject", action="store_const", const="reject", dest="verdict", help="against; a veto"
    )
    verdict.add_argument("--comment", action="store_const", const="comment", dest="verdict", help="neither")
    verdict.add_argument(
        "--accept",
        action="store_const",
        const="accept",
        dest="verdict",
        help="take a reviewed commit into the round",
    )
    verdict.add_argument(
        "--void",
        metavar="REVIEWER",
        help="take back a reviewer's veto: the owner any, anyone that of one who lost the role",
    )
    parser.add_argument(
        "-m",
        "--message",
        default="",
        metavar="TEXT",
        help="why; in the store, its hash on the chain",
    )


async def run(invocation: Invocation) -> Result:
    """Write the review."""
    args = invocation.args
    if args.void is not None:
        async with invocation.repository() as repository:
            return await transaction(
                invocation,
                f"Voiding the veto of {invocation.who(args.void)}",
                lambda dry_run: repository.review_void(args.commit, args.void, dry_run=dry_run),
            )
    approve = {"approve": True, "reject": False}.get(args.verdict)
    async with invocation.repository() as repository:
        report = await invocation.pay(
            f"Review of {short(args.commit)}",
            lambda dry_run: (
                repository.accept(args.commit, dry_run=dry_run)
                if args.verdict == "accept"
                else repository.review(args.commit, approve=approve, note=args.message, dry_run=dry_run)
            ),
        )
    if report.accepted:
        state = "accepted into the round"
    else:
        state = f"waits for {report.waiting_for}" if report.waiting_for else "not accepted"
    return invocation.priced(report, report.to_json(), f"{short(report.id)}: {report.verdict}; {state}")
