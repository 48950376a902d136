"""`federity stash`: put trained weights aside and take them back. Needs no chain."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, group
from federity.cli.output import Result, moment, short, table


def register(subparsers: Subparsers) -> None:
    """Add the command and its verbs."""
    parser = command(subparsers, "stash", run_push)
    parser.set_defaults(message="", model=None)
    verbs = group(parser, "VERB", required=False)
    push = command(verbs, "push", run_push, "put the weights of the model file aside (the default)")
    push.add_argument("model", nargs="?", type=Path, metavar="FILE", help="default: model.safetensors")
    push.add_argument("-m", "--message", default="", metavar="TEXT", help="what they are")
    command(verbs, "list", run_list, "list what is put aside, the newest first")
    for name, summary in (
        ("pop", "put stashed weights back and forget the stash"),
        ("apply", "put stashed weights back and keep the stash"),
    ):
        back = command(verbs, name, run_pop, summary, keep=name == "apply")
        _place(back)
        back.add_argument("--model", type=Path, metavar="FILE", help="where to (default: model.safetensors)")
    _place(command(verbs, "drop", run_drop, "forget stashed weights, for good"))


def _place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "place", nargs="?", type=place, default=0, metavar="STASH", help="a number, or stash@{N} (default: 0)"
    )


def place(text: str) -> int:
    """Parse `1` or `stash@{1}`. Raises ArgumentTypeError."""
    found = re.fullmatch(r"(?:stash@\{)?([0-9]{1,6})\}?", text)
    if found is None or text.endswith("}") != text.startswith("stash@{"):
        raise argparse.ArgumentTypeError(f"{text!r} is no stash: they are called stash@{{0}}, stash@{{1}}")
    return int(found[1])


async def run_push(invocation: Invocation) -> Result:
    """Put aside."""
    args = invocation.args
    entry = await invocation.local().stash_push(args.message, args.model)
    return Result(entry.to_json(), f"{entry.name}: weights sha256 {entry.digest}; HEAD's are in their place")


async def run_pop(invocation: Invocation) -> Result:
    """Put back."""
    args = invocation.args
    entry = await invocation.local().stash_pop(args.place, args.model, keep=args.keep)
    return Result(entry.to_json(), f"{entry.name} is back: weights sha256 {entry.digest}")


async def run_drop(invocation: Invocation) -> Result:
    """Forget."""
    entry = await invocation.local().stash_drop(invocation.args.place)
    return Result(entry.to_json(), f"{entry.name} is dropped: weights sha256 {entry.digest}")


async def run_list(invocation: Invocation) -> Result:
    """A line each."""
    entries = await invocation.local().stashes()
    rows = [
        (entry.name, moment(entry.time), entry.branch, short(entry.commit), entry.message.partition("\n")[0])
        for entry in entries
    ]
    headers = ["stash", "date", "branch", "trained from", "message"]
    return Result([entry.to_json() for entry in entries], table(headers, rows) if rows else "")
