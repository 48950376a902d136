"""A node that misbehaves: what passes is waited out, what does not is one sentence, and nobody pays twice."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import TransferParams, transfer

from contract.moods import PASSING, TOO_MANY
from contract.node import Http, Mood, Node, Result, RpcError, serving
from federity.chain import rpc_history
from federity.chain.rpc import RpcChain
from federity.errors import ChainUnavailable, FederityError, TransactionRefused, WrongCluster
from federity.wallet import Wallet
from support.clock import QuickClock

pytestmark = pytest.mark.svm

AMOUNT = 10_000_000


@pytest_asyncio.fixture
async def chain(node: Node, clock: QuickClock) -> AsyncIterator[RpcChain]:
    async with serving(node) as url, await RpcChain.open(url, clock=clock) as opened:
        yield opened


@pytest_asyncio.fixture
async def wallet(node: Node) -> Wallet:
    funded = Wallet.generate()
    await node.chain.airdrop(funded.pubkey, 1000 * AMOUNT)
    return funded


async def pay(chain: RpcChain, wallet: Wallet) -> Pubkey:
    target = Pubkey.new_unique()
    step = transfer(TransferParams(from_pubkey=wallet.pubkey, to_pubkey=target, lamports=AMOUNT))
    await chain.send([step], payer=wallet)
    return target


async def test_what_passes_is_waited_out(node: Node, chain: RpcChain, wallet: Wallet) -> None:
    for mood in PASSING:
        node.asked.clear()
        node.moods["getBalance"] = [mood, mood]
        assert await chain.balance(wallet.pubkey) == 1000 * AMOUNT, mood
        assert node.asked.count("getBalance") == 3, mood


async def test_what_does_not_pass_is_one_sentence(
    node: Node, chain: RpcChain, wallet: Wallet, clock: QuickClock
) -> None:
    for mood in PASSING:
        node.asked.clear()
        started = clock.passed
        node.moods["getBalance"] = [mood] * 1000
        with pytest.raises(
            ChainUnavailable, match=r"^(The chain|What answers) at http://[^\n]+\.$"
        ) as caught:
            await chain.balance(wallet.pubkey)
        assert caught.value.exit_code == 61
        assert 1 < node.asked.count("getBalance") < 12
        assert clock.passed - started < 120


@pytest.mark.parametrize(
    "method",
    [
        "simulateTransaction",
        "getLatestBlockhash",
        "sendTransaction",
        "getSignatureStatuses",
        "getTransaction",
    ],
)
async def test_a_payment_survives_trouble_in_each_of_its_requests(
    node: Node, chain: RpcChain, wallet: Wallet, method: str
) -> None:
    for mood in PASSING[::4]:
        node.moods[method] = [mood]
        node.sent.clear()
        target = await pay(chain, wallet)
        assert not node.moods[method]
        assert await chain.balance(target) == AMOUNT, mood
        assert len(set(node.sent)) == 1, mood


@pytest.mark.parametrize(
    "mood",
    [
        RpcError(-32601, "Method not found"),
        RpcError(-32010, "excluded from account secondary indexes", {"indexKey": "x"}),
        RpcError(-32600, "Invalid request"),
        RpcError(-99999, "line one\nline two"),
        Http("403 Forbidden", b"<html>no</html>"),
        Http("404 Not Found"),
        Http("301 Moved Permanently", headers=("Location: https://elsewhere",)),
        Http(TOO_MANY, headers=("Retry-After: 86400",)),
    ],
)
async def test_a_no_is_not_asked_again(node: Node, chain: RpcChain, mood: Mood) -> None:
    node.moods["getSlot"] = [mood] * 2
    with pytest.raises(ChainUnavailable, match=r"^The chain at [^\n]*\.$"):
        await chain.slot()
    assert node.asked.count("getSlot") == 1


async def test_no_error_shows_what_is_secret_in_the_url(node: Node, clock: QuickClock) -> None:
    async with serving(node) as url:
        secret = url.replace("http://", "http://ann:hunter2@") + "/?api-key=hunter2"
        async with await RpcChain.open(secret, clock=clock) as chain:
            for mood in PASSING[::6]:
                node.moods["getSlot"] = [mood] * 20
                with pytest.raises(ChainUnavailable) as caught:
                    await chain.slot()
                assert "hunter2" not in str(caught.value)
        with pytest.raises(WrongCluster) as other:
            await RpcChain.open(secret, b"\1" * 32)
        assert "hunter2" not in str(other.value)


async def test_a_pause_that_the_node_asks_for_is_kept_by_everybody(
    node: Node, chain: RpcChain, clock: QuickClock
) -> None:
    node.moods["getSlot"] = [Http(TOO_MANY, headers=("Retry-After: 30",))]
    await chain.slot()
    assert clock.passed >= 30


async def test_a_wrong_signature_is_refused_before_it_is_sent(
    node: Node, chain: RpcChain, wallet: Wallet
) -> None:
    step = transfer(TransferParams(from_pubkey=wallet.pubkey, to_pubkey=wallet.pubkey, lamports=1))
    prepared = await chain.prepare([step], payer=wallet)
    raw = bytearray(prepared.transaction)
    raw[1] ^= 1
    node.asked.clear()
    with pytest.raises(TransactionRefused) as refused:
        await chain.submit(type(prepared)(prepared.signature, bytes(raw), prepared.blockhash))
    assert refused.value.reason == "SignatureFailure"
    assert node.asked == []


async def test_a_blockhash_that_a_lagging_node_does_not_know_is_no_verdict(
    node: Node, chain: RpcChain, wallet: Wallet
) -> None:
    unknown = Result(
        {
            "context": {"slot": 1 << 60},
            "value": {"err": "BlockhashNotFound", "logs": [], "unitsConsumed": 0},
        }
    )
    node.moods["simulateTransaction"] = [unknown, unknown]
    target = await pay(chain, wallet)
    assert await chain.balance(target) == AMOUNT
    # The same for signed bytes that an earlier process left behind, whose blockhash this one has not seen.
    step = transfer(TransferParams(from_pubkey=wallet.pubkey, to_pubkey=target, lamports=AMOUNT))
    prepared = await chain.prepare([step], payer=wallet)
    async with await RpcChain.open(chain._node.name, clock=QuickClock()) as later:
        node.moods["simulateTransaction"] = [unknown, unknown]
        await later.submit(prepared)
    assert await chain.balance(target) == 2 * AMOUNT


async def test_what_is_in_a_block_that_a_lagging_node_has_not_seen_has_not_expired(
    node: Node, chain: RpcChain, wallet: Wallet
) -> None:
    """The transaction runs; then the cluster moves on while this node's statuses stay behind."""
    target = Pubkey.new_unique()
    step = transfer(TransferParams(from_pubkey=wallet.pubkey, to_pubkey=target, lamports=AMOUNT))
    prepared = await chain.prepare([step], payer=wallet)
    unseen = Result({"context": {"slot": 1}, "value": [None]})
    node.moods["getSignatureStatuses"] = [unseen] * 25
    sending = asyncio.create_task(chain.submit(prepared))
    await asyncio.wait_for(node.first_sent.wait(), 10)
    await node.chain.advance(400)
    receipt = await sending
    assert receipt.signature == prepared.signature
    assert await node.chain.balance(target) == AMOUNT
    assert len(set(node.sent)) == 1


