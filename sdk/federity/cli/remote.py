"""`federity remote`: the repository of this working copy, and what others are called here."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, group
from federity.cli.output import Result

if TYPE_CHECKING:
    from federity.repository.reports.remote_reports import RemoteView
    from federity.repository.repository import Repository

NAME = "what it is called here"
REPOSITORY = "a repository on the same chain: OWNER/NAME or its address"


def register(subparsers: Subparsers) -> None:
    """Add the command and its verbs."""
    parser = command(subparsers, "remote", run_list)
    parser.spelt = {"rm": "remove"}
    verbs = group(parser, "VERB", required=False)
    command(verbs, "list", run_list, "list the names; with -v what they mean")
    get = command(verbs, "get-url", run_get, "say which repository a name means")
    get.add_argument("name", metavar="NAME", help=NAME)
    for verb, run, summary in (
        ("add", run_add, "give a repository a name: NAME/BRANCH is a branch of it from then on"),
        ("set-url", run_set, "let a name mean another repository; origin is the one of this working copy"),
    ):
        made = command(verbs, verb, run, summary)
        made.add_argument("name", metavar="NAME", help=NAME)
        made.add_argument("repository", metavar="OWNER/NAME", help=REPOSITORY)
    rename = command(verbs, "rename", run_rename, "call it something else")
    rename.add_argument("old", metavar="OLD", help=NAME)
    rename.add_argument("new", metavar="NEW", help="what it is to be called")
    remove = command(verbs, "remove", run_remove, "forget a name; the repository stays")
    remove.add_argument("name", metavar="NAME", help=NAME)


def run_list(invocation: Invocation) -> Result:
    """One line a name, with -v with the repository and its chain."""
    views = invocation.local().remotes()
    lines = [f"{v.name}  {v.spec} ({v.url})" if invocation.args.verbose else v.name for v in views]
    return Result([view.to_json() for view in views], "\n".join(lines))


def run_get(invocation: Invocation) -> Result:
    """The repository of one name."""
    name = invocation.args.name
    for view in invocation.local().remotes():
        if view.name == name:
            return Result(view.to_json(), view.spec)
    from federity.errors import NotFound

    raise NotFound(f"There is no remote {name!r}.", hint="`federity remote -v` lists them.")


async def run_add(invocation: Invocation) -> Result:
    """Name a repository."""
    args = invocation.args
    return await _changed(invocation, lambda here: here.remote_add(args.name, args.repository))


async def run_set(invocation: Invocation) -> Result:
    """Let a name mean another one."""
    args = invocation.args
    return await _changed(invocation, lambda here: here.remote_set_url(args.name, args.repository))


async def _changed(
    invocation: Invocation, verb: Callable[[Repository], Coroutine[Any, Any, RemoteView]]
) -> Result:
    async with invocation.repository() as repository:
        view = await verb(repository)
    then = "`federity pull` loads its head" if view.name == "origin" else f"`federity fetch {view.name}`"
    return Result(view.to_json(), f"{view.name} is {view.spec}; {then}")


async def run_rename(invocation: Invocation) -> Result:
    """Call it something else."""
    args = invocation.args
    view = await invocation.local().remote_rename(args.old, args.new)
    return Result(view.to_json(), f"{view.name} is {view.spec}")


async def run_remove(invocation: Invocation) -> Result:
    """Forget a name."""
    view = await invocation.local().remote_remove(invocation.args.name)
    return Result(view.to_json(), f"removed {view.name}, which was {view.spec}")
