"""Pictures of differences: what they say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from federity.objects.difference import DECADES
from federity.repository.reports.diff_reports import DiffReport, TensorDiff
from federity.repository.verbs import diff_plot

COUNTS = tuple(range(DECADES[1] - DECADES[0] + 1))


def tensor(name: str, l2: float, changed: int = 1) -> TensorDiff:
    return TensorDiff(name, 8, changed, 0, l2, l2, 1.0, COUNTS)


REPORT = DiffReport(
    before="a" * 44,
    after="model.safetensors",
    tensors=(tensor("small", 0.5), tensor("large <0>", 2.0, 4)),
    whole=tensor("all", 2.1),
    same=0,
    figures_before={"loss": 0.5},
    measured_after={"accuracy": 0.75},
)


def texts(report: DiffReport) -> list[str]:
    svg = diff_plot.drawing(report, "svg").decode()
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_it_names_sides_tensors_magnitudes_and_figures() -> None:
    written = texts(REPORT)
    assert f"{'a' * 12} -&gt; model.safetensors" in written
    assert written.index("large &lt;0&gt;") < written.index("small")
    assert {"  12.5%".strip(), "50.0%"} <= {text.strip() for text in written}
    assert {"&lt; 1e-8", "1e-8", "1e1"} <= set(written)
    assert "loss (declared): 0.5 -&gt; none" in written
    assert "accuracy (measured): none -&gt; 0.75" in written


def test_one_difference_is_one_file() -> None:
    assert diff_plot.drawing(REPORT, "svg") == diff_plot.drawing(REPORT, "svg")
    assert diff_plot.drawing(REPORT, "png").startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize("count", [0, 200])
def test_of_none_it_says_so_and_of_many_it_shows_those_that_changed_most(count: int) -> None:
    written = texts(replace(REPORT, tensors=tuple(tensor(f"t{n}", n) for n in range(count))))
    if not count:
        assert "no tensor changed" in written
        return
    assert any(f"the {diff_plot.SHOWN} that changed most of 200" in text for text in written)
    assert "t199" in written
    assert "t0" not in written
