"""How many samples a commit declares is somebody's word: said, remembered or asked for, never made up."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from federity.cli.output import Console
from federity.cli.refused import Refused
from federity.cli.samples import Samples, declared
from federity.config import Config
from federity.errors import ConfigError
from federity.repository.working_copy.settings import WorktreeConfig

ADDRESS = "11111111111111111111111111111111"
HERE = WorktreeConfig("embedded", "00" * 32, ADDRESS, ADDRESS, "digits", "main", True, "00" * 32, "00" * 32)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def console(answer: str | None = None) -> Console:
    """`answer` is what a person at a terminal types; None is nobody at all."""
    kind = io.StringIO if answer is None else Terminal
    return Console(out=io.StringIO(), err=kind(), stdin=kind(answer or ""))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FEDERITY_HOME", str(tmp_path))
    return tmp_path


def test_none_is_refused_where_nobody_can_be_asked() -> None:
    with pytest.raises(Refused, match="--samples N"):
        declared(None, HERE, console())


def test_what_is_said_comes_first_then_the_working_copy_then_the_settings() -> None:
    Config.read().with_setting("samples", "20").write()
    here = replace(HERE, samples=10)
    assert declared(0, here, console()) == Samples(0)
    assert declared(None, here, console()) == Samples(10, "this working copy remembers")
    (line,) = declared(None, HERE, console()).lines()
    assert line == "declares 20 training samples, as the settings say"
    assert Samples(3).lines() == []


def test_a_person_is_asked() -> None:
    assert declared(None, HERE, console("800\n")) == Samples(800)


@pytest.mark.parametrize("answer", ["\n", "", "many\n", "-1\n", "1.5\n", "99999999999\n"])
def test_an_answer_that_is_no_number_commits_nothing(answer: str) -> None:
    with pytest.raises(Refused, match="samples"):
        declared(None, HERE, console(answer))


@pytest.mark.parametrize("value", ["0", "-1", "x", "", "4294967296", "1" * 30])
def test_what_cannot_be_remembered(value: str, home: Path) -> None:
    with pytest.raises(ConfigError, match="no number of training samples"):
        Config(home).with_setting("samples", value)
