"""`blame`: shares are of what each author's commits moved, and their sum is the head."""

import numpy as np
import pytest

from e2e.team import Team, weights
from e2e.test_round import start
from federity.cli.blame import text
from federity.errors import CommitmentMismatch, NotFound
from federity.objects import encoding
from federity.repository.ledger import contributions, heads
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm

WHOLE = {"ratio": 1.0, "shift": 5}


async def history(team: Team) -> Repository:
    """Ann changes one tensor and bob both, in one round; then ann takes half of the bias back."""
    owner = await start(team, Rules(protected=True, weighting="samples"))
    for steps in (
        {"ann": {"layer.bias": 0.5}, "bob": {"layer.bias": 0.5, "layer.weight": 0.25}},
        {"ann": {"layer.bias": -0.125}},
    ):
        await owner.round_open()
        for name, step in steps.items():
            person = await team.clone(name, owner.url) if name not in people else people[name]
            people[name] = person
            model = dict(await person.tensors())
            await person.pull(model)
            moved = {key: value + np.float32(step.get(key, 0)) for key, value in model.items()}
            await person.commit(moved, f"by {name}", samples=100, **WHOLE)
            await person.push(level=0)
        await owner.merge()
    await owner.pull(weights())
    return owner


people: dict[str, Repository] = {}


async def test_shares_are_of_what_was_moved(team: Team) -> None:
    people.clear()
    owner = await history(team)
    ann, bob = team.address("ann"), team.address("bob")
    report = await owner.blame()
    by_name = {one.name: {share.author: share for share in one.shares} for one in report.tensors}
    # The round halves each; alone in the next, ann's is whole. To a step, as training is rounded.
    bias = {name: by_name["layer.bias"][who].share for name, who in (("ann", ann), ("bob", bob))}
    assert bias["ann"] == pytest.approx(0.125 / 0.375, abs=0.02)
    assert bias["bob"] == pytest.approx(0.25 / 0.375, abs=0.02)
    assert by_name["layer.weight"].keys() == {bob}
    assert by_name["layer.weight"][bob].share == by_name["layer.weight"][bob].length == 1
    assert sum(share.share for share in report.whole.shares) == pytest.approx(1)
    only = await owner.blame("HEAD", ["layer.bias"])
    assert [one.name for one in only.tensors] == ["layer.bias"]
    assert only.whole.shares == only.tensors[0].shares
    assert "100.0%" in text(report, lambda address: address[:4])
    before = await owner.blame("HEAD~2")
    assert before.whole.shares == ()
    assert "nobody changed any" in text(before, str)


async def test_terms_that_are_not_the_head_are_refused(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    people.clear()
    owner = await history(team)
    with pytest.raises(NotFound, match="no tensor 'other'"):
        await owner.blame("HEAD", ["other"])
    whole = contributions.terms

    async def short(*arguments: object) -> list[contributions.Term]:
        return (await whole(*arguments))[1:]  # type: ignore[arg-type]

    with monkeypatch.context() as patch, pytest.raises(CommitmentMismatch):
        patch.setattr(contributions, "terms", short)
        await owner.blame()


async def test_a_log_decodes_no_delta(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    people.clear()
    owner = await history(team)

    def refused(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(heads, "decode_delta", refused)
    monkeypatch.setattr(encoding, "_decode_chunk", refused)
    views = await owner.log()
    assert sorted(part.message for part in views[1].merged) == ["by ann", "by bob"]
    assert views[0].message == "by ann"