async def test_reads_after_a_write_are_not_older_than_it(
    node: Node, chain: RpcChain, wallet: Wallet, clock: QuickClock
) -> None:
    target = await pay(chain, wallet)
    node.behind = 3
    reads: list[Callable[[], Awaitable[object]]] = [
        lambda: chain.balance(target),
        lambda: chain.accounts([target]),
        lambda: chain.program_accounts(b""),
        lambda: chain.history(target),
        chain.slot,
        chain.blockhash,
    ]
    for read in reads:
        with pytest.raises(ChainUnavailable, match="has not seen yet"):
            await read()
    node.behind = 0
    assert await chain.balance(target) == AMOUNT


async def test_a_node_that_ignores_the_wanted_slot_is_found_out(
    node: Node, chain: RpcChain, wallet: Wallet
) -> None:
    target = await pay(chain, wallet)
    node.moods["getBalance"] = [Result({"context": {"slot": 0}, "value": 0})] * 3
    assert await chain.balance(target) == AMOUNT


async def test_a_payment_costs_five_requests(node: Node, chain: RpcChain, wallet: Wallet) -> None:
    node.asked.clear()
    await pay(chain, wallet)
    assert node.asked == [
        "simulateTransaction",
        "getLatestBlockhash",
        "sendTransaction",
        "getSignatureStatuses",
        "getTransaction",
    ]


