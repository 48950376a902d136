"""`diff`: two commits, a commit and a file, or what training changed; by the numbers of the weights."""

import re

import numpy as np
import pytest

from e2e.team import Team, trained, weights
from federity.cli.diff import sides, text
from federity.cli.refused import Refused
from federity.errors import ChainUnavailable, ConfigError, NotFound, WorktreeError
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm


async def test_a_difference_is_that_of_the_weights(team: Team) -> None:
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    await owner.commit(trained(weights()), "first", figures={"accuracy": 0.5})
    await owner.push(level=0)
    model = await owner.tensors()
    await owner.pull(model)
    report = await owner.diff("HEAD~1", "HEAD")
    step = {name: model[name].astype(float) - weights()[name] for name in model}
    for one in report.tensors:
        assert one.l2 == pytest.approx(np.linalg.norm(step[one.name]), rel=1e-9)
        assert one.largest == pytest.approx(np.abs(step[one.name]).max(), rel=1e-9)
        assert one.changed == np.count_nonzero(step[one.name])
    assert report.whole.elements == sum(value.size for value in model.values())
    assert (report.figures_before, report.figures_after) == ({}, {"accuracy": 0.5})
    assert "accuracy (declared): none -> 0.5" in text(report, stat=True)

    # Figures that a function measures of both sides stand beside the declared ones, also in the picture.
    picture = team.root / "diff.svg"
    measured = await owner.diff(
        "HEAD~1", "HEAD", evaluate=lambda found: {"mean": float(found["layer.bias"].mean())}, plot=picture
    )
    means = [float(bias.mean()) for bias in (weights()["layer.bias"], model["layer.bias"])]
    assert ({"mean": means[0]}, {"mean": means[1]}) == (measured.measured_before, measured.measured_after)
    lines = "accuracy (declared): none -> 0.5", f"mean (measured): {means[0]:g} -> {means[1]:g}"
    drawn = re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text())
    for line in lines:
        assert all(part in text(measured, stat=True) for part in line.split(": "))
        assert line.replace(">", "&gt;") in drawn
    assert {"layer.weight", "layer.bias"} <= set(drawn)
    with pytest.raises(ConfigError, match="numbers by name"):
        await owner.diff("HEAD~1", "HEAD", evaluate=lambda _: {"mean": "much"})  # type: ignore[dict-item]
    with pytest.raises(ConfigError, match=r"neither a \.svg nor"):
        await owner.diff("HEAD~1", "nothing", plot=team.root / "diff.pdf")
    same = await owner.diff("HEAD", "HEAD")
    assert not same.differs
    assert "are the same weights" in text(same, stat=False)

    # What training changed needs no chain, and HEAD counts what was committed here.
    alone = Repository.open(None, team.path("owner"))
    model["layer.bias"] += 1
    changed = await owner.diff(model=model)
    assert [(one.name, one.changed) for one in changed.tensors] == [("layer.bias", 8)]
    assert changed.same == 1
    local = await owner.commit(model, "second")
    assert (await owner.diff("HEAD^", "HEAD")).after == local.id
    assert (await alone.diff(local.id[:8], "HEAD")).differs is False
    assert (await owner.diff("HEAD~2", "HEAD~1")).whole.l2 == report.whole.l2


async def test_what_cannot_be_compared_is_refused_by_name(team: Team) -> None:
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    with pytest.raises(NotFound, match="abcdef12"):
        await owner.diff("HEAD", "abcdef12")
    with pytest.raises(NotFound, match="before the genesis"):
        await owner.diff("HEAD~1", "HEAD")
    with pytest.raises(NotFound, match=r"no .*model\.safetensors to compare"):
        await owner.diff("HEAD")
    with pytest.raises(ChainUnavailable, match="nothing of its history"):
        await Repository.open(None, team.path("owner")).diff("main", "HEAD")
    (team.path("owner") / ".federity" / "weights").unlink()
    with pytest.raises(WorktreeError, match="not known which commit"):
        await owner.diff(model=weights())


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ([], (None, None)),
        (["HEAD"], ("HEAD", None)),
        (["a", "b"], ("a", "b")),
        (["a..b"], ("a", "b")),
        (["a.."], ("a", "HEAD")),
        (["..b"], ("HEAD", "b")),
    ],
)
def test_two_sides_are_named_as_in_git(words: list[str], meant: tuple[str | None, str | None]) -> None:
    assert sides(words) == meant


@pytest.mark.parametrize("words", [["a", "b", "c"], ["a...b"]])
def test_other_words_are_refused(words: list[str]) -> None:
    with pytest.raises(Refused):
        sides(words)
