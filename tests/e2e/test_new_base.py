"""A branch with a new base: other layers, an ancestor, and a working copy that goes back and forth."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from e2e.team import Team, Tensors, trained, weights
from federity._generated import instructions as program
from federity._generated import types
from federity.chain import pda
from federity.errors import (
    BadBlob,
    BlobMissing,
    ConfigError,
    ManifestMismatch,
    NonFiniteWeights,
    NotAMember,
    NotFound,
    NothingToDo,
    WorktreeError,
)
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository
from federity.repository.steps.transactions import Step, send
from support.people import MODEL, start

pytestmark = pytest.mark.svm


def wider(model: Tensors) -> Tensors:
    """The model with a layer more and one of another shape."""
    bias = model["layer.bias"]
    return {
        "layer.weight": model["layer.weight"],
        "layer.bias": np.concatenate([bias, bias]),
        "more.weight": np.full((8, 8), 0.25, np.float32),
    }


def grown(model: Tensors) -> Tensors:
    """The model with a layer more."""
    return {**model, "more.weight": np.full((8, 8), 0.25, np.float32)}


def nudged(model: Tensors) -> Tensors:
    """The model after a step of training."""
    return {name: value + np.float32(0.01) for name, value in model.items()}


def same(left: Tensors, right: Tensors) -> bool:
    return left.keys() == right.keys() and all(
        left[name].tobytes() == np.asarray(right[name]).tobytes() for name in left
    )


def file_of(repository: Repository) -> Tensors:
    found: Tensors = load_file(repository.path / MODEL)
    return found


async def two_moves(team: Team) -> Repository:
    """A repository whose main branch has moved once, its head in the owner's file."""
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    await owner.commit(trained(weights()), "first")
    await owner.push(level=0)
    await owner.pull()
    return owner


async def test_it_says_what_carries_over(team: Team) -> None:
    owner = await two_moves(team)
    head = await owner.tensors()
    before = await owner.branches()
    price = await owner.branch_create("wider", model=wider(head), dry_run=True)
    assert [view.name for view in await owner.branches()] == ["main"]
    report = (await owner.branch_create("wider", model=wider(head))).to_json()
    assert report["cost"]["lamports"] == price.cost.lamports
    assert report["ancestor"] == before[0].head
    assert (report["carried"], report["reshaped"]) == (["layer.weight"], ["layer.bias"])
    assert (report["added"], report["dropped"], report["changed"]) == (["more.weight"], [], [])
    other = {"layer.weight": head["layer.weight"] + 1}
    report = (await owner.branch_create("less", model=other, at="HEAD~1")).to_json()
    assert (report["changed"], report["dropped"]) == (["layer.weight"], ["layer.bias"])
    bases = {view.name: view.base for view in await owner.branches()}
    assert len(set(bases.values())) == 3
    rules = {(view.norm_bound, view.protected, view.max_staleness) for view in await owner.branches()}
    assert len(rules) == 1


async def test_work_goes_on_on_the_new_base_and_history_crosses_to_the_old(team: Team) -> None:
    owner = await two_moves(team)
    head = await owner.tensors()
    base = grown(head)
    await owner.branch_create("wider", model=base)
    other = await Repository.clone(await team.session("alice"), owner.url, team.path("alice"), branch="wider")
    assert same(file_of(other), base)
    await owner.member_add(team.address("alice"))
    save_file(nudged(base), other.path / MODEL)
    await other.commit(message="on the wider one", samples=7)
    await other.push(level=0)

    log = await other.log()
    assert [view.kind for view in log] == ["merge", "genesis", "merge", "genesis"]
    assert [view.message for view in log[::2]] == ["on the wider one", "first"]
    main = (await owner.branches())[0].head
    assert log[1].message == f"new base, from {main[:12]}"
    assert (log[1].parent, log[2].address) == (main, main)
    assert (await other.show("HEAD~2")).message == "first"
    with pytest.raises(NotFound, match="before the genesis"):
        await other.show("HEAD~4")
    assert same(await other.tensors("HEAD~2"), head)
    assert same(await other.tensors("HEAD~3"), weights())
    assert same(await owner.tensors("wider"), await other.tensors())

    verified = await other.verify()
    assert verified.ok and verified.complete
    assert [commit.kind for commit in verified.commits] == ["update", "merge", "genesis"]
    (found,) = [check for check in verified.commits[-1].checks if check.name == "ancestor"]
    assert "2 of 3 tensors carry over to the bit, 1 new" in found.detail
    assert any("its ancestor's" in gap for gap in verified.not_proved)
    assert not any("its ancestor's" in gap for gap in (await owner.verify(main)).not_proved)
    assert (await other.verify(main)).ok

    await owner.export("wider", team.root / "exported")
    assert same(load_file(team.root / "exported" / MODEL), await other.tensors())
    card = (team.root / "exported" / "README.md").read_text()
    assert "new base, from" in card and "first" in card


