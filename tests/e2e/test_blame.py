"""`blame`: shares are of what each author's commits moved, and their sum is the head."""

import numpy as np
import pytest
from safetensors.numpy import load_file
from solders.pubkey import Pubkey

from e2e.team import Team, weights
from e2e.test_round import start
from federity.cli.blame import text
from federity.cli.log import without_text
from federity.errors import CommitmentMismatch, NotFound, NothingToDo, WorktreeError
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


async def test_a_head_without_somebody_is_what_the_others_moved(team: Team) -> None:
    people.clear()
    owner = await history(team)
    ann, bob = team.address("ann"), team.address("bob")
    file = team.root / "left.safetensors"
    report = await owner.without(ann, file=file)
    assert (report.commits, report.author, report.file) == (2, ann, str(file))
    genesis, left = await owner.tensors("HEAD~2"), load_file(file)
    # Bob moved both by half of what he sent; of ann nothing is left.
    assert abs(left["layer.bias"] - genesis["layer.bias"] - 0.25).max() < 0.01
    assert abs(left["layer.weight"] - genesis["layer.weight"] - 0.125).max() < 0.01
    # Less the one and less the other, it is the base to the bit: the parts sum to the head.
    address = Pubkey.from_string((await owner.show("HEAD")).address)
    found = await contributions.terms(owner.workspace, address, heads.Fetch())
    whole = await heads.accumulator(owner.workspace, address, heads.Fetch())
    total = sum(np.array(term.delta.values[:]).astype(np.int64) * term.factor for term in found)
    assert (total == whole.values[:]).all()
    assert {term.author for term in found} == {ann, bob}
    said = without_text(report, lambda at: at[:4])
    assert "2 commits by" in said
    assert "not unlearning" in said
    with pytest.raises(WorktreeError, match="there already"):
        await owner.without(ann, file=file)
    with pytest.raises(NothingToDo, match="is of"):
        await owner.without(team.address("owner"))


async def test_a_log_decodes_no_delta(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    people.clear()
    owner = await history(team)

    def refused(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(encoding, "decode_delta", refused)
    monkeypatch.setattr(encoding, "_decode_chunk", refused)
    views = await owner.log()
    assert sorted(part.message for part in views[1].merged) == ["by ann", "by bob"]
    assert views[0].message == "by ann"