async def test_history_is_read_in_batches(node: Node, chain: RpcChain, wallet: Wallet) -> None:
    for _ in range(7):
        await pay(chain, wallet)
    posts = node.posts
    whole = await chain.history(wallet.pubkey)
    assert len(whole) == 8
    assert node.posts - posts == 2
    # One in the middle fails alone, and is asked for alone.
    node.moods["getTransaction"] = [Result(None), RpcError(-32005, "Not now"), Result({"slot": -1})]
    assert await chain.history(wallet.pubkey) == whole
    # Another transaction than was asked for is none.
    other = await node.getTransaction(str(whole[-1].signature))
    node.moods["getTransaction"] = [Result(other), Result(other)]
    assert await chain.history(wallet.pubkey) == whole
    # Where batches are not served, nobody notices.
    node.batches = False
    assert await chain.history(wallet.pubkey) == whole
    posts = node.posts
    assert await chain.history(wallet.pubkey) == whole
    assert node.posts - posts == 9


async def test_a_history_with_a_hole_is_not_called_whole(node: Node, chain: RpcChain, wallet: Wallet) -> None:
    await pay(chain, wallet)
    node.mood = lambda method: Result(None) if method == "getTransaction" else None
    with pytest.raises(ChainUnavailable, match="has not seen yet"):
        await chain.history(wallet.pubkey)
    assert await chain.transaction(Signature.default()) is None


async def test_an_hour_of_everything_neither_pays_twice_nor_ends_in_another_error(
    node: Node, chain: RpcChain, wallet: Wallet, clock: QuickClock
) -> None:
    """Most requests go wrong, in every way there is; each payment is tried until it is through."""
    chance = random.Random(7)
    node.mood = lambda method: chance.choice(PASSING) if chance.random() < 0.9 else None
    paid, refused = 0, 0
    while clock.passed < 3600:
        target = Pubkey.new_unique()
        step = transfer(TransferParams(from_pubkey=wallet.pubkey, to_pubkey=target, lamports=AMOUNT))
        prepared = None
        while True:
            try:
                prepared = prepared or await chain.prepare([step], payer=wallet)
                await chain.submit(prepared)
                break
            except TransactionRefused as error:
                assert error.reason == "AlreadyProcessed"
                break
            except ChainUnavailable:
                refused += 1
        paid += 1
        assert await node.chain.balance(target) == AMOUNT
    node.mood = lambda method: None
    assert paid > 0
    assert refused > 0
    assert await chain.balance(wallet.pubkey) == 1000 * AMOUNT - paid * (AMOUNT + 5000)


async def test_an_airdrop_that_may_have_been_given_is_not_asked_for_again(
    node: Node, chain: RpcChain, wallet: Wallet
) -> None:
    node.moods["requestAirdrop"] = [Http(body=b"{", cut=5)] * 2
    with pytest.raises(FederityError):
        await chain.airdrop(wallet.pubkey, 1)
    assert node.asked.count("requestAirdrop") == 1


def test_pages_stay_within_what_nodes_serve() -> None:
    assert rpc_history._PAGE <= 1000
