"""The manual page: everything in it, nothing that roff would take for more than text."""

import re
import shutil
import subprocess
from collections.abc import Sequence

import pytest

from federity import errors
from federity.cli.completion import options, walk
from federity.cli.main import build
from federity.cli.manual import page

PAGE = page(build())


def rendered(*command: str) -> str:
    """The page as a program for manual pages shows it, on one line and without hyphenation."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, input=PAGE, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return " ".join(re.sub(".\b", "", done.stdout).split())


def test_every_command_and_option_is_in_it() -> None:
    plain = PAGE.replace("\\-", "-")
    for parser in walk(build()):
        assert parser.get_default("run") is None or f"\n.SS {parser.prog}" in plain
        for action in options(parser):
            assert action.dest in {"help", "version"} or action.option_strings[0] in plain


def test_every_exit_code_is_in_it() -> None:
    codes = {getattr(errors, name).exit_code for name in errors.__all__ if name[0].isupper()}
    assert {f"\\fB{code}\\fR" for code in codes | {0, 2, 130}} <= set(PAGE.splitlines())


def test_no_line_is_an_accidental_request() -> None:
    known = {".TH", ".SH", ".B", ".TP", ".SS"}
    requests = {line.split()[0] for line in PAGE.splitlines() if line.startswith((".", "'"))}
    assert requests == known


@pytest.mark.parametrize(
    "command", [["mandoc", "-T", "ascii", "-W", "error"], ["groff", "-man", "-Tascii", "-ww", "-P-cbou"]]
)
def test_it_is_shown_as_it_was_meant(command: Sequence[str]) -> None:
    shown = rendered(*command)
    assert "-k, --keypair FILE wallet, a Solana keypair file" in shown
    assert "federity checkout [COMMIT]" in shown
