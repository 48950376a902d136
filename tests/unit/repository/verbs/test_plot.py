"""Pictures of a history: what they say, and what is refused before anything is written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from federity.errors import ConfigError
from federity.repository.ledger.moves import Move, Share
from federity.repository.verbs import plot

ADA, BELA = "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin", "4Nd1mYkTkqM6PgJvT7hHkP3VQpXgUqJk5rVwq8dYbQ2z"
# Two thirds of the weight are Ada's in the first merge, half in the second.
HISTORY = (
    Move(1, (Share(ADA, 40_000, "update", 0.5), Share(BELA, 20_000, "update", None))),
    Move(2, (Share(ADA, 32_768, "update", 0.9), Share(BELA, 32_768, "update", 0.7))),
)


def texts(history: tuple[Move, ...] = HISTORY, title: str = "owner/digits") -> list[str]:
    """What is written in the picture."""
    svg = plot.drawing(history, title, "svg").decode()
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_it_says_what_it_shows_and_that_nothing_of_it_is_proved() -> None:
    written = texts()
    assert "owner/digits" in written
    assert "Accuracy, as declared by the authors of commits (not proved)" in written
    assert "Contribution shares: weights recorded in merges" in written
    assert {"1", "2", "accuracy", "weight", "move of the head"} <= set(written)


def test_shares_are_of_all_weight_in_all_merges() -> None:
    whole = 40_000 + 20_000 + 2 * 32_768
    assert f"{ADA[:12]}  {72_768 / whole:.1%}" in texts()
    assert f"{BELA[:12]}  {52_768 / whole:.1%}" in texts()


def test_the_line_is_the_mean_of_what_is_declared_by_weight() -> None:
    assert [plot._mean(move.shares) for move in HISTORY] == [0.5, pytest.approx(0.8)]
    assert plot._mean(()) is None
    assert "the keeper's own update" not in texts()
    server = Move(3, (Share(BELA, 65_536, "server", 0.8),))
    assert "the keeper's own update" in texts((*HISTORY, server))


def test_without_declared_accuracies_it_says_so() -> None:
    silent = (Move(1, (Share(ADA, 65_536, "update", None),)),)
    assert "no commit declares an accuracy" in texts(silent)
    assert f"{ADA[:12]}  100.0%" in texts(silent)


def test_many_contributors_are_named_by_size_and_the_rest_counted() -> None:
    crowd = tuple(Share(f"{i:02}{ADA}", 1000 + i, "update", 0.5) for i in range(20))
    written = texts((Move(1, crowd),))
    assert sum("%" in text and ADA[:10] in text for text in written) == plot.NAMED
    assert any(text.startswith("13 others  ") for text in written)


def test_text_of_strangers_is_text() -> None:
    assert "a $\\frac{1}{2}$ &lt;b&gt;" in texts(title="a $\\frac{1}{2}$ <b>")


def test_one_history_is_one_file() -> None:
    assert plot.drawing(HISTORY, "x", "svg") == plot.drawing(HISTORY, "x", "svg")
    assert plot.drawing(HISTORY, "x", "png").startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["log.pdf", "log", "log.svg.gz", "log.html"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"neither a \.svg nor a \.png"):
        plot.check(tmp_path / name)


def test_a_folder_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "log.svg").mkdir()
    with pytest.raises(ConfigError, match="is a folder"):
        plot.check(tmp_path / "log.svg")


def test_without_matplotlib_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plot, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="needs matplotlib") as refusal:
        plot.check(tmp_path / "log.svg")
    assert refusal.value.hint == "pip install 'federity[plot]'"


def test_it_is_loaded_only_when_something_is_drawn_and_opens_no_window() -> None:
    program = (
        "import sys\nfrom federity.repository.verbs import plot\n"
        "from federity.repository.ledger.moves import Move, Share\n"
        "assert 'matplotlib' not in sys.modules\n"
        "plot.drawing((Move(1, (Share('a', 1, 'update', 0.5),)),), 'x', 'png')\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
