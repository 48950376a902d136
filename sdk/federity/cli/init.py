"""`federity init`: make a repository on this machine."""

from __future__ import annotations

from pathlib import Path

from federity.cli.branch import add_rules, rules_of
from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "init", run, "make a repository of a model, on this machine only")
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="DIR", help="folder of the working copy (default: .)"
    )
    parser.add_argument(
        "--name", metavar="NAME", help="1 to 32 of a-z 0-9 . _ - (default: the folder's name)"
    )
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="weights (default: model.safetensors in DIR)"
    )
    parser.add_argument(
        "--insecure",
        action="store_true",
        help="allow development keys and SRS, for good: for tests and learning",
    )
    add_rules(parser)


async def run(invocation: Invocation) -> Result:
    """Make the working copy; the first push puts it on the chain."""
    from federity import Repository, Rules

    args = invocation.args
    path = (args.path or Path()).resolve()
    async with invocation.session() as session:
        repository = await Repository.init(
            session,
            path,
            args.model,
            name=args.name or path.name,
            insecure=args.insecure,
            rules=rules_of(args, Rules()),
        )
        status = await repository.status()
    text = fields(
        [("repository", status.name), ("path", status.path), ("head", status.head), ("chain", status.url)]
    )
    return Result(status.to_json(), f"{text}\n`federity push` puts it on the chain.")
