"""`federity round`: the windows in which updates are collected, reviewed and merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, group, whole
from federity.cli.output import Result, fields, short, sol, table
from federity.cli.transaction import transaction

if TYPE_CHECKING:
    from federity.repository.reports import RoundView


def register(subparsers: Subparsers) -> None:
    """Add the command and its six verbs."""
    parser = command(
        subparsers, "round", run_list, "open, list, show, lock, expire and close rounds", limit=None
    )
    verbs = group(parser, "VERB", required=False)
    listing = command(verbs, "list", run_list, "list the branch's rounds, newest first")
    listing.add_argument("-n", "--limit", type=whole, metavar="N", help="at most N rounds")
    show = command(verbs, "show", run_show, "show a round and its commits")
    show.add_argument(
        "index", nargs="?", type=whole, metavar="INDEX", help="its number (default: the current one)"
    )
    command(verbs, "open", run_open, "open a round: members may propose", prices=True)
    command(
        verbs, "lock", run_lock, "freeze the round's accepted commits and the head they apply to", prices=True
    )
    command(verbs, "expire", run_expire, "end a round that is past its deadline", prices=True)
    close = command(
        verbs, "close", run_close, "get back the rent of what rounds that are over left", prices=True
    )
    close.add_argument(
        "--give-up", action="store_true", help="also close your commits that a later round may still take"
    )


async def run_list(invocation: Invocation) -> Result:
    """One line a round."""
    async with invocation.repository() as repository:
        views = await repository.rounds(limit=invocation.args.limit)
    rows = [(v.index, v.kind, v.state, v.proposed, v.accepted, v.merge_until, short(v.merge)) for v in views]
    text = table(["round", "kind", "state", "proposed", "accepted", "until slot", "merge"], rows)
    return Result([view.to_json() for view in views], text)


async def run_show(invocation: Invocation) -> Result:
    """One round with its commits."""
    async with invocation.repository() as repository:
        view = await repository.round_show(invocation.args.index)
    return Result(view.to_json(), round_text(view))


def round_text(view: RoundView) -> str:
    """A round for people."""
    head = fields(
        [
            ("round", f"{view.index} ({view.kind}, {view.state})"),
            ("address", view.address),
            ("propose", f"until slot {view.propose_until}"),
            ("review", f"until slot {view.review_until}"),
            ("merge", view.merge or f"until slot {view.merge_until}"),
            ("weighting", view.weighting),
        ]
    )
    rows = [
        (c.address, short(c.author), c.state, f"L{c.level}", c.samples, len(c.reviews)) for c in view.commits
    ]
    return f"{head}\n\n{table(['commit', 'author', 'state', 'level', 'samples', 'reviews'], rows)}"


async def run_open(invocation: Invocation) -> Result:
    """Open a round."""
    async with invocation.repository() as repository:
        return await transaction(
            invocation, "Opening a round", lambda dry: repository.round_open(dry_run=dry)
        )


async def run_lock(invocation: Invocation) -> Result:
    """Lock the current round."""
    async with invocation.repository() as repository:
        return await transaction(
            invocation, "Locking the round", lambda dry: repository.round_lock(dry_run=dry)
        )


async def run_expire(invocation: Invocation) -> Result:
    """Expire the current round."""
    async with invocation.repository() as repository:
        return await transaction(
            invocation, "Expiring the round", lambda dry: repository.round_expire(dry_run=dry)
        )


async def run_close(invocation: Invocation) -> Result:
    """Close what finished rounds left, and say what came back."""
    async with invocation.repository() as repository:
        report = await invocation.pay(
            "Closing what rounds that are over left",
            lambda dry: repository.round_close(give_up=invocation.args.give_up, dry_run=dry),
        )
    label = "would come back" if invocation.args.dry_run else "came back"
    text = f"{report.action} {report.subject}, {label}: {sol(report.returned)}"
    return invocation.priced(report, report.to_json(), text)
