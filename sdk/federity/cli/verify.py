"""`federity verify`: recheck a commit and all it stands on, from chain and store alone."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields, short, table
from federity.errors import ProofError


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "verify", run)
    parser.add_argument(
        "commit", nargs="?", default="HEAD", metavar="COMMIT", help="address or HEAD~N (default: HEAD)"
    )


async def run(invocation: Invocation) -> Result:
    """Verify; a failed check is a failed command."""
    async with invocation.repository() as repository:
        report = await repository.verify(invocation.args.commit, on_progress=invocation.on_progress)
    walked = [
        (short(c.id), c.kind, c.level_meaning, c.proofs, "ok" if c.ok else "FAILED") for c in report.commits
    ]
    every = [(short(commit.id), check) for commit in report.commits for check in commit.checks]
    shown = [
        (where, check.name, check.outcome, check.detail)
        for where, check in every
        if check.outcome != "passed" or invocation.console.verbose
    ]
    verdict = "every check passed" if report.ok else "SOME CHECKS FAILED"
    if report.ok and not report.complete:
        verdict = "nothing failed, but not everything could be checked"
    parts = [
        table(["commit", "kind", "what its level means", "proofs", "checks"], walked),
        fields(
            [
                ("verdict", verdict),
                ("checks", len(every)),
                ("proofs", f"{report.proofs} verified again here"),
                ("srs", report.srs),
            ]
        ),
        "not proved:\n" + "\n".join(f"- {line}" for line in report.not_proved),
    ]
    if shown:
        parts.insert(1, table(["commit", "check", "outcome", "detail"], shown))
    return Result(report.to_json(), "\n\n".join(parts), 0 if report.ok else ProofError.exit_code)
