"""What a keeper is run by: the unit for systemd, the Dockerfile, and the probe that both can use."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from federity.errors import ConfigError
from federity_keeper.__main__ import main
from federity_keeper.config import MOST_PATIENCE
from federity_keeper.health import Health

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "keeper" / "deploy" / "federity-keeper@.service"
DOCKERFILE = ROOT / "keeper" / "deploy" / "Dockerfile"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "keeper.toml"
    path.write_text('repository = "O/digits"\npath = "copy"\n')
    return path


def alive(settings: Path) -> int:
    return main(["alive", "--json", "--config", str(settings)])


def test_a_keeper_is_alive_while_it_is_ready_and_has_looked_lately(settings: Path) -> None:
    assert alive(settings) == 1
    health = Health(settings.parent / "copy" / ".federity" / "keeper" / "health")
    health.write()
    assert alive(settings) == 1
    health.ready = True
    health.write()
    assert alive(settings) == 0
    document = json.loads(health.path.read_text())
    document["time"] = time.time() - 2 * MOST_PATIENCE - 5
    health.path.write_text(json.dumps(document))
    assert alive(settings) == 1
    health.path.write_text("{")
    assert alive(settings) == 1


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd's own checker")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    # Its checker looks whether the program is there; nothing else is changed.
    unit = tmp_path / "federity-keeper@.service"
    unit.write_text(UNIT.read_text().replace("/opt/federity/bin/federity-keeper", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60
    )
    said = [line for line in done.stderr.splitlines() if "federity-keeper" in line]
    assert said == [], done.stderr
    assert done.returncode == 0, done.stderr


def test_the_unit_starts_a_command_that_there_is_and_does_not_restart_for_bad_settings(
    settings: Path,
) -> None:
    unit = UNIT.read_text()
    (line,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    program, verb, *options = line.split()
    assert Path(program).name == "federity-keeper"
    settings.write_text("not toml")
    options[-1] = str(settings)
    code = main([verb, *options])
    assert code == ConfigError.exit_code
    (kept,) = re.findall(r"^RestartPreventExitStatus=(.*)$", unit, re.MULTILINE)
    assert str(code) in kept.split()


def test_the_image_is_made_of_what_is_there_and_runs_commands_that_there_are(settings: Path) -> None:
    text = DOCKERFILE.read_text().replace("\\\n", " ")
    for folder in ("sdk", "keeper"):
        assert f"/src/{folder}" in text
        assert (ROOT / folder / "pyproject.toml").is_file()
    (probe,) = re.findall(r"^HEALTHCHECK .*CMD (\[.*\])$", text, re.MULTILINE)
    (command,) = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
    for arguments in (json.loads(probe)[1:], json.loads(command)):
        settings.write_text("not toml")
        assert main([*arguments[:-1], str(settings)]) == ConfigError.exit_code
    channel = re.search(r'channel = "([\d.]+)"', (ROOT / "rust-toolchain.toml").read_text())
    assert channel is not None
    assert f"rust:{channel[1]}" in text
