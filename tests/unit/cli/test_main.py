"""How a command ends: its result, its exit code, and never a traceback."""

import json
from pathlib import Path

import pytest

from federity import errors
from federity.cli import status
from federity.cli.invocation import Invocation
from federity.cli.main import main
from federity.cli.output import Result
from federity.failures import INTERRUPTED


def ending(monkeypatch: pytest.MonkeyPatch, outcome: Result | BaseException) -> None:
    """Let `federity status` end with `outcome`."""

    async def run(_: Invocation) -> Result:
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr(status, "run", run)


def test_a_result_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ending(monkeypatch, Result({"a": 1}, "words", exit_code=40))
    assert main(["status"]) == 40
    assert capsys.readouterr() == ("words\n", "")


def test_json_comes_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ending(monkeypatch, Result({"a": 1}, "words"))
    assert main(["--json", "status"]) == 0
    out, err = capsys.readouterr()
    assert (json.loads(out), err) == ({"a": 1}, "")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.StaleHead("The branch has moved on."), 52),
        (errors.program_error(6410, "UnitAlreadyProved", "The unit was proved already."), 70),
        (ExceptionGroup("g", [errors.BlobMissing("Gone.")]), 31),
        (RuntimeError("a bug"), 1),
        (MemoryError(), 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_an_error_is_a_line_and_a_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    monkeypatch.delenv("FEDERITY_DEBUG", raising=False)
    ending(monkeypatch, error)
    assert main(["status", "--json"]) == code
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["exit_code"] == code
    assert err.startswith("federity: ")
    assert err.count("\n") == 1


def test_tracebacks_only_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FEDERITY_DEBUG", "1")
    ending(monkeypatch, errors.NotFound("There is no such thing."))
    assert main(["status"]) == 50
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ending(monkeypatch, KeyboardInterrupt())
    assert main(["status"]) == INTERRUPTED == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["-C", str(tmp_path / "nowhere"), "status"]) == 2
    assert capsys.readouterr().err == (
        f"federity: the command cannot run in {tmp_path / 'nowhere'}: no such file or directory.\n"
    )


def test_a_command_runs_in_the_folder_it_is_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir("/")

    def run(_: Invocation) -> Result:
        return Result({}, str(Path.cwd()))

    monkeypatch.setattr(status, "run", run)
    assert main(["-C", str(tmp_path), "status"]) == 0
    assert capsys.readouterr().out == f"{tmp_path}\n"
