"""What a shell is told: run by the shell itself where it is installed."""

import os
import pty
import re
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from federity.cli.completion import bash, fish, paths
from federity.cli.main import build, main


def completed(line: str) -> set[str]:
    """What bash offers at the end of `line`."""
    words = line.split(" ")
    script = (
        f"{bash(build(), 'bash')}\nCOMP_WORDS=({' '.join(word or chr(39) * 2 for word in words)})\n"
        f'COMP_CWORD={len(words) - 1}\n_federity\nprintf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("federity chec", {"checkout"}),
        ("federity branch ", {"list", "create", "protect"}),
        ("federity --json branch cr", {"create"}),
        ("federity branch protect main --wei", {"--weighting"}),
        ("federity branch protect main --weighting ", {"uniform", "samples", "keeper"}),
        ("federity completion f", {"fish"}),
        ("federity -k ", set()),
    ],
)
def test_bash(line: str, offered: set[str]) -> None:
    found = completed(line)
    assert offered <= found
    assert not offered or line.endswith(" ") or offered == found
    assert offered or not found


def needs(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


def offered_by_fish(script: Path, line: str) -> set[str]:
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"source {script}; complete -C {line!r}"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": str(script.parent)},
    )
    assert done.stderr == ""
    return {offer.split("\t")[0] for offer in done.stdout.splitlines()}


def completed_by_zsh(script: Path, line: str) -> str:
    """What stands on zsh's line after `line` and the key Tab: it completes only at a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "HOME": str(script.parent), "ZDOTDIR": str(script.parent)}
    keys = (
        f"autoload -Uz compinit && compinit -u -D && source {script}\n"
        'show() { print -r -- "<<$BUFFER>>" }; zle -N show; bindkey "^X" show; bindkey "^I" complete-word\n'
        f"{line}\t\x18"
    )
    with subprocess.Popen(
        ["zsh", "-f", "-i"],
        cwd=script.parent,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        os.write(ours, keys.encode())
        seen, until = "", time.monotonic() + 60
        try:
            while not (found := re.search("<<(federity[^>]*)>>", seen)) and time.monotonic() < until:
                if select.select([ours], [], [], 1)[0]:
                    seen += os.read(ours, 4096).decode(errors="replace")
        finally:
            process.kill()
            os.close(ours)
    assert found is not None, seen
    return found[1]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("federity chec", {"checkout"}),
        ("federity --json branch cr", {"create"}),
        ("federity branch protect main --weighting ", {"uniform", "samples", "keeper"}),
    ],
)
def test_fish(tmp_path: Path, line: str, offered: set[str]) -> None:
    needs("fish")
    (tmp_path / "script").write_text(fish(build()))
    assert offered_by_fish(tmp_path / "script", line) == offered


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("federity chec", "federity checkout "),
        ("federity --json branch cr", "federity --json branch create "),
        ("federity branch protect main --weighting k", "federity branch protect main --weighting keeper "),
    ],
)
def test_zsh(tmp_path: Path, line: str, whole: str) -> None:
    needs("zsh")
    (tmp_path / "script").write_text(bash(build(), "zsh"))
    assert completed_by_zsh(tmp_path / "script", line) == whole


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_says_how_it_is_used(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    first, rest = capsys.readouterr().out.split("\n", 1)
    assert first.startswith("# ") and f"federity completion {shell}" in first
    assert "bashcompinit" in rest or shell != "zsh"
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=rest, text=True, check=True)


def test_fish_knows_every_command() -> None:
    script = fish(build())
    assert all(f"'{path}'" in script for path in paths(build()))
    assert "-l weighting -x -a 'uniform samples keeper'" in script
