"""A commit is what training changed since the weights were loaded, wherever those were from: by value."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from e2e.team import Team, Tensors, trained, weights
from federity.errors import NothingToDo, WorktreeError
from federity.files import listed, remove
from federity.repository.reports import LocalCommit
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository
from federity.repository.working_copy.local_commits import LocalCommits
from support.people import MODEL

pytestmark = pytest.mark.svm

# A change that 8 bits hold exactly, and enough room for all of it.
STEP = 0.125
WHOLE = {"ratio": 1.0, "shift": 5}


async def start(team: Team, rules: Rules | None = None) -> Repository:
    """A repository whose weights are a file in the owner's folder, with one move of the weight matrix."""
    session = await team.session("owner")
    team.path("owner").mkdir()
    save_file(weights(), team.path("owner") / MODEL)
    owner = await Repository.create(session, team.path("owner"), name="digits", insecure=True)
    write(owner, moved(read(owner), "layer.weight"))
    await owner.commit(message="first", **WHOLE)
    await owner.push(level=0)
    await owner.pull()
    if rules is not None:
        await owner.branch_protect("main", rules)
    return owner


def read(repository: Repository, name: str = MODEL) -> Tensors:
    found: Tensors = load_file(repository.path / name)
    return found


def write(repository: Repository, tensors: Tensors, name: str = MODEL) -> None:
    save_file(tensors, repository.path / name)


def moved(tensors: Tensors, *names: str, by: float = STEP) -> Tensors:
    """The tensors after a training that changed all values of some of them."""
    return {name: value + np.float32(by * (name in names)) for name, value in tensors.items()}


def same(left: Tensors, right: Tensors) -> bool:
    return left.keys() == right.keys() and all(left[name].tobytes() == right[name].tobytes() for name in left)


async def change(repository: Repository, commit: LocalCommit) -> dict[str, np.ndarray]:
    """What a commit holds, in weights, by tensor."""
    workspace = repository.workspace
    delta = await workspace.local_delta(commit)
    return {
        spec.name: np.ldexp(
            np.float64(delta.values[spec.offset : spec.offset + spec.size]), spec.exponent - 7 - delta.shift
        )
        for spec in workspace.manifest.tensors
    }


async def is_only(repository: Repository, commit: LocalCommit, name: str, by: float = STEP) -> bool:
    """Whether a commit changes all values of one tensor by just so much, and no other."""
    held = await change(repository, commit)
    return all(bool((held[other] == (by if other == name else 0)).all()) for other in held)


async def head(repository: Repository) -> np.ndarray:
    """The integers of the head."""
    workspace = repository.workspace
    return np.array((await workspace.head_accumulator(workspace.worktree.head())).values)


async def test_training_of_an_older_commit_goes_on_the_head_alone(team: Team) -> None:
    owner = await start(team)
    there = (await owner.status()).head
    before = await head(owner)
    report = await owner.checkout("HEAD~1")
    assert not report.at_head
    status = await owner.status()
    assert (status.weights.place, status.weights.commit, status.weights.seq) == (
        "elsewhere",
        report.commit,
        0,
    )
    assert (status.head, status.modified) == (there, False)
    with pytest.raises(NothingToDo, match="has not changed"):
        await Repository.open(None, owner.path).commit()

    write(owner, moved(read(owner), "layer.bias"))
    # Without a chain: what the weights were is known here.
    made = await Repository.open(None, owner.path).commit(message="stale", **WHOLE)
    assert await is_only(owner, made, "layer.bias")
    assert (made.trained_from, made.parent, made.stale) == (report.commit, there, True)
    await owner.push(level=0)
    difference = await head(owner) - before
    assert (difference[: 8 * 1] != 0).all() and not difference[8:].any()
    assert (await owner.status()).weights.place == "elsewhere"

    # The same weights trained on: neither the commit is sent again nor taken back.
    write(owner, moved(read(owner), "layer.bias", by=2 * STEP))
    again = await owner.commit(message="stale again", **WHOLE)
    assert await is_only(owner, again, "layer.bias", 2 * STEP)


