"""A keeper says what keeps it from working, by name, and works as soon as that is put right."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from federity.errors import ConfigError, InsufficientFunds, NotAMember
from federity_keeper import service
from federity_keeper.__main__ import main
from federity_keeper.config import MOST_PATIENCE, Config
from federity_keeper.events import Log
from federity_keeper.health import Health
from federity_keeper.service import Keeper, open_keeper, pause
from keeper.conftest import Scene

pytestmark = pytest.mark.svm


@pytest.fixture(autouse=True)
def home(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEDERITY_HOME", str(scene.team.root))


async def errors(config: Config) -> dict[str, Exception]:
    async with open_keeper(config, Log()) as keeper:
        return {found.subject: found.error for found in await keeper.check() if found.error}


async def test_all_is_well_and_nothing_is_sent(scene: Scene) -> None:
    before = await scene.team.chain.balance(scene.team.wallets["keeper"].pubkey)
    async with open_keeper(scene.settings(), Log()) as keeper:
        found = {finding.subject: finding for finding in await keeper.check()}
    assert list(found) == ["branch", "role", "balance"]
    assert not any(finding.error for finding in found.values())
    assert found["role"].found == "keeper"
    assert found["balance"].number == before
    assert await scene.team.chain.balance(scene.team.wallets["keeper"].pubkey) == before


async def test_a_contributors_wallet_and_a_strangers_are_named_with_what_to_do(scene: Scene) -> None:
    await scene.team.session("stranger")
    for name, what, verb in (("ann", "only a contributor", "set-role"), ("stranger", "no member", "add")):
        error = (await errors(scene.settings(name)))["role"]
        assert isinstance(error, NotAMember)
        assert what in str(error)
        assert f"federity member {verb} {scene.team.address(name)} --role keeper" in error.hint


async def test_too_little_money_is_named_with_address_and_amount(scene: Scene) -> None:
    balance = await scene.team.chain.balance(scene.team.wallets["keeper"].pubkey)
    config = replace(scene.settings(), least_balance=balance + 1_500_000_000)
    error = (await errors(config))["balance"]
    assert isinstance(error, InsufficientFunds)
    assert scene.team.address("keeper") in str(error)
    assert f"Send 1.5 SOL or more to {scene.team.address('keeper')}" in error.hint


EVALUATOR = """
def broken():
    return lambda tensors: tensors["no such tensor"]

def nan():
    return lambda tensors: float("nan")

def dear(path):
    raise RuntimeError("no data")

def good(path):
    return lambda tensors: float(path.read_text())
