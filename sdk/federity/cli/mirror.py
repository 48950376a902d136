"""`federity mirror`: a repository's blobs in another storage, and on the chain where they are."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "mirror", run, prices=True)
    parser.add_argument("storage", metavar="STORAGE", help="where to, as the setting `storage` names it")


async def run(invocation: Invocation) -> Result:
    """Copy, and post the places."""
    async with invocation.repository() as repository:
        report = await invocation.pay(
            "Mirroring",
            lambda dry_run: repository.mirror(dry_run=dry_run, on_progress=invocation.on_progress),
        )
    would = "would be " if report.dry_run else ""
    lines = [f"{report.copied} blobs {would}copied, {report.posted} places {would}posted"]
    lines += [f"nobody has the blob of {address} now" for address in report.missing]
    return invocation.priced(report, report.to_json(), "\n".join(lines))
