"""A push that is killed at any point can be run again, and nothing is paid or counted twice."""

import asyncio
import contextlib
import json
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from e2e.team import Team, trained, weights
from federity.errors import WorktreeError
from federity.repository.repository import Repository
from federity.repository.working_copy.local_commits import LocalCommits

pytestmark = pytest.mark.svm


class Cut(Exception):
    """The power goes."""


async def start(team: Team) -> Repository:
    return await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )


def cut_after(team: Team, sends: int) -> None:
    """Let that many transactions through, and lose the connection before the next is even sent."""
    real, left = team.chain.send, [sends]

    async def send(*arguments: object, **named: object) -> object:
        if left[0] == 0:
            raise Cut
        left[0] -= 1
        return await real(*arguments, **named)

    team.chain.send = send  # type: ignore[method-assign,assignment]


@pytest.mark.prover
@pytest.mark.parametrize("level", [0, 1])
async def test_a_push_cut_anywhere_goes_on(team: Team, level: int) -> None:
    owner = await start(team)
    real = team.chain.send
    model = weights()
    for cut in range(4):
        model = trained(model, cut)
        await owner.commit(model, f"step {cut}")
        cut_after(team, cut)
        try:
            await owner.push(level=level)
        except Cut:
            team.chain.send = real  # type: ignore[method-assign]
            await owner.push(level=level)
        team.chain.send = real  # type: ignore[method-assign]
        (branch,) = await owner.branches()
        assert branch.head_seq == cut + 1
        assert (await owner.status()).head == branch.head
        assert not (await owner.status()).push_in_progress
    reader = await team.clone("reader", owner.url)
    mine, theirs = await owner.tensors(), await reader.tensors()
    assert all(mine[name].tobytes() == theirs[name].tobytes() for name in mine)


@pytest.mark.prover
@pytest.mark.parametrize("sends", [1, 2])
async def test_a_kept_proof_that_was_damaged_is_made_anew(
    team: Team, caplog: pytest.LogCaptureFixture, sends: int
) -> None:
    owner = await start(team)
    await owner.commit(trained(weights()), "step")
    real = team.chain.send
    cut_after(team, sends)
    with pytest.raises(Cut):
        await owner.push(level=1)
    team.chain.send = real  # type: ignore[method-assign]
    (path,) = (owner.path / ".federity" / "push").glob("*.json")
    journal = json.loads(path.read_text())
    for proof in journal["proofs"].values():
        proof["point"] = proof["point"][::-1]
    del journal["check"]
    path.write_text(json.dumps(journal))
    report = await owner.push(level=1)
    assert [commit.level for commit in report.commits] == [1]
    assert (await owner.log())[0].seq == 1
    assert len([1 for record in caplog.records if "was damaged: it is made anew" in record.message]) == 1


async def test_a_creation_cut_anywhere_goes_on(team: Team) -> None:
    real = team.chain.send
    for cut in range(3):
        name = f"r{cut}"
        owner = await Repository.init(
            await team.session("owner"), team.path(name), weights(), name=name, insecure=True
        )
        cut_after(team, cut)
        try:
            await owner.push()
        except Cut:
            team.chain.send = real  # type: ignore[method-assign]
            await owner.push()
        team.chain.send = real  # type: ignore[method-assign]
        assert [view.kind for view in await owner.log()] == ["genesis"]


async def test_a_merge_seen_only_by_the_chain_is_taken_note_of(team: Team) -> None:
    owner = await start(team)
    await owner.commit(trained(weights()), "lost")
    before = {path: path.read_bytes() for path in _state(owner)}
    await owner.push(level=0)
    for path in _state(owner):
        path.unlink()
    for path, data in before.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    journal = owner.path / ".federity" / "push"
    (branch,) = await owner.branches()
    round_ = (await owner.rounds())[0].address
    identity = (await owner.status()).commits[0].id
    address = owner.workspace.worktree.pushed(identity)
    journal.mkdir(exist_ok=True)
    (journal / f"{identity}.json").write_text(
        f'{{"id": "{identity}", "parent": "", "round": "{round_}", "commit": "{address}", "key": "",'
        ' "proof_seconds": 0, "proofs": {}}'
    )
    await owner.pull(weights(2))
    assert (await owner.status()).commits == ()
    assert (await owner.branches())[0].head == branch.head