async def test_one_working_copy_goes_back_and_forth(team: Team) -> None:
    owner = await two_moves(team)
    head, base = await owner.tensors(), grown(await owner.tensors())
    await owner.branch_create("wider", model=base)
    save_file(nudged(head), owner.path / MODEL)
    kept = await owner.commit(message="waits on main")
    at_main = file_of(owner)

    await owner.checkout("wider")
    assert same(file_of(owner), base)
    status = await owner.status()
    assert (status.branch, status.commits, status.modified) == ("wider", (), False)
    save_file(nudged(base), owner.path / MODEL)
    await owner.commit(message="on wider")
    await owner.push(level=0)

    await owner.checkout("main")
    status = await owner.status()
    assert [commit.id for commit in status.commits] == [kept.id]
    assert all(np.abs(file_of(owner)[name] - at_main[name]).max() < 5e-3 for name in at_main)
    await owner.push(level=0)
    assert [view.message for view in await owner.log(limit=2)] == ["waits on main", "first"]
    await owner.checkout("HEAD~1", force=True)
    assert same(file_of(owner), head)
    await owner.checkout("wider", force=True)
    assert [view.message for view in await owner.log(limit=1)] == ["on wider"]


async def test_training_in_the_folder_is_not_lost_by_going_to_another_base(team: Team) -> None:
    owner = await two_moves(team)
    base = grown(await owner.tensors())
    await owner.branch_create("wider", model=base)
    save_file(nudged(file_of(owner)), owner.path / MODEL)
    training = file_of(owner)
    with pytest.raises(WorktreeError, match="not committed"):
        await owner.checkout("wider")
    assert same(file_of(owner), training)
    assert (await owner.status()).branch == "main"
    await owner.checkout("wider", force=True)
    assert same(file_of(owner), base)


async def test_a_file_that_holds_the_new_base_needs_no_force(team: Team) -> None:
    owner = await two_moves(team)
    save_file(grown(file_of(owner)), owner.path / MODEL)
    with pytest.raises(ManifestMismatch) as refused:
        await owner.commit()
    assert refused.value.hint is not None and "federity branch create NAME --model FILE" in refused.value.hint
    await owner.branch_create("wider", model=owner.path / MODEL)
    await owner.checkout("wider")
    assert (await owner.status()).modified is False


async def test_a_base_that_cannot_be_had_leaves_the_working_copy_as_it_was(team: Team) -> None:
    owner = await two_moves(team)
    other = await team.clone("alice", owner.url)
    await owner.branch_create("wider", model=grown(await owner.tensors()))
    base = next(view.base for view in await owner.branches() if view.name == "wider")
    blob = team.blob(base)
    blob.rename(team.root / "hidden")
    held, status = file_of(other), await other.status()
    with pytest.raises(BlobMissing):
        await other.checkout("wider")
    assert same(file_of(other), held)
    assert await other.status() == status
    (team.root / "hidden").rename(blob)
    await other.checkout("wider")
    assert (await other.status()).branch == "wider"