async def test_neither_a_proposal_nor_ones_own_commits_are_copied_or_taken_back(team: Team) -> None:
    owner = await start(team, Rules(protected=True, weighting="samples", approvals=1))
    await team.session("friend")
    await owner.member_add(team.address("friend"), "contributor")
    await owner.round_open()
    friend = await team.clone("friend", owner.url)
    await friend.commit(moved(read(friend), "layer.bias", by=2 * STEP), "proposed", **WHOLE)
    proposal = (await friend.push(level=0)).commits[0].address
    write(owner, moved(read(owner), "layer.weight", by=-STEP))
    own = await owner.commit(message="pending", **WHOLE)

    model = weights(5)
    await owner.checkout(proposal, model)
    assert same(model, moved(read(friend), "layer.bias", by=2 * STEP))
    assert (await owner.status(model)).weights.commit == proposal
    model["layer.bias"] += np.float32(STEP)
    made = await owner.commit(model, "of the proposal", **WHOLE)
    assert await is_only(owner, made, "layer.bias")
    assert (made.trained_from, made.stale) == (proposal, True)
    assert [commit.id for commit in (await owner.status()).commits] == [own.id, made.id]
    # The head without one's own commit is not the weights of one's own stack either.
    await owner.checkout("HEAD~2", model)
    model["layer.bias"] -= np.float32(STEP)
    bare = await owner.commit(model, "of the bare head", **WHOLE)
    assert await is_only(owner, bare, "layer.bias", -STEP)
    assert bare.stale and bare.trained_from == bare.parent


async def test_each_model_in_hand_has_weights_of_its_own(team: Team) -> None:
    owner = await start(team)
    model, candidate = weights(1), weights(2)
    await owner.pull(model)
    await owner.checkout("HEAD~1", candidate)
    await owner.checkout("HEAD~1", owner.path / "old.safetensors")
    model["layer.bias"] += np.float32(STEP)
    made = await owner.commit(model, "of the head, though others were loaded since", **WHOLE)
    assert await is_only(owner, made, "layer.bias") and not made.stale
    await owner.discard()
    write(owner, moved(read(owner), "layer.bias", by=2 * STEP))
    made = await owner.commit(message="the folder's own", **WHOLE)
    assert await is_only(owner, made, "layer.bias", 2 * STEP) and not made.stale
    await owner.discard()
    write(owner, moved(read(owner, "old.safetensors"), "layer.bias"), "old.safetensors")
    made = await owner.commit(owner.path / "old.safetensors", "of the old one", **WHOLE)
    assert await is_only(owner, made, "layer.bias") and made.stale
    # A file that nothing was loaded into is taken for trained from what was loaded last.
    write(owner, moved(read(owner, "old.safetensors"), "layer.bias"), "epoch-2.safetensors")
    made = await owner.commit(owner.path / "epoch-2.safetensors", "and on", **WHOLE)
    assert await is_only(owner, made, "layer.bias") and made.stale


async def test_a_commit_of_another_branch_is_no_difference_to_this_one(team: Team) -> None:
    owner = await start(team)
    await owner.branch_create("side", at="HEAD~1")
    await owner.checkout("side")
    assert (await owner.status()).weights.place == "head"
    write(owner, moved(read(owner), "layer.bias", by=2 * STEP))
    await owner.commit(message="on the side", **WHOLE)
    await owner.push(level=0)
    side = (await owner.status()).head
    await owner.checkout("main")
    await owner.checkout(side)
    write(owner, moved(read(owner), "layer.bias"))
    made = await owner.commit(message="on main", **WHOLE)
    assert made.branch == "main" and made.trained_from == side
    assert await is_only(owner, made, "layer.bias")


async def test_replace_makes_the_head_these_weights(team: Team) -> None:
    owner = await start(team)
    other = await team.clone("other", owner.url)
    there = (await owner.status()).head
    await owner.checkout("HEAD~1")
    made = await owner.commit(message="back to the start", replace=True, **WHOLE)
    assert await is_only(owner, made, "layer.weight", -STEP)
    assert made.replaces and not made.stale and made.parent == there
    assert (await owner.status()).weights.place == "head"
    # Taken back, the weights are again what was loaded.
    await owner.discard()
    assert (await owner.status()).weights.place == "elsewhere"
    with pytest.raises(NothingToDo):
        await owner.commit()
    await owner.commit(message="back to the start", replace=True, **WHOLE)
    await owner.push(level=0)
    assert not (await head(owner)).any()
    await other.pull()
    assert same(read(other), weights())


async def test_weights_of_nobody_knows_what_are_not_guessed_about(team: Team) -> None:
    owner = await start(team)
    there = await head(owner)
    (owner.path / ".federity" / "weights").unlink()
    write(owner, moved(read(owner), "layer.bias"))
    assert (await owner.status()).weights.place == "unknown"
    with pytest.raises(WorktreeError, match="not known") as refused:
        await owner.commit()
    assert refused.value.hint is not None and "--replace" in refused.value.hint
    with pytest.raises(WorktreeError, match="not committed"):
        await owner.pull()
    made = await owner.commit(replace=True, **WHOLE)
    assert await is_only(owner, made, "layer.bias")
    await owner.discard()
    assert (await owner.status()).weights.place == "unknown"
    assert (await head(owner) == there).all()


