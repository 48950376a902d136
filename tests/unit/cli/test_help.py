"""The shape of the command line: every option explained, the whole of it pinned as a snapshot."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from federity.cli.main import build, main
from federity.cli.manual import page
from federity.cli.options import DEFAULTS, parse

SNAPSHOT = Path(__file__).parents[2] / "snapshots" / "cli.txt"
MANUAL = (
    Path(__file__).parents[3] / "sdk" / "federity.data" / "data" / "share" / "man" / "man1" / "federity.1"
)
COMMON = {"help", "json", "url", "keypair", "fee_payer", "yes", "dry_run", "directory", "verbose", "progress"}
COMMON |= {"commitment", "program"}


def walk(
    parser: argparse.ArgumentParser, name: str = "federity"
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb, child in action.choices.items():
                yield from walk(child, f"{name} {verb}")


ALL = dict(walk(build()))


def own(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Arguments of the command itself, without the common ones and the verbs."""
    return [
        action
        for action in parser._actions
        if action.dest not in COMMON and not isinstance(action, argparse._SubParsersAction)
    ]


def rendered() -> str:
    """The command line as text that does not depend on the width of a terminal or the version of argparse."""
    lines = []
    for name, parser in ALL.items():
        lines.append(f"{name}: {parser.description}")
        for action in own(parser):
            flags = ", ".join(action.option_strings)
            value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
            lines.append(f"    {' '.join(filter(None, [flags, str(value)]))}: {action.help}")
    return "\n".join(lines) + "\n"


def test_the_command_line_is_the_one_that_was_reviewed() -> None:
    if os.environ.get("FEDERITY_UPDATE_SNAPSHOTS") == "1":
        SNAPSHOT.write_text(rendered())
        MANUAL.write_text(page(build()))
    assert rendered() == SNAPSHOT.read_text()


def test_the_manual_page_is_of_this_command_line() -> None:
    assert page(build()) == MANUAL.read_text()


def test_git_s_verbs_are_there() -> None:
    verbs = {name.split()[1] for name in ALL if name.count(" ") == 1}
    assert verbs == {
        *("init", "clone", "status", "commit", "push", "pull", "log", "show", "checkout", "branch"),
        *("review", "merge", "verify", "member", "contact", "key", "round", "config", "whoami", "demo"),
        *("node", "repository"),
        *("diff", "reflog", "restore", "reset", "stash", "switch", "blame", "fsck", "gc"),
        *("mirror", "revert", "cherry-pick", "operation", "fetch", "bisect", "nft", "browse", "pr", "rent"),
        *("tag", "fork", "remote", "queue"),
        *("address", "balance", "airdrop", "help", "version", "completion"),
    }


@pytest.mark.parametrize("name", ALL)
def test_every_argument_is_explained(name: str) -> None:
    assert ALL[name].description
    assert all(action.help for action in own(ALL[name]))


@pytest.mark.parametrize("name", ALL)
def test_every_command_takes_the_common_options(name: str) -> None:
    assert {action.dest for action in ALL[name]._actions} >= COMMON


@pytest.mark.parametrize("order", [["--json", "-C", "x", "status"], ["status", "--json", "-C", "x"]])
def test_common_options_stand_before_or_after_the_command(order: list[str]) -> None:
    args = parse(build(), order)
    assert (args.json, args.directory) == (True, Path("x"))


def test_an_option_before_the_verb_survives_it() -> None:
    args = parse(build(), ["-u", "devnet", "branch", "--yes", "create", "x"])
    assert (args.url, args.yes) == ("devnet", True)


def test_defaults() -> None:
    args = parse(build(), ["status"])
    assert {name: getattr(args, name) for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize(
    "argv",
    [
        ["review", "C"],
        ["review", "C", "--approve", "--reject"],
        ["commit", "--figure", "loss"],
        ["commit", "--figure", "loss=low"],
        ["merge", "--weight", "C"],
        ["merge", "--weight", "C=half"],
        ["push", "--level", "2"],
        ["member", "add", "W", "--role", "king"],
        ["key", "pin"],
    ],
)
def test_wrong_usage_exits_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    assert f"usage: federity {argv[0]}" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out.startswith("federity 0.")