def _state(owner: Repository) -> list[Path]:
    folder = owner.path / ".federity"
    return [folder / "HEAD", *(folder / "commits").glob("*")]


async def test_a_push_killed_while_it_is_written_down_counts_its_commit_once(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await start(team)
    model = trained(weights(), 1)
    await owner.commit(model, "counted once")

    def cut(commits: LocalCommits, commit: object) -> None:
        raise Cut

    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr(LocalCommits, "land", cut)
        await owner.push(level=0)
    owner = Repository.open(await team.session("owner"), owner.path)
    (branch,) = await owner.branches()
    assert (await owner.status()).head == branch.head
    assert (await owner.status()).commits == ()
    model = {name: value + np.float32(0.05) for name, value in model.items()}
    await owner.commit(model, "the next")
    await owner.push(level=0)
    found = await owner.tensors()
    assert all(np.abs(found[name] - model[name]).max() < 0.01 for name in model)


async def test_a_pull_killed_before_the_model_was_loaded_blocks_the_next_commit(team: Team) -> None:
    owner = await start(team)
    friend = await team.clone("friend", owner.url)
    await owner.commit(trained(weights()), "news")
    await owner.push(level=0)

    class Unwilling(dict):  # type: ignore[type-arg]
        """A model in which nothing can be put."""

        def __setitem__(self, *arguments: object) -> None:
            raise Cut

    with pytest.raises(Cut):
        await friend.pull(Unwilling())
    with pytest.raises(WorktreeError, match="interrupted"):
        await friend.commit(trained(weights(), 4))
    model = weights(3)
    await friend.pull(model)
    await friend.commit(trained(model, 4))


async def test_two_processes_wait_for_each_other(team: Team) -> None:
    owner = await start(team)
    again = Repository.open(await team.session("owner"), owner.path)
    made = await asyncio.gather(
        owner.commit(trained(weights(), 1), "one"), again.commit(trained(weights(), 2), "two")
    )
    assert {commit.message for commit in (await owner.status()).commits} == {c.message for c in made}


PUSH = """
import asyncio, sys
import federity
from pathlib import Path
from federity.repository.working_copy.local_commits import LocalCommits
from federity.repository.repository import Repository

async def main():
    home, keypair, path = map(Path, sys.argv[1:4])
    async with federity.connect("embedded", keypair=keypair, home=home) as session:
        print("ready", flush=True)
        await Repository.open(session, path).push()

asyncio.run(main())
"""


@pytest.mark.prover
@pytest.mark.parametrize("delay", [0.05, 0.2, 0.5, 1.0])
async def test_kill_nine_in_a_push_then_push_again(tmp_path: Path, cache: Path, delay: float) -> None:
    import federity

    home, path, keypair = tmp_path / "home", tmp_path / "copy", tmp_path / "id.json"
    home.mkdir()
    (home / "cache").symlink_to(cache)
    federity.Wallet.create(keypair)
    async with federity.connect("embedded", keypair=keypair, home=home) as session:
        await session.chain.airdrop(session.wallet.pubkey, 10**11)
        path.mkdir()
        save_file(weights(), path / "model.safetensors")
        owner = await Repository.create(session, path, name="digits", insecure=True)
        save_file(trained(weights()), path / "model.safetensors")
        await owner.commit(message="will be cut")
    script = tmp_path / "push.py"
    script.write_text(textwrap.dedent(PUSH))
    process = await asyncio.create_subprocess_exec(
        sys.executable, script, home, keypair, path, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    await asyncio.sleep(delay)
    # On a fast machine the push may be over by then.
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.communicate()
    async with federity.connect("embedded", keypair=keypair, home=home) as session:
        owner = Repository.open(session, path)
        if (await owner.status()).commits:
            await owner.push()
        (branch,) = await owner.branches()
        assert branch.head_seq == 1
        assert (await owner.verify()).ok
        await owner.pull()
    assert load_file(path / "model.safetensors").keys() == weights().keys()
