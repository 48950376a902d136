"""What a supervisor sees of a keeper: log lines, the health file, Prometheus' numbers."""

from __future__ import annotations

import json
import os
import re
import urllib.request
from pathlib import Path

import pytest

from federity.errors import ConfigError
from federity_keeper.events import Log
from federity_keeper.health import Health
from federity_keeper.metrics import serving


def test_a_line_has_date_zone_and_level_and_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    Log().write("refused", message="two words\nand another line", round=3, reason="", nothing=None)
    line = capsys.readouterr().err
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d WARNING refused "
        r'message="two words\\nand another line" round=3\n',
        line,
    )


def test_escapes_of_a_terminal_stay_text(capsys: pytest.CaptureFixture[str]) -> None:
    Log().write("merged", name="\x1b[31mred")
    assert "\x1b" not in capsys.readouterr().err


def test_a_health_file_says_who_wrote_it_and_goes_when_the_keeper_does(tmp_path: Path) -> None:
    health = Health(tmp_path / "health")
    old = tmp_path / "health" / "dead-1.json"
    health.write()
    old.write_text("{}")
    os.utime(old, (0, 0))
    document = json.loads(health.path.read_text())
    assert document["pid"] == os.getpid()
    assert document["ready"] is False
    health.end()
    assert list((tmp_path / "health").iterdir()) == []


def scrape(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_prometheus_reads_the_numbers_of_the_moment(tmp_path: Path) -> None:
    health, port = Health(tmp_path), free_port()
    with serving(f"127.0.0.1:{port}", health, {"repository": "O/digits", "branch": "main"}):
        labels = '{branch="main",repository="O/digits"}'
        first = scrape(port)
        assert first[f"federity_keeper_ready{labels}"] == 0
        assert f"federity_keeper_slot{labels}" not in first
        health.ready, health.slot, health.actions = True, 77, 4
        second = scrape(port)
        assert second[f"federity_keeper_ready{labels}"] == 1
        assert second[f"federity_keeper_slot{labels}"] == 77
        assert second[f"federity_keeper_actions_total{labels}"] == 4
    with pytest.raises(OSError):
        scrape(port)


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:99999", "127.0.0.1:x", "no.such.host.invalid:1"])
def test_an_address_that_cannot_be_served_is_refused(tmp_path: Path, address: str) -> None:
    with (
        pytest.raises(ConfigError, match="cannot be served"),
        serving(address, Health(tmp_path), {}),
    ):
        pass
