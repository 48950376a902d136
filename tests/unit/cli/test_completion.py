"""What a shell is told: run by the shell itself where it is installed."""

import shutil
import subprocess

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
