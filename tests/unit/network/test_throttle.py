"""How fast a node is asked, and how long a pause it may ask for."""

import asyncio

import pytest

from federity.chain.fees import lamports, price_of
from federity.network.patience import LONGEST_WAIT, Patience, Trouble, Why, retry_after
from federity.network.throttle import PUBLIC, Rate, Throttle, rates_for
from support.clock import QuickClock


async def times_of(throttle: Throttle, clock: QuickClock, methods: list[str]) -> list[tuple[str, float]]:
    found = []
    for method in methods:
        await throttle.admit(method)
        found.append((method, clock.now()))
    return found


def most(times: list[float], seconds: float) -> int:
    return max(sum(start <= other < start + seconds for other in times) for start in times)


async def test_a_public_cluster_is_asked_no_faster_than_it_allows() -> None:
    clock = QuickClock()
    throttle = Throttle(rates_for("https://api.devnet.solana.com", 0), clock)
    found = await times_of(throttle, clock, ["a", "a", "b", "c", "d"] * 100)
    assert most([moment for _, moment in found], 10.0) == 100
    for method in "abcd":
        assert most([moment for name, moment in found if name == method], 10.0) <= 40


async def test_callers_at_once_are_counted_together() -> None:
    clock = QuickClock()
    throttle = Throttle((Rate(3, 1.0),), clock)
    found = await asyncio.gather(*(times_of(throttle, clock, ["a"] * 4) for _ in range(5)))
    assert most([moment for each in found for _, moment in each], 1.0) <= 3


async def test_a_batch_counts_as_what_it_holds() -> None:
    clock = QuickClock()
    throttle = Throttle((Rate(5, 1.0),), clock)
    assert throttle.most_at_once() == 5
    await throttle.admit("a", 4)
    await throttle.admit("a", 4)
    assert clock.now() >= 1.0


async def test_a_pause_holds_everybody() -> None:
    clock = QuickClock()
    throttle = Throttle((), clock)
    throttle.pause(12)
    throttle.pause(3)
    await throttle.admit("a")
    assert clock.now() == 12


def test_rates() -> None:
    assert rates_for("https://api.mainnet-beta.solana.com", 0) == PUBLIC
    assert rates_for("http://127.0.0.1:8899", 0) == ()
    assert rates_for("https://solana.com.example", 0) == ()
    assert rates_for("https://api.devnet.solana.com", 25) == (Rate(25, 1.0),)
    assert rates_for("http://node", 0.5) == (Rate(1, 2.0),)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        (" 120 ", 120.0),
        ("9" * 400, 999_999_999.0),
        ("Fri, 15 Jan 2027 08:00:09 GMT", 9.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        ("Fri, 99 Jan 2027 08:00:09 GMT", None),
        ("Fri, 15 Jan 99999999 08:00:09 GMT", None),
    ],
)
def test_what_a_node_asks_for(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, 1_800_000_000) == seconds


@pytest.mark.parametrize("why", list(Why))
def test_patience_ends(why: Why) -> None:
    patience, waited, tries = Patience(), 0.0, 1
    while (pause := patience.pause(Trouble(why, "no"))) is not None:
        assert 0.5 <= pause <= 10
        waited += pause
        tries += 1
    assert tries == why.value
    assert waited < 60


def test_a_pause_that_is_asked_for_is_kept_or_refused() -> None:
    for after in (0.0, 1.0, LONGEST_WAIT):
        pause = Patience().pause(Trouble(Why.BUSY, "no", after=after))
        assert pause is not None
        assert pause >= after
    assert Patience().pause(Trouble(Why.BUSY, "no", after=LONGEST_WAIT + 1)) is None


def test_a_price_is_what_three_quarters_of_the_slots_asked_and_no_more_than_the_cap() -> None:
    assert price_of([], 1000, 100) == 0
    assert price_of([0] * 120 + [9] * 30, 1000, 10**9) == 0
    assert price_of([0] * 100 + [9] * 50, 1000, 10**9) == 9
    assert price_of([10**18] * 150, 200_000, 5000) == 25_000
    assert lamports(price_of([(1 << 64) - 1], 1_399_999, 5000), 1_399_999) <= 5000
    assert lamports(1, 1) == 1
