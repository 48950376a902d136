"""What a keeper takes, what it refuses, and how it waits."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from solders.instruction import Instruction

from e2e.team import trained, weights
from federity._generated.instructions import CommitAccept, decode_arguments
from federity.chain.base import Prepared, Receipt
from federity.chain.embedded import EmbeddedChain
from federity.errors import ChainUnavailable, ConfigError, FileUnavailable, NotFound
from federity.objects import Location
from federity.objects.blob import BlobFile
from federity.storage.directory import DirectoryStorage
from federity_keeper.__main__ import main
from federity_keeper.config import Config
from federity_keeper.events import Log
from federity_keeper.journal import Journal
from federity_keeper.planner import Verdict
from federity_keeper.policy import Policy
from federity_keeper.service import open_keeper
from keeper.conftest import Scene

pytestmark = pytest.mark.svm

EVALUATOR = """
import numpy as np

def likes_small_steps(limit):
    reference = []
    def figure(tensors):
        flat = np.concatenate([tensors[name].ravel() for name in sorted(tensors)])
        if not reference:
            reference.append(flat)
        return 1.0 - float(np.abs(flat - reference[0]).max() > limit)
    return figure
"""


async def once(scene: Scene, **settings: object) -> None:
    """Run a keeper in this process until it has nothing to do."""
    config = scene.settings(**settings)  # type: ignore[arg-type]
    async with open_keeper(config, Log(json=True)) as keeper:
        await keeper.once()


@pytest.fixture(autouse=True)
def home(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEDERITY_HOME", str(scene.team.root))


async def test_it_inspects_locks_weighs_and_merges(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    await once(scene)
    assert await scene.head() == (1, {"ann": 32768, "bob": 32768})
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in found] == ["inspected", "inspected", "locked", "merged"]
    assert found[-1]["head_seq"] == 1


async def test_weights_follow_capped_samples(scene: Scene) -> None:
    await once(scene, policy=Policy(quorum=2, strategy="fedavg", max_weight=40000))
    # 10 and 20 declared samples.
    assert await scene.head() == (1, {"ann": 21845, "bob": 40000})


async def test_krum_compares_the_vectors_and_takes_one(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in (3, 4):
        name = f"guest{seed}"
        await scene.team.session(name)
        await scene.owner.member_add(scene.team.address(name), "contributor")
        await scene.owner.review(await scene.propose(name, seed), approve=True)
    policy = Policy(quorum=4, strategy="multi_krum", selected=3)
    await once(scene, policy=policy)
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in found if line["event"] != "inspected"] == [
        "locked",
        "compared",
        "merged",
    ]
    seq, parts = await scene.head()
    assert seq == 1
    assert sorted(parts.values()) == [0, 21845, 21845, 21845]
    assert list(found[-1]["left_out"].values()) == ["a weight: the one it has here is 0"]
    # Measured for this round only.
    assert Journal(scene.settings().state).distances() == {}


async def test_an_update_that_harms_the_hold_out_weighs_nothing(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "measures.py").write_text(EVALUATOR)
    monkeypatch.syspath_prepend(tmp_path)
    config = scene.settings(policy=Policy(quorum=2, max_drop=0.5), evaluator="measures:likes_small_steps")
    harmless, harmful = await _steps(scene)
    config.evaluation["limit"] = (harmless + harmful) / 4  # type: ignore[index]
    async with open_keeper(config, Log(json=True)) as keeper:
        await keeper.once()
    _, parts = await scene.head()
    assert sorted(parts.values()) == [0, 65536]


async def _steps(scene: Scene) -> tuple[float, float]:
    """The largest change of the milder and of the wilder update."""
    found = []
    for seed in (1, 2):
        step = trained(weights(), seed)
        found.append(max(float(abs(step[name] - weights()[name]).max()) for name in step))
    return min(found), max(found)


async def test_a_blob_that_is_not_the_committed_vector_weighs_nothing(scene: Scene) -> None:
    view = (await scene.owner.round_show()).commits[0]
    path = scene.team.blob(view.blob_hash)
    other = scene.team.blob((await scene.owner.round_show()).commits[1].blob_hash)
    path.write_bytes(other.read_bytes())
    await once(scene)
    _, parts = await scene.head()
    assert sorted(parts.values()) == [0, 65536]


async def test_a_withheld_blob_is_waited_for(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    view = (await scene.owner.round_show()).commits[0]
    blob = scene.team.blob(view.blob_hash)
    hidden = blob.rename(scene.team.root / "withheld")
    config = scene.settings(policy=Policy(quorum=3, retry_slots=1))
    async with open_keeper(config, Log(json=True)) as keeper:
        await keeper.step()
        hidden.rename(blob)
        verdicts = Journal(config.state).verdicts()
        assert {verdict.opened for verdict in verdicts.values()} == {True, False}
        for _ in range(100):
            await keeper.step()
            if all(verdict.opened for verdict in Journal(config.state).verdicts().values()):
                break
            await asyncio.sleep(0.1)
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["sound"] for line in found] == [False, True, True] or [line["sound"] for line in found] == [
        True,
        False,
        True,
    ]


async def test_it_runs_until_it_is_stopped(scene: Scene) -> None:
    async with open_keeper(scene.settings(), Log(json=True)) as keeper:
        stop = asyncio.Event()
        running = asyncio.create_task(keeper.run(stop))
        for _ in range(200):
            if (await scene.owner.branches())[0].head_seq:
                break
            await asyncio.sleep(0.05)
        stop.set()
        await running
    assert await scene.head() == (1, {"ann": 32768, "bob": 32768})


async def test_a_rejection_after_acceptance_takes_the_weight_away(scene: Scene) -> None:
    commits = {view.author: view.address for view in (await scene.owner.round_show()).commits}
    await scene.owner.review(commits[scene.team.address("bob")], approve=False)
    await once(scene)
    assert await scene.head() == (1, {"ann": 65536, "bob": 0})


class Hasty:
    """A chain on which somebody else is always a little faster."""

    def __init__(self, chain: Any, before: Callable[[], Awaitable[object]]) -> None:
        self._chain = chain
        self._before = before

    async def send(self, instructions: Sequence[Instruction], **signers: Any) -> Receipt:
        if isinstance(decode_arguments(bytes(instructions[0].data)), CommitAccept):
            await self._before()
        return await self._chain.send(instructions, **signers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)


async def test_an_approval_that_a_keeper_accepts_first_is_no_error(scene: Scene) -> None:
    await once(scene, policy=Policy(quorum=2, open_rounds=True))
    commit = await scene.propose("ann", 3)
    keeper = await scene.team.clone("second", scene.owner.url)
    session = scene.owner.workspace.session
    session._chain = Hasty(session.chain, lambda: keeper.accept(commit))
    assert (await scene.owner.review(commit, approve=True)).accepted


async def test_the_next_round_is_opened_and_nothing_else_happens_in_it(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    await once(scene, policy=Policy(quorum=2, open_rounds=True))
    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert events[-2:] == ["merged", "opened"]
    await once(scene, policy=Policy(quorum=2, open_rounds=True))
    (idle,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert idle["event"] == "idle"


async def test_a_copy_of_another_repository_and_a_wrong_evaluator_are_refused(scene: Scene) -> None:
    await once(scene)
    config = scene.settings()
    with pytest.raises(ConfigError):
        await once(scene, evaluator="measures_that_are_not:there")
    config = replace(config, repository=f"{scene.team.address('ann')}/digits")
    with pytest.raises(NotFound):
        async with open_keeper(config, Log()):
            pass


def test_a_damaged_journal_is_only_forgotten(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.compare({(b"a" * 32, b"b" * 32): 7})
    assert journal.distances() == {(b"a" * 32, b"b" * 32): 7}
    (tmp_path / "distances.json").write_text("[[1]]")
    assert journal.distances() == {}
    journal.decide("good", Verdict(bytes(32), True, True))
    (tmp_path / "verdicts" / "bad.json").write_text("{")
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "nonsense.json").write_text("{}")
    assert list(journal.verdicts()) == ["good"]
    assert journal.unsettled() == []
    assert not list((tmp_path / "outbox").iterdir())


@pytest.mark.parametrize("times", [1, 1000])
async def test_a_blob_that_cannot_be_read_now_is_no_verdict(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    view = (await scene.owner.round_show()).commits[0]
    read, failed = DirectoryStorage._get, []

    def failing(store: DirectoryStorage, location: Location, *limit: Any) -> BlobFile:
        if location.id.hex() == view.blob_hash and store.root.name == "store" and len(failed) < times:
            failed.append(store)
            raise FileUnavailable("the blob cannot be read: Input/output error.")
        return read(store, location, *limit)

    monkeypatch.setattr(DirectoryStorage, "_get", failing)
    if times == 1:
        await once(scene)
    else:
        with pytest.raises(FileUnavailable):
            await once(scene)
        verdicts = Journal(scene.settings().state).verdicts()
        assert view.address not in verdicts
        assert [verdict.opened for verdict in verdicts.values()] == [True]
        monkeypatch.undo()
        monkeypatch.setenv("FEDERITY_HOME", str(scene.team.root))
        await once(scene)
    assert failed
    assert await scene.head() == (1, {"ann": 32768, "bob": 32768})


@pytest.mark.parametrize("ran", [False, True])
async def test_what_became_of_a_transaction_in_an_outage_is_found_out(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ran: bool
) -> None:
    submit, silent = EmbeddedChain.submit, []

    async def falling_silent(chain: EmbeddedChain, prepared: Prepared) -> Receipt:
        first = not silent
        if first:
            silent.append(prepared)
        if ran or not first:
            receipt = await submit(chain, prepared)
        if first:
            raise ChainUnavailable("The chain gives no answer.")
        return receipt

    monkeypatch.setattr(EmbeddedChain, "submit", falling_silent)
    await once(scene)
    assert [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()].count(
        "recovered"
    ) == 1
    assert Journal(scene.settings().state).unsettled() == []
    assert await scene.head() == (1, {"ann": 32768, "bob": 32768})


@pytest.mark.parametrize(
    ("error", "code"),
    [(OSError(errno.EIO, "x", "/data"), FileUnavailable.exit_code), (RecursionError("deep"), 1)],
)
def test_whatever_ends_a_keeper_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    code: int,
) -> None:
    def failing(*_: object) -> Config:
        raise error

    monkeypatch.setattr(Config, "read", failing)
    assert main(["run", "--once", "--config", str(tmp_path / "keeper.toml")]) == code
    said = capsys.readouterr().err
    assert len(said.strip().splitlines()) == 1
    assert "Traceback" not in said
