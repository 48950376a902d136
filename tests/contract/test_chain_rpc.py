"""What only a cluster does: drop transactions, be silent, be another cluster, page its answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer

from contract.node import Node, serving
from federity.chain import rpc_history
from federity.chain.rpc import RpcChain
from federity.errors import ChainUnavailable, TransactionRefused, WrongCluster
from federity.wallet import Wallet
from support.clock import QuickClock

pytestmark = pytest.mark.svm


@pytest_asyncio.fixture
async def chain(node: Node) -> AsyncIterator[RpcChain]:
    async with serving(node) as url, await RpcChain.open(url, clock=QuickClock()) as opened:
        yield opened


@pytest_asyncio.fixture
async def wallet(chain: RpcChain) -> Wallet:
    funded = Wallet.generate()
    await chain.airdrop(funded.pubkey, 10_000_000_000)
    return funded


@asynccontextmanager
async def answering(body: bytes) -> AsyncIterator[str]:
    """A server that says the same to everyone."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_a_dropped_transaction_is_sent_again_with_the_same_bytes(
    node: Node, chain: RpcChain, wallet: Wallet
) -> None:
    node.faults["sendTransaction"] = 2
    target = Pubkey.new_unique()
    pay = transfer(TransferParams(from_pubkey=wallet.pubkey, to_pubkey=target, lamports=10_000_000))
    await chain.send([pay], payer=wallet)
    assert len(node.sent) == 3
    assert len(set(node.sent)) == 1
    assert await chain.balance(target) == 10_000_000


async def test_a_transaction_that_is_always_dropped_expires(
    node: Node, chain: RpcChain, wallet: Wallet
) -> None:
    node.faults["sendTransaction"] = 1_000
    pay = transfer(
        TransferParams(from_pubkey=wallet.pubkey, to_pubkey=Pubkey.new_unique(), lamports=10_000_000)
    )
    sending = asyncio.create_task(chain.send([pay], payer=wallet))
    await asyncio.wait_for(node.swallowed.wait(), 10)
    await node.chain.advance(200)
    with pytest.raises(TransactionRefused) as refused:
        await sending
    assert refused.value.reason == "BlockhashNotFound"


async def test_what_ran_unseen_is_not_sent_again(node: Node, chain: RpcChain, wallet: Wallet) -> None:
    target = Pubkey.new_unique()
    pay = transfer(TransferParams(from_pubkey=wallet.pubkey, to_pubkey=target, lamports=10_000_000))
    prepared = await chain.prepare([pay], payer=wallet)
    await chain.submit(prepared)
    count = len(node.sent)
    with pytest.raises(TransactionRefused) as refused:
        await chain.submit(prepared)
    assert refused.value.reason == "AlreadyProcessed"
    assert len(node.sent) == count


async def test_another_cluster_is_refused(node: Node) -> None:
    genesis = await node.chain.genesis_hash()
    async with serving(node) as url:
        await (await RpcChain.open(url, genesis)).close()
        with pytest.raises(WrongCluster, match="another one than expected"):
            await RpcChain.open(url, b"\x01" * 32)


async def test_silence_is_one_sentence(unused_tcp_port: int) -> None:
    with pytest.raises(ChainUnavailable, match=r"^The chain at http://127.0.0.1:\d+ gives no answer\.$"):
        await RpcChain.open(f"http://127.0.0.1:{unused_tcp_port}", clock=QuickClock())


@pytest.mark.parametrize(
    "body",
    [
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"SSH-2.0-OpenSSH\r\n",
    ],
)
async def test_what_is_no_node_is_unavailable(body: bytes) -> None:
    async with answering(body) as url:
        with pytest.raises(ChainUnavailable):
            await RpcChain.open(url, clock=QuickClock())


async def test_more_accounts_than_one_request_takes(chain: RpcChain, wallet: Wallet) -> None:
    addresses = [Pubkey.new_unique() for _ in range(230)]
    addresses[217] = wallet.pubkey
    found = await chain.accounts(addresses)
    assert [index for index, account in enumerate(found) if account] == [217]
    assert len(found) == 230


async def test_long_histories_are_paged(
    chain: RpcChain, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Pubkey.new_unique()
    for amount in range(5):
        lamports = 10_000_000 + amount
        pay = transfer(TransferParams(from_pubkey=wallet.pubkey, to_pubkey=target, lamports=lamports))
        await chain.send([pay], payer=wallet)
    whole = await chain.history(target)
    monkeypatch.setattr(rpc_history, "_PAGE", 2)
    assert await chain.history(target) == whole
    assert await chain.history(target, limit=3) == whole[:3]
    assert len(whole) == 5
