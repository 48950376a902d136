"""`federity verify`: recheck a commit and all it stands on, from chain and store alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields, short, table
from federity.cli.refused import Refused
from federity.errors import ProofError

if TYPE_CHECKING:
    from federity import Repository


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "verify", run)
    parser.add_argument("commit", nargs="?", metavar="COMMIT", help="address or HEAD~N (default: HEAD)")
    parser.add_argument(
        "--export",
        type=Path,
        metavar="DIR",
        help="recheck a folder that `checkout --export` made instead: weights, evidence, signature",
    )


async def run(invocation: Invocation) -> Result:
    """Verify; a failed check is a failed command."""
    if invocation.args.export is not None:
        return await _export(invocation)
    async with invocation.repository() as repository:
        report = await repository.verify(invocation.args.commit or "HEAD", on_progress=invocation.on_progress)
    walked = [
        (short(c.id), c.kind, c.level_meaning, c.proofs, "ok" if c.ok else "FAILED") for c in report.commits
    ]
    every = [(short(commit.id), check) for commit in report.commits for check in commit.checks]
    shown = [
        (where, check.name, check.outcome, check.detail)
        for where, check in every
        if check.outcome != "passed" or invocation.console.verbose
    ]
    verdict = _verdict(report.ok, report.complete)
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


async def _export(invocation: Invocation) -> Result:
    """Recheck a folder; a failed check is a failed command."""
    args = invocation.args
    if args.commit is not None:
        raise Refused("the folder says which commit it is of: leave COMMIT out")
    async with _clone_of(invocation) as repository:
        report = await repository.verify_export(args.export, on_progress=invocation.on_progress)
    rows = [(check.name, check.outcome, check.detail) for check in report.checks]
    found = [
        ("verdict", _verdict(report.ok, report.complete)),
        ("commit", f"{short(report.id)} of {report.repository}"),
        ("signed", f"for {report.signer}, {report.role} of the repository" if report.signer else "by nobody"),
        ("proofs", f"`federity verify {report.commit}` rechecks those it stands on"),
    ]
    text = f"{table(['what', 'outcome', 'detail'], rows)}\n\n{fields(found)}"
    return Result(report.to_json(), text, 0 if report.ok else ProofError.exit_code)


@asynccontextmanager
async def _clone_of(invocation: Invocation) -> AsyncIterator[Repository]:
    """The working copy that the command runs in; where there is none, a clone for as long as it takes."""
    if invocation.here() is not None:
        async with invocation.repository() as repository:
            yield repository
        return
    from federity import Repository
    from federity.repository.evidence.checking import repository_of

    address = repository_of(invocation.args.export)
    async with invocation.session() as session:
        with TemporaryDirectory(prefix="federity-") as scratch:
            invocation.console.note(f"not in a working copy: cloning {address} to look into it")
            yield await Repository.clone(
                session, address, Path(scratch) / "clone", on_progress=invocation.on_progress
            )


def _verdict(ok: bool, complete: bool) -> str:
    if not ok:
        return "SOME CHECKS FAILED"
    return "every check passed" if complete else "nothing failed, but not everything could be checked"
