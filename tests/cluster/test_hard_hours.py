"""What a cluster does to people: stops, drops what was confirmed, asks for fees, loses transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer

from e2e.keeping import ready_to_merge
from e2e.team import SOL, Team, trained, weights
from federity.chain.rpc import RpcChain, RpcSettings
from federity.errors import ChainError, ChainUnavailable
from federity.prover.groth16 import Groth16Prover
from federity.repository.repository import Repository
from federity.storage.directory import DirectoryStorage
from federity.wallet import Wallet
from federity_keeper.events import Log
from federity_keeper.service import open_keeper
from support.proxy import LossyProxy
from support.validator import Validator

pytestmark = pytest.mark.network


@asynccontextmanager
async def people(root: Path, url: str, settings: RpcSettings | None = None) -> AsyncIterator[Team]:
    """A team on a chain; what one process knows of a chain ends with it."""
    async with await RpcChain.open(url, settings=settings) as chain:
        yield Team(root, chain, DirectoryStorage(root / "store"), Groth16Prover(root / "cache"))  # type: ignore[arg-type]


async def again(team: Team, wallets: dict[str, Wallet], name: str = "owner") -> Repository:
    """A working copy as the next command opens it."""
    team.wallets = wallets
    return Repository.open(await team.session(name), team.path(name))


async def a_repository(team: Team) -> Repository:
    return await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )


async def test_a_push_goes_on_over_a_stop_of_the_validator(validator: Validator, tmp_path: Path) -> None:
    await validator.start()
    async with people(tmp_path, validator.url) as team:
        owner = await a_repository(team)
        model = trained(weights(), 1)
        await owner.commit(model, "one", samples=1)
        submit, stopped = team.chain.submit, []

        async def cutting(*arguments: object, **named: object) -> object:
            # It is sent, and the node is gone before anybody knows what became of it.
            sending = asyncio.create_task(submit(*arguments, **named))
            if not stopped:
                stopped.append(asyncio.create_task(restart(validator)))
            return await sending

        team.chain.submit = cutting  # type: ignore[method-assign,assignment]
        try:
            await owner.push(level=0)
        except ChainUnavailable:
            await asyncio.gather(*stopped)
            await owner.push(level=0)
        await asyncio.gather(*stopped)
        assert (await owner.branches())[0].head_seq == 1
        reader = await team.clone("reader", owner.url)
        mine, theirs = await owner.tensors(), await reader.tensors()
        assert all(np.array_equal(mine[name], theirs[name]) for name in mine)
        assert all(np.abs(mine[name] - model[name]).max() < 0.02 for name in model)
        assert (await reader.verify("HEAD")).ok


async def restart(validator: Validator) -> None:
    await asyncio.to_thread(validator.kill)
    await validator.start()


async def test_a_keeper_outlives_a_stop_and_merges_once(
    validator: Validator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEDERITY_HOME", str(tmp_path))
    await validator.start()
    async with people(tmp_path, validator.url) as team:
        owner, settings = await ready_to_merge(team, validator.url)
        async with open_keeper(settings, Log(json=True), team.chain) as keeper:
            await keeper.step()
            await asyncio.to_thread(validator.stop)
            with pytest.raises(ChainUnavailable):
                await keeper.step()
            await validator.start()
            while await keeper.step():
                pass
        model = weights()
        assert (await owner.pull(model, force=True)).head_seq == 1
        assert all(np.abs(model[name] - trained(weights())[name]).max() < 0.02 for name in model)


async def test_what_was_only_confirmed_may_be_dropped_and_is_then_named(
    validator: Validator, tmp_path: Path
) -> None:
    await validator.start()
    async with people(tmp_path, validator.url, RpcSettings(commitment="finalized")) as team:
        owner = await a_repository(team)
        wallets = team.wallets
    validator.stop()
    validator.save(tmp_path / "aside")
    await validator.start()
    async with people(tmp_path, validator.url) as team:
        owner = await again(team, wallets)
        model = trained(weights(), 1)
        await owner.commit(model, "on a fork", samples=1)
        await owner.push(level=0)
    validator.kill()
    validator.put_back(tmp_path / "aside")
    await validator.start()
    async with people(tmp_path, validator.url) as team:
        owner = await again(team, wallets)
        with pytest.raises(ChainError, match=r"another head \(move 0\), and here .* \(move 1\)"):
            await owner.pull(model)
        await owner.pull(weights(), force=True)
        await owner.commit(model, "again", samples=1, replace=True)
        await owner.push(level=0)
        sent = await owner.tensors()
        assert (await owner.branches())[0].head_seq == 1
        assert all(np.abs(sent[name] - model[name]).max() < 0.02 for name in model)


async def test_what_was_said_to_be_final_stays(validator: Validator, tmp_path: Path) -> None:
    await validator.start()
    async with people(tmp_path, validator.url, RpcSettings(commitment="finalized")) as team:
        owner = await a_repository(team)
        model = trained(weights(), 1)
        await owner.commit(model, "final", samples=1)
        report = await owner.push(level=0)
        wallets, final = team.wallets, await team.chain.slot()
        # The very moment that the verb has said so.
        validator.kill()
    # Until it has read its own ledger again, it is a node that lags.
    await validator.start(final)
    async with people(tmp_path, validator.url) as team:
        owner = await again(team, wallets)
        assert (await owner.pull(model)).head == report.commits[0].merge
        assert (await owner.verify("HEAD")).ok


async def test_priority_is_paid_where_others_pay_it_up_to_the_cap(team: Team) -> None:
    url, cap = (await team.session("rival")).chain._node.name, 20_000  # type: ignore[attr-defined]
    rival, payer = team.wallets["rival"], Wallet.generate()
    await team.chain.airdrop(payer.pubkey, SOL)
    target = Pubkey.new_unique()
    step = transfer(TransferParams(from_pubkey=payer.pubkey, to_pubkey=target, lamports=2_000_000))
    async with await RpcChain.open(url, settings=RpcSettings(priority_fee_cap=cap)) as chain:
        for number in range(400):
            # Of the recent slots, more than a quarter must have been fought over.
            price = [set_compute_unit_limit(1000), set_compute_unit_price(10**9 + number)]
            theirs = transfer(TransferParams(from_pubkey=rival.pubkey, to_pubkey=target, lamports=2_000_000))
            await team.chain.send([*price, theirs], payer=rival)
            if number % 10 == 9 and await chain.priority_fee([step], payer.pubkey, 1000):
                break
        receipt = await chain.send([step], payer=payer)
    assert 5000 < receipt.fee <= 5000 + cap
    assert await team.chain.balance(payer.pubkey) == SOL - 2_000_000 - receipt.fee


@pytest.mark.parametrize("loss", ["swallowed", "cut", "doubled"])
async def test_lost_and_doubled_transactions_run_once(team: Team, tmp_path: Path, loss: str) -> None:
    await team.session("anybody")
    url = team.chain._node.name  # type: ignore[attr-defined]
    async with LossyProxy(url, loss, every=2) as proxy, people(tmp_path, proxy.url) as theirs:
        owner = await a_repository(theirs)
        await owner.commit(trained(weights(), 1), "one", samples=1)
        await owner.push(level=0)
        assert proxy.lost > 0
        target = Pubkey.new_unique()
        wallet = theirs.wallets["owner"]
        before, fees = await theirs.chain.balance(wallet.pubkey), 0
        for _ in range(3):
            step = transfer(TransferParams(from_pubkey=wallet.pubkey, to_pubkey=target, lamports=5_000_000))
            fees += (await theirs.chain.send([step], payer=wallet)).fee
    assert await team.chain.balance(target) == 15_000_000
    assert await team.chain.balance(wallet.pubkey) == before - 15_000_000 - fees
    reader = await team.clone("reader", owner.url) if loss == "cut" else None
    assert reader is None or (await reader.status()).head_seq == 1
