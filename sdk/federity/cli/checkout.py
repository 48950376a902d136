"""`federity checkout`: load any commit, to the bit."""

from __future__ import annotations

from pathlib import Path

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, offline
from federity.cli.output import Result, short
from federity.cli.refused import Refused
from federity.cli.switch import create


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "checkout", run, prices=True)
    parser.add_argument(
        "commit",
        nargs="?",
        metavar="COMMIT",
        help="id, address, HEAD~N, a branch, which is also switched to, or - for what was before; "
        "with -b where it starts",
    )
    parser.add_argument("-b", dest="create", metavar="NAME", help="make this branch and switch to it")
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="where to write (default: model.safetensors)"
    )
    parser.add_argument(
        "--export",
        type=Path,
        metavar="DIR",
        help="write weights, configuration, model card and evidence to a new folder instead",
    )
    offline(parser)
    parser.add_argument(
        "-f", "--force", action="store_true", help="overwrite weights that were not committed"
    )


async def run(invocation: Invocation) -> Result:
    """Load and print the digest of what was loaded."""
    args = invocation.args
    if args.create is not None:
        if args.model is not None or args.export is not None or args.force:
            raise Refused("a new branch takes the training in hand along: -b goes with a commit alone")
        return await create(invocation, args.create, args.commit or "HEAD")
    if args.commit is None:
        raise Refused("name the commit or branch to load")
    if args.dry_run:
        raise Refused("to load costs nothing and has no --dry-run: leave it out")
    if args.commit.endswith(".safetensors"):
        raise Refused(f"{args.commit} is a file and a commit one model: `federity restore` puts it back")
    if args.export is not None:
        return await _export(invocation)
    async with invocation.reading() as repository:
        report = await repository.checkout(
            args.commit, args.model, force=args.force, on_progress=invocation.on_progress
        )
    for refused in report.refused:
        invocation.console.note(f"refused {refused.location}: {refused.reason}")
    many = "commit" if report.local == 1 else "commits"
    on_top = f" with {report.local} local {many}" if report.local else ""
    lines = [f"{short(report.id)} (move {report.seq}){on_top}, weights sha256 {report.digest}"]
    if not report.at_head:
        lines.append(
            "not the head with your local commits: `federity commit` sends what training changes from here, "
            "on top of those"
        )
    return Result(report.to_json(), "\n".join(lines))


async def _export(invocation: Invocation) -> Result:
    args = invocation.args
    async with invocation.reading() as repository:
        report = await repository.export(args.commit, args.export, on_progress=invocation.on_progress)
    signed = f"signed for {report.signer}" if report.signer else "unsigned: `federity key signer` makes a key"
    text = f"{short(report.commit)} in {report.folder}, weights sha256 {report.digest}\n{signed}"
    return Result(report.to_json(), text)
