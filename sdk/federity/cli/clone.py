"""`federity clone`: fetch a repository into a new folder."""

from __future__ import annotations

from pathlib import Path

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields, size
from federity.errors import NotFound


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "clone", run)
    parser.add_argument(
        "repository", metavar="OWNER/NAME", help="owner's address and name, or the repository's address"
    )
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="DIR", help="new folder (default: the repository's name)"
    )
    parser.add_argument(
        "-b", "--branch", default="main", metavar="NAME", help="branch to check out (default: main)"
    )


async def run(invocation: Invocation) -> Result:
    """Clone and say where the copy stands."""
    from federity import Repository

    args = invocation.args
    name = args.repository.rsplit("/", 1)[-1]
    if not name:
        raise NotFound(f"{args.repository!r} names no repository: give OWNER/NAME, or an address")
    path = args.path or Path(name)
    async with invocation.session() as session:
        repository = await Repository.clone(
            session, args.repository, path, branch=args.branch, on_progress=invocation.on_progress
        )
        status = await repository.status()
        received = repository.fetched.fetched_bytes if repository.fetched is not None else 0
    text = fields(
        [
            ("repository", status.name),
            ("path", status.path),
            ("branch", status.branch),
            ("head", status.head),
            ("received", size(received)),
        ]
    )
    return Result({**status.to_json(), "fetched_bytes": received}, text)
