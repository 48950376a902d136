"""What starting Federity loads, how long that takes, and that no file names the machine it was made on."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from federity.cli.commands import COMMANDS

ROOT = Path(__file__).parents[1]
# Each takes a good part of a second to load; a person who types `--help` waits for none of them.
HEAVY = {
    "numpy",
    "torch",
    "tensorflow",
    "keras",
    "matplotlib",
    "sklearn",
    "safetensors",
    "solders",
    "solana",
    "sqlite3",
    "federity._native",
}


def loaded_by(code: str) -> set[str]:
    program = f"import sys\n{code}\nimport json\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd="/"
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_federity_is_light() -> None:
    assert loaded_by("import federity") & HEAVY == set()


def test_the_public_names_exist() -> None:
    program = "import federity\nfor name in federity.__all__: getattr(federity, name)"
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, cwd="/")


def loaded_by_command(*words: str) -> set[str]:
    """What `federity` with these words, which only explain something, loads."""
    return loaded_by(f"from federity.cli.main import main\ntry: main({words})\nexcept SystemExit: pass")


def test_help_is_light() -> None:
    assert loaded_by_command("--help") & (HEAVY - {"sqlite3"}) == set()


def test_the_list_of_commands_and_a_command_import_no_other_one() -> None:
    modules = {f"federity.cli.{module}" for module, _ in COMMANDS.values()}
    assert loaded_by_command("--help") & modules == set()
    assert loaded_by_command("status", "--help") & modules == {"federity.cli.status"}


def test_the_extra_all_is_every_one_of_them() -> None:
    extras = tomllib.loads((ROOT / "sdk" / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {"torch", "tensorflow", "plot", "all"} <= set(extras)
    assert extras["all"] == [f"federity[{','.join(name for name in extras if name != 'all')}]"]


def test_a_newcomer_s_first_demo_installs_one_framework() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    extras = tomllib.loads((ROOT / "sdk" / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert groups["demo"] == ["federity[demo]"]
    assert "federity[torch]" in extras["demo"]
    assert not any("tensorflow" in wanted for wanted in extras["demo"])
    assert not any("tensorflow" in str(name) for name in groups["demo"])


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


# A home or build directory of somebody's machine. Paths of the system (/usr, /tmp) mean the same everywhere.
MACHINE_PATH = re.compile(rb"(?<![\w.)}])/(?:home|root|Users|work|workspace|builds?)/[\w.-]+")


def test_no_tracked_file_names_a_machine() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    found = []
    for path in tracked():
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if match := MACHINE_PATH.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match[0]!r}")
    assert found == []


def test_the_locks_name_public_registries_only() -> None:
    for name in ("uv.lock", "Cargo.lock"):
        hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / name).read_text()))
        assert hosts <= {"pypi.org", "files.pythonhosted.org", "github.com", "download.pytorch.org"}, name
