"""The poller: how often it asks, whom it asks about, and when it gives up on a transaction."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from solders.signature import Signature

from federity.chain import confirmations
from federity.chain.confirmations import Confirmations, Outlook
from federity.errors import ChainUnavailable, TransactionRefused
from support.clock import QuickClock


class Node:
    """Knows when which transaction is confirmed, in a cluster of two blocks a second."""

    name = "there"

    def __init__(self, clock: QuickClock) -> None:
        self.clock = clock
        self.confirmed: dict[str, float] = {}
        self.lag = 0
        self.stuck = False
        self.asked: list[tuple[str, float, int]] = []
        self.error: Exception | None = None

    async def call(self, method: str, params: Sequence[Any], read: Callable[[Any], Any]) -> Any:
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        slot = 0 if self.stuck else int(2 * self.clock.now())
        if method == "getLatestBlockhash":
            self.asked.append((method, self.clock.now(), 1))
            value: Any = {"blockhash": "1" * 32, "lastValidBlockHeight": slot + 150}
        else:
            self.asked.append((method, self.clock.now(), len(params[0])))
            slot -= self.lag
            value = [self.status(text, slot) for text in params[0]]
        return read({"context": {"slot": max(0, slot)}, "value": value})

    def status(self, text: str, slot: int) -> Any:
        seen = self.confirmed.get(text)
        if seen is None or 2 * seen > slot:
            return None
        return {"slot": int(2 * seen), "confirmationStatus": "confirmed", "err": None}


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


@pytest.fixture
def node(clock: QuickClock) -> Node:
    return Node(clock)


@pytest.fixture
def poller(node: Node, clock: QuickClock) -> Confirmations:
    return Confirmations(node, "confirmed", clock)  # type: ignore[arg-type]


async def test_two_requests_a_second_however_many_wait(
    node: Node, clock: QuickClock, poller: Confirmations
) -> None:
    signatures = [Signature.new_unique() for _ in range(700)]
    node.confirmed = {str(item): 20 + index / 100 for index, item in enumerate(signatures)}
    sends: Counter[Signature] = Counter()

    async def follow(signature: Signature) -> Outlook:
        async def resend() -> None:
            sends[signature] += 1

        return await poller.wait(signature, 150, resend)

    outcomes = await asyncio.gather(*(follow(item) for item in signatures))
    assert set(outcomes) == {Outlook.CONFIRMED}
    times = [moment for _, moment, _ in node.asked]
    assert all(later - sooner >= 0.5 for sooner, later in itertools.pairwise(times))
    assert max(count for _, _, count in node.asked) == 256
    # Sent again after 2, 6, 14 and, if still open, 30 seconds: not faster the longer it takes.
    assert set(sends.values()) <= {3, 4}
    # With nobody waiting nobody is asked.
    count = len(node.asked)
    await asyncio.sleep(0)
    assert len(node.asked) == count


async def test_a_transaction_expires_by_block_height(
    node: Node, clock: QuickClock, poller: Confirmations
) -> None:
    assert await poller.wait(Signature.new_unique(), 150) is Outlook.EXPIRED
    assert 91 < clock.now() < 105


async def test_a_lagging_node_s_silence_is_no_expiry(
    node: Node, clock: QuickClock, poller: Confirmations
) -> None:
    node.lag = 40
    signature = Signature.new_unique()
    node.confirmed[str(signature)] = 74.0
    assert await poller.wait(signature, 150) is Outlook.CONFIRMED
    assert clock.now() > 90


async def test_a_cluster_that_stands_still_is_said(node: Node, poller: Confirmations) -> None:
    node.stuck = True
    with pytest.raises(ChainUnavailable, match=r"^The chain at there neither ran nor refused \w+\.$"):
        await poller.wait(Signature.new_unique(), 150)


async def test_a_node_that_is_gone_is_said_to_everybody_and_forgotten(
    node: Node, clock: QuickClock, poller: Confirmations
) -> None:
    node.error = ChainUnavailable("gone")
    found = await asyncio.gather(
        *(poller.wait(Signature.new_unique(), 150) for _ in range(3)), return_exceptions=True
    )
    assert [str(error) for error in found] == ["gone"] * 3
    node.error = None
    signature = Signature.new_unique()
    node.confirmed[str(signature)] = 0.0
    assert await poller.wait(signature, 150) is Outlook.CONFIRMED
    await poller.close()


@pytest.mark.parametrize("error", [TransactionRefused("X", "no"), RuntimeError("a mistake of ours")])
async def test_nobody_waits_for_ever(node: Node, poller: Confirmations, error: Exception) -> None:
    node.error = error
    with pytest.raises(type(error)):
        await asyncio.wait_for(poller.wait(Signature.new_unique(), 150), 5)


async def test_closing_tells_who_waits(node: Node, poller: Confirmations) -> None:
    waiting = asyncio.create_task(poller.wait(Signature.new_unique(), 150))
    await asyncio.sleep(0)
    await poller.close()
    with pytest.raises(ChainUnavailable, match="was closed"):
        await asyncio.wait_for(waiting, 5)


async def test_a_failed_resend_is_no_verdict(node: Node, clock: QuickClock, poller: Confirmations) -> None:
    async def resend() -> None:
        raise ChainUnavailable("busy")

    signature = Signature.new_unique()
    node.confirmed[str(signature)] = 10.0
    assert await poller.wait(signature, 150, resend) is Outlook.CONFIRMED


async def test_who_stops_waiting_is_not_asked_about(
    node: Node, clock: QuickClock, poller: Confirmations
) -> None:
    left, stays = Signature.new_unique(), Signature.new_unique()
    node.confirmed[str(stays)] = 5.0
    leaving = asyncio.create_task(poller.wait(left, 150))
    staying = asyncio.create_task(poller.wait(stays, 150))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying is Outlook.CONFIRMED
    assert node.asked[-1][2] == 1
    assert confirmations.POLL_SECONDS == 0.5
