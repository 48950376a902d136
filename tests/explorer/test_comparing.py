"""Comparisons of strangers' models: one at a time, few that wait, and none twice."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from explorer.hostile import Said
from federity.errors import BlobMissing, ChainUnavailable
from federity.session import Session
from federity_explorer.app import _cost
from federity_explorer.views import comparing
from federity_explorer.views.comparing import WAITING, Comparing


class Counted(Comparing):
    """Compares nothing, but counts."""

    def __init__(self) -> None:
        super().__init__(cast(Session, SimpleNamespace(chain=None)))
        self.asked: list[tuple[str, str]] = []
        self.at_once = self.most = 0
        self.go = asyncio.Event()
        self.failure: Exception | None = None

    async def _compare(self, before: str, after: str) -> Any:
        self.asked.append((before, after))
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.go.wait()
        self.at_once -= 1
        if self.failure is not None:
            raise self.failure
        return (before, after)


async def test_one_is_compared_at_a_time_and_few_wait() -> None:
    counted = Counted()
    tasks = [asyncio.create_task(counted.diff(("a", 1), (str(n), 1))) for n in range(WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(ChainUnavailable):
        await counted.diff(("a", 1), ("one more", 1))
    counted.go.set()
    found = await asyncio.gather(*tasks)
    assert counted.most == 1 and [one.report for one in found] == [("a", str(n)) for n in range(WAITING)]


async def test_what_was_compared_is_not_compared_again_unless_another_commit_is_there() -> None:
    counted = Counted()
    counted.go.set()
    for _ in range(3):
        await counted.diff(("a", 1), ("b", 2))
    await counted.diff(("a", 1), ("b", 3))
    assert counted.asked == [("a", "b")] * 2


async def test_a_failure_is_said_and_tried_again() -> None:
    counted = Counted()
    counted.go.set()
    counted.failure = BlobMissing("nobody has it")
    assert (await counted.diff(("a", 1), ("b", 2))).problem
    counted.failure = None
    assert (await counted.diff(("a", 1), ("b", 2))).report == ("a", "b")


async def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "SECONDS", 0.01)
    assert "too long" in (await Counted().diff(("a", 1), ("b", 2))).problem


async def test_too_large_models_are_not_compared(said: Said) -> None:
    """Nothing is asked of the chain: the base says how large they are."""
    said.store.db.execute(
        "UPDATE words SET text = json_set(text, '$.elements', 10000000) WHERE kind = 'base'"
    )
    head, genesis = said.pages()[7], said.one("SELECT fork_point FROM branches")
    answer = await said.client.get(f"/api/v1/diff/{genesis}/{head.removeprefix('/c/')}")
    assert "too large" in answer.json()["problem"]


def test_what_costs_more_counts_more() -> None:
    assert _cost("/diff/a/b") == _cost("/api/v1/diff/a/b") == 50
    assert _cost("/nft/a") == _cost("/w/a/nfts") == 10
    assert _cost("/c/a") == _cost("/") == _cost("/nft/a/picture.svg") == 1
