"""How a cluster is spoken to by the settings: how sure its blocks must be, and what is paid for priority."""

from pathlib import Path

import pytest
import pytest_asyncio
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer

from contract.node import Node, RpcError, serving
from federity.chain.rpc import RpcChain, RpcSettings
from federity.chain.transaction import DEFAULT_UNITS
from federity.prover.groth16 import Groth16Prover
from federity.repository.steps import transactions
from federity.repository.steps.transactions import Step
from federity.session import Session
from federity.storage.memory import MemoryStorage
from federity.wallet import Wallet
from support.clock import QuickClock

pytestmark = pytest.mark.svm

AMOUNT = 10_000_000


@pytest_asyncio.fixture
async def wallet(node: Node) -> Wallet:
    funded = Wallet.generate()
    await node.chain.airdrop(funded.pubkey, 1000 * AMOUNT)
    return funded


@pytest.mark.parametrize("commitment", ["processed", "confirmed", "finalized"])
async def test_a_commitment_is_what_reads_ask_for(node: Node, wallet: Wallet, commitment: str) -> None:
    seen: list[object] = []
    answer = node.answer

    async def noting(method: str, params: list[object]) -> object:
        seen.extend(item.get("commitment") for item in params if isinstance(item, dict))
        return await answer(method, params)

    node.answer = noting  # type: ignore[method-assign]
    settings = RpcSettings(commitment=commitment)
    async with serving(node) as url, await RpcChain.open(url, settings=settings) as chain:
        await chain.balance(wallet.pubkey)
        await chain.accounts([wallet.pubkey])
        await chain.history(wallet.pubkey)
    history = "finalized" if commitment == "finalized" else "confirmed"
    assert seen == [commitment, commitment, history, history]


async def test_a_busy_cluster_is_paid_up_to_the_cap(node: Node, wallet: Wallet, clock: QuickClock) -> None:
    node.fees = [0, 1_000_000, 3_000_000, 2_000_000]
    settings = RpcSettings(priority_fee_cap=100_000)
    async with serving(node) as url, await RpcChain.open(url, settings=settings, clock=clock) as chain:
        step = transfer(
            TransferParams(from_pubkey=wallet.pubkey, to_pubkey=Pubkey.new_unique(), lamports=AMOUNT)
        )
        receipt = await chain.send([step], payer=wallet)
        assert 5000 + 300 <= receipt.fee < 5000 + 100_000
        assert await chain.priority_fee([step], wallet.pubkey, DEFAULT_UNITS) == 100_000
        assert await chain.priority_fee([step], wallet.pubkey, 1000) == 3000
        prover = Groth16Prover(Path("nowhere"))
        session = Session(chain=chain, storage=MemoryStorage(), prover=prover, url=url, keypair=wallet)
        priced = await transactions.price(session, [Step(step, units=1000)])
        assert (priced.fees, priced.priority) == (8000, 3000)
        paid = (await transactions.send(session, [Step(step)])).cost
        assert paid.fees - paid.priority == 5000
        assert 0 < paid.priority < 100_000
    async with serving(node) as url, await RpcChain.open(url, clock=clock) as chain:
        assert await chain.priority_fee([step], wallet.pubkey, DEFAULT_UNITS) == 0
        assert (await chain.send([step], payer=wallet)).fee == 5000


async def test_a_node_without_a_fee_market_is_paid_no_priority(node: Node, wallet: Wallet) -> None:
    node.moods["getRecentPrioritizationFees"] = [RpcError(-32601, "Method not found")]
    settings = RpcSettings(priority_fee_cap=100_000)
    async with serving(node) as url, await RpcChain.open(url, settings=settings) as chain:
        step = transfer(TransferParams(from_pubkey=wallet.pubkey, to_pubkey=wallet.pubkey, lamports=1))
        assert await chain.priority_fee([step], wallet.pubkey, 1000) == 0
