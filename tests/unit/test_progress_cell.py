"""Progress in a notebook: one place of the cell's output, written over, empty in the end."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from federity.progress import listening, shown, tell
from federity.progress_cell import cell


class Notebook:
    """As much of IPython as a cell's output needs: `shown` is all that was ever in each place."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kernel: object) -> None:
        self.shown: list[list[str]] = []
        package: Any = ModuleType("IPython")
        package.get_ipython = lambda: None if kernel is None else SimpleNamespace(kernel=kernel)
        package.display = display = ModuleType("IPython.display")
        display.display = self.display  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "IPython", package)
        monkeypatch.setitem(sys.modules, "IPython.display", display)

    def display(self, data: dict[str, str], *, raw: bool, display_id: bool) -> Any:
        assert raw and display_id
        place = [data["text/plain"]]
        self.shown.append(place)
        return SimpleNamespace(update=lambda data, raw: place.append(data["text/plain"]))


async def test_a_verb_draws_in_one_place_and_wipes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = Notebook(monkeypatch, kernel=object())
    with listening(shown):
        tell("proving", 1, 4, "units")
        tell("proving", 4, 4, "units")
    (place,) = notebook.shown
    assert place[0].startswith("proving [######------------------]  25%")
    assert "100%" in place[1]
    assert "\r" not in "".join(place)
    assert place[-1] == ""


async def test_a_verb_that_tells_nothing_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = Notebook(monkeypatch, kernel=object())
    with listening(shown):
        pass
    assert notebook.shown == []


def test_an_interactive_shell_and_a_script_are_no_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    Notebook(monkeypatch, kernel=None)
    assert cell() is None
    monkeypatch.delitem(sys.modules, "IPython")
    assert cell() is None