"""


@pytest.mark.parametrize(("factory", "said"), [("broken", "KeyError"), ("nan", "nan for the head")])
async def test_an_evaluator_that_does_not_measure_the_head_is_named(
    scene: Scene, factory: str, said: str
) -> None:
    config = scene.settings(evaluator=f"measures_of_readiness:{factory}")
    (config.folder / "measures_of_readiness.py").write_text(EVALUATOR)
    error = (await errors(config))["evaluator"]
    assert isinstance(error, ConfigError)
    assert said in str(error)


async def test_the_evaluator_and_its_data_lie_beside_the_settings(scene: Scene) -> None:
    config = scene.settings(evaluator="measures_of_readiness:good")
    config.evaluation["path"] = "figure.txt"  # type: ignore[index]
    (config.folder / "measures_of_readiness.py").write_text(EVALUATOR)
    (config.folder / "figure.txt").write_text("0.5")
    assert await errors(config) == {}
    with pytest.raises(ConfigError, match="RuntimeError: no data"):
        await errors(replace(config, evaluator="measures_of_readiness:dear"))


async def test_a_run_refuses_what_a_service_waits_for(scene: Scene) -> None:
    async with open_keeper(scene.settings("ann"), Log()) as keeper:
        with pytest.raises(NotAMember):
            await keeper.once()


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to that")


async def running(keeper: Keeper) -> tuple[asyncio.Event, asyncio.Task[None]]:
    stop = asyncio.Event()
    return stop, asyncio.create_task(keeper.run(stop))


async def test_it_works_once_the_owner_has_given_the_role(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    await scene.team.session("late")
    config = replace(scene.settings("late"), interval=0.02)
    async with open_keeper(config, Log(json=True)) as keeper:
        stop, task = await running(keeper)
        await until(lambda: keeper.health.refusals > 0)
        health = json.loads(keeper.health.path.read_text())
        assert not health["ready"]
        assert "no member" in health["error"]
        await scene.owner.member_add(scene.team.address("late"), "keeper")
        await until(lambda: keeper.health.actions == 4)
        stop.set()
        await task
        assert keeper.health.ready
    assert not keeper.health.path.exists()
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert found[0]["event"] == "not_ready"
    assert found[0]["level"] == "ERROR"
    assert found[-1]["event"] == "merged"
    assert found[-1]["level"] == "INFO"


async def test_an_evaluator_that_fails_is_no_verdict(scene: Scene) -> None:
    config = replace(scene.settings(evaluator="measures_of_readiness:good"), interval=0.02)
    config.evaluation["path"] = "figure.txt"  # type: ignore[index]
    (config.folder / "measures_of_readiness.py").write_text(EVALUATOR)
    figure = config.folder / "figure.txt"
    figure.write_text("1.0")
    async with open_keeper(config, Log()) as keeper:
        await keeper.check()
        figure.rename(config.folder / "away")
        assert not await keeper.step()
        assert keeper.health.refusals == 1
        (config.folder / "away").rename(figure)
        stop, task = await running(keeper)
        await until(lambda: keeper.health.actions == 4)
        stop.set()
        await task
    assert await scene.head() == (1, {"ann": 32768, "bob": 32768})


async def test_two_keepers_in_one_folder_have_a_health_file_each(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_keeper(scene.settings(), Log()) as one:
        await one.check()
        monkeypatch.setattr("os.getpid", lambda: 7)
        async with open_keeper(scene.settings(), Log()) as other:
            await other.check()
            assert len(list(one.health.folder.iterdir())) == 2


def test_health_that_nobody_can_have_written_now_is_none(tmp_path: Path) -> None:
    Health(tmp_path, role="keeper").write()
    now = time.time()
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "deep.json").write_text("[" * 200_000)
    (tmp_path / "folder.json").mkdir()
    for name, at in (("endless", "Infinity"), ("later", str(now + 3600)), ("text", '"x"'), ("old", "1.5")):
        (tmp_path / f"{name}.json").write_text(f'{{"time": {at}, "ready": true}}')
    found = Health.newest(tmp_path)
    assert found is not None
    assert found["role"] == "keeper"


def test_pauses_grow_with_failures_up_to_a_limit() -> None:
    assert [pause(2.0, failures) for failures in (0, 1, 3)] == [2.0, 4.0, 16.0]
    assert pause(2.0, 10**6) == MOST_PATIENCE
    assert pause(3600.0, 5) == 3600.0


async def test_check_is_a_command_with_the_first_faults_code(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(name: str) -> int:
        return main(["check", "--json", "--config", str(scene.write(scene.settings(name)))])

    assert await asyncio.to_thread(run, "keeper") == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["subject"], line["ok"]) for line in found] == [
        ("branch", True),
        ("role", True),
        ("balance", True),
    ]
    assert await asyncio.to_thread(run, "ann") == NotAMember.exit_code
    assert [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()] == [
        "check",
        "check",
        "not_ready",
        "check",
    ]


def test_its_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("federity-keeper ")


async def test_a_folder_of_settings_is_where_they_were_read_from(scene: Scene, tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    deep.mkdir()
    (deep / "keeper.toml").write_text('repository = "O/digits"\npath = "far/copy"\n')
    assert Config.read(deep / "keeper.toml").folder == deep
    assert service.pause(1, 0) == 1
