"""Proposals for people. Their texts are strangers': `fields` and `table` keep them in their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from federity.cli.history_text import Called, some, subject, whole
from federity.cli.operation_text import sum_text
from federity.cli.output import fields, moment, short, table

if TYPE_CHECKING:
    from federity.repository.reports.proposal_reports import ProposalChecks, ProposalView, RemarkReport

SAID = {"approve": "approved", "reject": "asked for changes", "comment": "commented"}


def list_text(views: Sequence[ProposalView], called: Called = short) -> str:
    """A line each; a commit names its round, for whom it is to join."""
    rows = [
        (
            short(view.id),
            view.branch if view.round is None else f"{view.branch}, round {view.round}",
            called(view.author),
            view.state if view.state != "open" else view.decision,
            f"{view.approvals} of {view.needed}",
            view.number_of_remarks,
            moment(view.time),
            subject(view.title, view.problem),
        )
        for view in views
    ]
    headers = ["proposal", "for", "author", "state", "approvals", "said", "date", "title"]
    return table(headers, rows)


def view_text(view: ProposalView, called: Called = short) -> str:
    """One proposal, and what was said of it, oldest first."""
    against = ", ".join(called(one) for one in view.changes_requested)
    parts = [
        fields(
            [
                ("title", view.title or (f"(not there: {view.problem})" if view.problem else None)),
                ("state", view.state if view.state != "open" else f"open, {view.decision}"),
                ("proposal", view.address if view.kind == "operation" else None),
                ("commit", view.id if view.kind == "commit" else None),
                ("author", whole(view.author, called)),
                ("date", moment(view.time) or None),
                ("branch", view.branch),
                ("round", view.round),
                ("sum", sum_text(view.terms, view.m) if view.terms else None),
                ("approvals", f"{view.approvals} of {view.needed}"),
                ("approved by", ", ".join(called(one) for one in view.approved_by) or None),
                ("changes asked for by", against or None),
                ("body", view.body or None),
            ]
        )
    ]
    for one in view.remarks:
        role = f" ({one.role})" if one.role else " (no member any more)"
        words = one.note or (f"(not shown: {one.note_problem})" if one.note_problem else None)
        parts.append(
            fields(
                [
                    (SAID.get(one.verdict, one.verdict), f"by {whole(one.author, called)}{role}"),
                    ("date", moment(one.time) or None),
                    ("words", words),
                ]
            )
        )
    return "\n\n".join(parts)


def checks_text(report: ProposalChecks, called: Called = short) -> str:
    """What was found out, and what was only declared."""
    parts = [
        fields(
            [
                ("level", report.level_meaning),
                ("change", f"l2 {report.l2:.4g}, largest {report.largest:.4g}"),
                ("values changed", f"{report.changed} of {report.elements}"),
            ]
        ),
        table(
            ["commit", "author", "share", "level", "norm", "samples", "declared"],
            [
                (short(one.id), called(one.author), f"{one.share:.4f}", f"L{one.level}", one.norm,
                 one.samples, some(one.figures))
                for one in report.commits
            ],
        ),
    ]  # fmt: skip
    if report.similar:
        like = [(short(one.id), one.kind, called(one.author), f"{one.cosine:+.4f}") for one in report.similar]
        parts.append(table(["like", "from", "author", "cosine"], like))
    if report.before or report.after:
        names = sorted(report.before.keys() | report.after.keys())
        rows = [(name, _number(report.before, name), _number(report.after, name)) for name in names]
        parts.append(table(["measured here", "now", "then"], rows))
    return "\n\n".join(parts)


def _number(figures: dict[str, float], name: str) -> str:
    return f"{figures[name]:g}" if name in figures else "none"


def remark_text(report: RemarkReport, dry_run: bool) -> str:
    """What was said, and where the proposal stands."""
    done = "it would say" if dry_run else "said"
    return (
        f"{short(report.subject)}: {done}: {report.verdict}; {report.approvals} of {report.needed} approvals"
    )