async def test_a_discarded_change_is_uncommitted_again_and_is_not_lost_by_a_pull(team: Team) -> None:
    owner = await start(team)
    write(owner, moved(read(owner), "layer.bias"))
    await owner.commit(**WHOLE)
    await owner.discard()
    assert (await owner.status()).modified
    with pytest.raises(WorktreeError, match="not committed"):
        await owner.pull()
    made = await owner.commit(**WHOLE)
    assert await is_only(owner, made, "layer.bias")
    # Loaded with the weights, a commit is not training of them: discarded, it is gone.
    await owner.pull()
    await owner.discard()
    assert (await owner.status()).weights.place == "elsewhere"
    write(owner, moved(read(owner), "layer.weight"))
    made = await owner.commit(**WHOLE)
    assert await is_only(owner, made, "layer.weight") and made.stale


async def test_what_weights_were_loaded_from_outlives_the_heads_that_come(team: Team) -> None:
    owner = await start(team)
    await owner.checkout("HEAD")
    first = read(owner)
    model = weights(3)
    await owner.pull(model)
    for number in range(6):
        model["layer.weight"] += np.float32(STEP * (-1) ** number)
        await owner.commit(model, f"move {number}", **WHOLE)
        await owner.push(level=0)
    write(owner, moved(first, "layer.bias"))
    made = await Repository.open(None, owner.path).commit(**WHOLE)
    assert await is_only(owner, made, "layer.bias") and made.stale
    await owner.discard()

    # Where the copy is damaged all the same, the named remedy brings it back.
    (entry,) = [
        entry.loaded
        for entry in owner.workspace.worktree.in_hand._entries()
        if entry.loaded and entry.model == f"file:{MODEL}"
    ]
    blob = next((owner.path / ".federity" / "objects").rglob(entry.accumulator[2:]))
    blob.write_bytes(b"damaged")
    with pytest.raises(WorktreeError, match="gone or damaged") as refused:
        await owner.commit(**WHOLE)
    assert (
        refused.value.hint is not None and f"federity checkout {entry.commit} --model" in refused.value.hint
    )
    await owner.checkout(entry.commit, owner.path / "new.safetensors")
    made = await owner.commit(**WHOLE)
    assert await is_only(owner, made, "layer.bias")


class Cut(Exception):
    """The power goes."""


