"""What a commit says is written by somebody: given, or asked for in an editor."""

import io
import sys
from pathlib import Path

import pytest

from federity.cli.message import asked_for
from federity.cli.output import Console
from federity.cli.refused import Refused


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def console(terminal: bool) -> Console:
    kind = Terminal if terminal else io.StringIO
    return Console(out=io.StringIO(), err=kind(), stdin=kind())


def editor(tmp_path: Path, body: str) -> str:
    script = tmp_path / "editor.py"
    script.write_text(f"import sys\npath = sys.argv[1]\n{body}\n")
    return f"{sys.executable} {script}"


@pytest.mark.parametrize("given", ["", "  \n"])
def test_an_empty_message_is_refused(given: str) -> None:
    with pytest.raises(Refused, match="without a message"):
        asked_for(given, console(True))


def test_nobody_to_ask_is_told_about_m(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "true")
    with pytest.raises(Refused, match="-m TEXT"):
        asked_for(None, console(False))
    monkeypatch.delenv("EDITOR")
    monkeypatch.delenv("VISUAL", raising=False)
    with pytest.raises(Refused, match="set EDITOR"):
        asked_for(None, console(True))


def test_an_editor_is_asked_and_its_comments_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv(
        "EDITOR", editor(tmp_path, "open(path, 'a').write('one epoch\\n# not this\\nmore\\n')")
    )
    assert asked_for(None, console(True)) == "one epoch\nmore"
    monkeypatch.setenv("EDITOR", editor(tmp_path, "pass"))
    with pytest.raises(Refused, match="without a message"):
        asked_for(None, console(True))
    monkeypatch.setenv("EDITOR", editor(tmp_path, "sys.exit(1)"))
    with pytest.raises(Refused, match="gave no message"):
        asked_for(None, console(True))
    monkeypatch.setenv("EDITOR", "/no/such/editor")
    with pytest.raises(Refused, match="gave no message"):
        asked_for(None, console(True))


def test_what_is_given_is_taken() -> None:
    assert asked_for(" one epoch\n", console(False)) == "one epoch"
