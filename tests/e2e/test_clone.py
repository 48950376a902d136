"""A clone writes over nothing, and one that was killed anywhere is ended by the same command."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from e2e.team import Team, trained, weights
from federity.errors import WorktreeError
from federity.files import Draft
from federity.repository.repository import Repository
from support.people import MODEL, Person

pytestmark = pytest.mark.svm


async def start(team: Team) -> Repository:
    """A repository with one move, whose weights are in the owner's hands."""
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    await owner.commit(trained(weights()), "first")
    await owner.push(level=0)
    return owner


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"folder"
        for path in folder.rglob("*")
    }


def other_weights(path: Path) -> None:
    save_file(weights(7), path)


def other_names(path: Path) -> None:
    save_file({"fc.weight": np.zeros(3, np.float32)}, path)


def no_weights(path: Path) -> None:
    path.write_bytes(b"my thesis")


@pytest.mark.parametrize("there", [other_weights, other_names, no_weights])
async def test_a_model_in_the_folder_is_not_overwritten(team: Team, there: object) -> None:
    owner = await start(team)
    folder = team.path("folder")
    folder.mkdir()
    (folder / "train.py").write_text("import torch")
    there(folder / MODEL)  # type: ignore[operator]
    before = files(folder)
    for _ in range(2):
        with pytest.raises(WorktreeError, match=r"model\.safetensors holds") as refused:
            await team.clone("folder", owner.url)
        assert refused.value.hint is not None and "move the file away" in refused.value.hint
        assert files(folder) == before


async def test_the_same_weights_and_other_files_are_in_nobodys_way(team: Team) -> None:
    owner = await start(team)
    folder = team.path("folder")
    folder.mkdir()
    (folder / "train.py").write_text("import torch")
    save_file(await owner.tensors(), folder / MODEL)
    clone = await team.clone("folder", owner.url)
    status = await clone.status()
    assert (status.weights.place, status.modified) == ("head", False)
    assert (folder / "train.py").read_text() == "import torch"
    # Loaded into a live model, nothing of the folder is written.
    other = team.path("other")
    other.mkdir()
    other_weights(other / MODEL)
    model = weights(3)
    await Repository.clone(await team.session("other"), owner.url, other, model=model)
    assert (load_file(other / MODEL)["layer.bias"] == weights(7)["layer.bias"]).all()
    assert (model["layer.bias"] == (await owner.tensors())["layer.bias"]).all()


class Cut(BaseException):
    """The power goes: nothing tidies up."""


async def test_a_clone_killed_at_any_write_is_ended_by_the_same_command(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await start(team)
    true = await owner.tensors()
    place, kills = Draft.place, 0
    while True:
        left, name = kills, f"clone{kills}"

        def cut(draft: Draft, path: Path) -> None:
            nonlocal left
            # The line of the reflog comes after the end: by then the clone is whole.
            if not left and path.name != "reflog":
                raise Cut
            left -= 1
            place(draft, path)

        with monkeypatch.context() as patch:
            patch.setattr(Draft, "place", cut)
            try:
                await team.clone(name, owner.url)
                break
            except Cut:
                kills += 1
        clone = await team.clone(name, owner.url)
        held = load_file(clone.path / MODEL)
        assert all(held[tensor].tobytes() == true[tensor].tobytes() for tensor in true)
        status = await clone.status()
        assert (status.weights.place, status.modified, status.head_seq) == ("head", False, 1)
        with pytest.raises(WorktreeError, match="working copy already"):
            await team.clone(name, owner.url)
    assert kills > 6


async def test_an_unfinished_clone_is_not_ended_as_one_of_something_else(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await start(team)
    await owner.branch_create("side")
    place = Draft.place

    def cut(draft: Draft, path: Path) -> None:
        if path.name == MODEL:
            raise Cut
        place(draft, path)

    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr(Draft, "place", cut)
        await team.clone("clone", owner.url)
    session, before = await team.session("clone"), files(team.path("clone"))
    with pytest.raises(WorktreeError, match="unfinished clone of something else"):
        await Repository.clone(session, owner.url, team.path("clone"), branch="side")
    assert files(team.path("clone")) == before
    await team.clone("clone", owner.url)


def test_the_command_says_what_is_in_the_way(owner: Person) -> None:
    folder = owner.here.parent / "again"
    folder.mkdir()
    other_weights(folder / MODEL)
    held = files(folder)
    spec = f"{owner.address()}/digits"
    said = owner.at(owner.here.parent).refused(WorktreeError, "clone", spec, "again")
    assert "model.safetensors holds" in said and "move the file away" in said
    assert files(folder) == held
    (folder / MODEL).unlink()
    owner.at(owner.here.parent).do("clone", spec, "again")


async def test_a_clone_receives_the_base_once_and_of_its_branch_alone(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await start(team)
    await owner.branch_create("side")
    first = await owner.show("HEAD")
    await owner.commit(trained(weights(), 5), "only on main")
    await owner.push(level=0)

    def held(sha256: str) -> int:
        return team.blob(sha256).stat().st_size

    base = held(owner.workspace.base_hash)
    deltas = [held(view.id) for view in (first, await owner.show("HEAD"))]
    session = await team.session("reader")
    side = await Repository.clone(session, owner.url, team.path("side"), branch="side")
    assert side.fetched is not None
    assert side.fetched.fetched_bytes == base + deltas[0]
    with monkeypatch.context() as killed:
        killed.setattr("federity.repository.verbs.pull.pull_locked", kill)
        with pytest.raises(KeyboardInterrupt):
            await team.clone("main", owner.url)
    main = await team.clone("main", owner.url)
    assert main.fetched is not None
    assert main.fetched.fetched_bytes == sum(deltas)


async def kill(*_: object) -> None:
    raise KeyboardInterrupt