@pytest.mark.parametrize("written", [False, True])
async def test_a_commit_or_discard_killed_anywhere_is_there_once_or_not_at_all(
    team: Team, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    owner = await start(team)
    write(owner, moved(read(owner), "layer.bias"))

    def cut(verb: object) -> object:
        def cut_at(*arguments: object) -> None:
            if written:
                verb(*arguments)  # type: ignore[operator]
            raise Cut

        return cut_at

    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr(LocalCommits, "add", cut(LocalCommits.add))
        await owner.commit(**WHOLE)
    owner = Repository.open(await team.session("owner"), owner.path)
    assert len((await owner.status()).commits) == int(written)
    assert (await owner.status()).modified is not written
    write(owner, moved(read(owner), "layer.weight"))
    made = await owner.commit(**WHOLE)
    held = await change(owner, made)
    assert (held["layer.weight"] == STEP).all()
    assert (held["layer.bias"] == (0 if written else STEP)).all()

    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr(LocalCommits, "remove", cut(LocalCommits.remove))
        await owner.discard()
    owner = Repository.open(await team.session("owner"), owner.path)
    write(owner, moved(read(owner), "layer.weight"))
    held = await change(owner, await owner.commit(**WHOLE))
    assert (held["layer.weight"] == (2 * STEP if written else STEP)).all()


async def test_a_load_that_was_interrupted_goes_on_and_spares_training_that_came_after(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await start(team)
    from federity.frameworks.safetensors import SafetensorsAdapter

    def cut(*_: object) -> None:
        raise Cut

    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr(SafetensorsAdapter, "replace", cut)
        await owner.checkout("HEAD~1")
    assert (await owner.status()).weights.place == "interrupted"
    with pytest.raises(WorktreeError, match="interrupted"):
        await owner.commit()
    held = read(owner)
    write(owner, moved(held, "layer.bias"))
    with pytest.raises(WorktreeError, match="not committed"):
        await owner.checkout("HEAD~1")
    write(owner, held)
    await owner.checkout("HEAD~1")
    assert same(read(owner), weights())


async def test_force_replaces_whatever_is_there(team: Team, tmp_path: Path) -> None:
    owner = await start(team)
    file, true = owner.path / MODEL, read(owner)
    for wrong in ({"fc.weight": np.zeros(3, np.float32)}, None):
        for load in (owner.pull, lambda **named: owner.checkout("HEAD", **named)):
            file.write_bytes(b"not weights at all")
            if wrong is not None:
                save_file(wrong, file)
            held = file.read_bytes()
            with pytest.raises(WorktreeError, match="holds"):
                await load()
            assert file.read_bytes() == held
            assert (await owner.status(true)).weights.place == "head"
            await load(force=True)
            assert same(read(owner), true)


async def test_what_is_left_out_waits_for_training_from_the_head_and_can_be_dropped(team: Team) -> None:
    owner = await start(team)
    model = weights(1)
    await owner.pull(model)
    trained_ = trained(model, 2, 0.2)
    for name in model:
        model[name][...] = trained_[name]
    await owner.commit(model, "most is left out", density=0.1)
    await owner.push(level=0)
    owed = (await owner.status()).residual
    assert owed > 0.5
    # Of another commit nothing is added, and nothing is lost.
    await owner.checkout("HEAD~1")
    write(owner, moved(read(owner), "layer.bias"))
    assert await is_only(owner, await owner.commit(message="stale", **WHOLE), "layer.bias")
    await owner.push(level=0)
    assert (await owner.status()).residual == pytest.approx(owed, rel=1e-3)
    # From the head it goes along.
    await owner.pull()
    write(owner, moved(read(owner), "layer.bias", by=1e-4))
    made = await owner.commit(message="the rest", **WHOLE)
    held = await change(owner, made)
    assert np.abs(held["layer.weight"]).max() > 0.05
    await owner.discard()

    dropped = await owner.drop_residual()
    assert dropped.residual == pytest.approx(owed, rel=1e-3)
    assert (await owner.status()).residual == 0
    with pytest.raises(NothingToDo, match="left anything out"):
        await owner.drop_residual()
    write(owner, moved(read(owner), "layer.bias"))
    made = await owner.commit(message="alone", **WHOLE)
    assert not (await change(owner, made))["layer.weight"].any()


async def test_a_dropped_residual_of_a_waiting_commit_is_not_followed_by_an_older_one(team: Team) -> None:
    owner = await start(team)
    await owner.commit(trained(weights(), 1, 0.2), "one", density=0.1)
    await owner.push(level=0)
    await owner.pull(weights(3))
    await owner.commit(trained(weights(), 2, 0.2), "two", density=0.1)
    await owner.drop_residual()
    await owner.push(level=0)
    assert (await owner.status()).residual == 0


async def test_an_exploded_commit_does_not_come_back_in_calm_ones(team: Team) -> None:
    owner = await start(team)
    model = weights(1)
    await owner.pull(model)
    for tensor in model.values():
        tensor *= np.float32(1000)
    await owner.commit(model, "exploded")
    await owner.push(level=0)
    await owner.pull(model)
    assert (await owner.status()).residual > 1000
    calm = moved(model, "layer.bias", by=0.01)
    start_ = {name: value.copy() for name, value in model.items()}
    made = await owner.commit(calm, "calm", ratio=1.0)
    assert made.forgot
    await owner.push(level=0)
    await owner.pull(model)
    assert max(np.abs(model[name] - start_[name]).max() for name in model) < 0.03
    assert (await owner.status()).residual < 0.1


async def test_a_commit_whose_record_somebody_deleted_is_named(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    owner = await start(team)
    write(owner, moved(read(owner), "layer.bias"))
    gone = await owner.commit(message="gone", samples=1, **WHOLE)
    (record,) = listed(owner.path / ".federity" / "commits", ".json")
    remove(record)
    write(owner, moved(read(owner), "layer.bias"))
    made = await owner.commit(message="both", samples=1, **WHOLE)
    (said,) = [entry.getMessage() for entry in caplog.records if "is gone" in entry.getMessage()]
    assert gone.id[:12] in said and "is uncommitted again" in said
    assert await is_only(owner, made, "layer.bias", 2 * STEP) and not made.stale
    # Nobody is told twice, and what was taken back on purpose is no loss.
    caplog.clear()
    await owner.discard()
    write(owner, moved(read(owner), "layer.weight"))
    await owner.commit(message="again", samples=1, **WHOLE)
    assert not caplog.records