async def test_a_switch_that_is_killed_half_way_is_finished_by_a_pull(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await two_moves(team)
    base = grown(await owner.tensors())
    await owner.branch_create("wider", model=base)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("federity.repository.working_copy.worktree.Worktree.set_head", killed)
        with pytest.raises(KeyboardInterrupt):
            await owner.checkout("wider")
    again = Repository.open(await team.session("owner"), owner.path)
    with pytest.raises((WorktreeError, ManifestMismatch)):
        await again.commit(nudged(base))
    await again.pull()
    assert same(file_of(again), base)
    assert (await again.status()).branch == "wider"


async def test_what_stands_on_two_bases_does_not_mix(team: Team) -> None:
    owner = await two_moves(team)
    head, base = await owner.tensors(), grown(await owner.tensors())
    await owner.branch_create("wider", model=base)
    await owner.branch_protect("main", Rules(protected=True))
    await owner.round_open()
    save_file(nudged(head), owner.path / MODEL)
    await owner.commit(message="proposed on main")
    proposal = (await owner.push(level=0)).commits[0].address
    await owner.checkout("wider")
    with pytest.raises(NothingToDo):
        await owner.push(level=0)
    for reference in ("HEAD~1", proposal):
        with pytest.raises(WorktreeError, match="another base") as refused:
            await owner.checkout(reference)
        assert refused.value.hint is not None and "federity checkout BRANCH" in refused.value.hint
    assert same(file_of(owner), base)
    with pytest.raises(ManifestMismatch):
        await owner.commit(nudged(head))
    with pytest.raises(ManifestMismatch):
        await owner.checkout("main", dict(base))
    assert (await owner.status()).branch == "wider"
    assert (await owner.show(proposal)).message == "proposed on main"


async def test_a_base_that_is_not_the_lineages_is_refused(team: Team) -> None:
    """A creator who names another manifest than the blob's cannot make anybody read the wrong one."""
    owner = await two_moves(team)
    workspace = owner.workspace
    base = workspace.worktree.config().base
    branch = pda.branch(workspace.repository, "lie")
    call = program.genesis_create(
        payer=workspace.session.payer.pubkey,
        authority=workspace.session.wallet.pubkey,
        member=pda.member(workspace.repository, workspace.session.wallet.pubkey),
        repository=workspace.repository,
        ancestor=(await workspace.branch_state()).head,
        branch=branch,
        commit=pda.genesis(branch),
        name=pda.padded_name("lie"),
        manifest_hash=b"\x07" * 32,
        base_hash=bytes.fromhex(base),
        location=types.BlobLocation(tag=1, id=bytes.fromhex(base)),
        chunks=1,
        rules=Rules().arguments(),
    )
    await send(workspace.session, [Step(call)])
    with pytest.raises(WorktreeError, match="another base"):
        await owner.checkout("lie")
    assert (await owner.status()).branch == "main"
    with pytest.raises(BadBlob, match="lineage"):
        await Repository.clone(await team.session("carol"), owner.url, team.path("carol"), branch="lie")


async def test_refusals_cost_nothing_and_leave_nothing(team: Team) -> None:
    owner = await two_moves(team)
    model = grown(await owner.tensors())
    await owner.branch_protect("main", Rules(protected=True))
    await owner.round_open()
    save_file(nudged(file_of(owner)), owner.path / MODEL)
    await owner.commit(message="proposed")
    proposal = (await owner.push(level=0)).commits[0].address
    reader = await team.clone("reader", owner.url)
    money = await team.chain.balance(team.wallets["owner"].pubkey)
    with pytest.raises(NotAMember):
        await reader.branch_create("wider", model=model)
    with pytest.raises(ConfigError, match="already"):
        await owner.branch_create("main", model=model)
    with pytest.raises(ConfigError, match="proposal"):
        await owner.branch_create("wider", model=model, at=proposal)
    with pytest.raises(NonFiniteWeights):
        nothing = {**model, "more.weight": np.full((2,), np.nan, np.float32)}
        await owner.branch_create("wider", model=nothing, at="main")
    assert [view.name for view in await owner.branches()] == ["main"]
    assert await team.chain.balance(team.wallets["owner"].pubkey) == money


async def test_the_same_layers_are_a_base_too(team: Team) -> None:
    """What to do when a bound is exhausted: the head's weights, and a bound that starts from zero."""
    owner = await two_moves(team)
    head = await owner.tensors()
    report = (await owner.branch_create("again", model=head)).to_json()
    assert len(report["carried"]) == len(head)
    await owner.checkout("again")
    assert same(file_of(owner), head)
    branch = await owner.workspace.branch_state()
    assert (branch.bound, branch.head_seq) == (0, 0)
    save_file(nudged(head), owner.path / MODEL)
    await owner.commit(message="goes on")
    await owner.push(level=0)
    assert [view.kind for view in await owner.log()] == ["merge", "genesis", "merge", "genesis"]


def test_the_commands(tmp_path: Path) -> None:
    owner = start(tmp_path)
    owner.train()
    owner.do("commit", "-m", "first")
    owner.do("push", "--yes", "--level", "0")
    owner.do("pull", "--force")
    file = tmp_path / "wider.safetensors"
    save_file(grown(load_file(owner.here / MODEL)), file)
    refused = owner.refused(ManifestMismatch, "commit", "-m", "wider", str(file))
    assert "federity branch create NAME --model FILE" in refused
    said = owner.do("branch", "create", "wider", "--model", str(file), "--yes")
    assert "more.weight" in said and "same bits" in said and "federity checkout wider" in said
    owner.do("checkout", "wider")
    assert "wider" in owner.do("status")
    assert "new base, from" in owner.do("log")
    assert same(load_file(owner.here / MODEL), load_file(file))
    listed = json.loads(owner.do("branch", "list", "--json"))
    assert [(view["name"], view["current"]) for view in listed] == [("main", False), ("wider", True)]
    owner.do("checkout", "main")
    owner.do("verify")
