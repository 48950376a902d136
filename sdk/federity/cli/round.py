"""`federity round`: the windows in which updates are collected, reviewed and merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.cli.history_text import Called, review_text, subject
from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, group, whole
from federity.cli.output import Result, fields, moment, short, table
from federity.cli.rent import reclaimed_text
from federity.cli.transaction import transaction

if TYPE_CHECKING:
    from federity.repository.reports import RoundView


def register(subparsers: Subparsers) -> None:
    """Add the command and its six verbs."""
    parser = command(subparsers, "round", run_list, limit=None)
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
    command(verbs, "cancel", run_cancel, "end the round before its time, until its merge begins", prices=True)
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
    rows = [
        (v.index, v.kind, v.state, v.proposed, v.accepted, moment(v.merge_time), v.merge_until) for v in views
    ]
    text = table(["round", "kind", "state", "proposed", "accepted", "until about", "slot"], rows)
    return Result([view.to_json() for view in views], text if views else "this branch has had no round yet")


async def run_show(invocation: Invocation) -> Result:
    """One round with its commits."""
    async with invocation.repository() as repository:
        view = await repository.round_show(invocation.args.index)
    return Result(view.to_json(), round_text(view, invocation.called()))


def round_text(view: RoundView, called: Called = short) -> str:
    """A round for people."""
    head = fields(
        [
            ("round", f"{view.index} ({view.kind}, {view.state})"),
            ("address", view.address),
            ("propose", deadline(view, view.propose_until, view.propose_time)),
            ("review", deadline(view, view.review_until, view.review_time)),
            ("merge", view.merge or deadline(view, view.merge_until, view.merge_time)),
            ("weighting", view.weighting),
            ("takes", f"L{view.min_level} or higher, with {view.approvals} {_approvals(view.approvals)}"),
        ]
    )
    rows = [
        (short(c.id), called(c.author), c.state, f"L{c.level}", c.samples, len(c.reviews),
         subject(c.message, c.problem))
        for c in view.commits
    ]  # fmt: skip
    headers = ["commit", "author", "state", "level", "samples", "reviews", "message"]
    blocks = [head, table(headers, rows) if rows else "no commit is proposed"]
    blocks += [
        f"on {short(c.id)}:\n{review_text(review, called)}" for c in view.commits for review in c.reviews
    ]
    return "\n\n".join(blocks)


def _approvals(count: int) -> str:
    return "approval" if count == 1 else "approvals"


def deadline(view: RoundView, slot: int, time: int) -> str:
    """A deadline as people read it, and as the chain counts it."""
    words = "until about" if slot >= view.slot else "was until about"
    return f"{words} {moment(time)} (slot {slot})"


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


async def run_cancel(invocation: Invocation) -> Result:
    """Cancel the current round."""
    async with invocation.repository() as repository:
        return await transaction(
            invocation, "Cancelling the round", lambda dry: repository.round_cancel(dry_run=dry)
        )


async def run_close(invocation: Invocation) -> Result:
    """Close what finished rounds left, and say what came back."""
    async with invocation.repository() as repository:
        report = await invocation.pay(
            "Closing what rounds that are over left",
            lambda dry: repository.round_close(give_up=invocation.args.give_up, dry_run=dry),
        )
    text = reclaimed_text(report, invocation.args.dry_run)
    return invocation.priced(report, report.to_json(), text)
