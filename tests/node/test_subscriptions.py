"""Subscriptions over a real WebSocket: what is told, to whom, in which order, and when it ends."""

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.transaction import VersionedTransaction
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from contract.served import Served, served
from federity.chain.embedded import EmbeddedChain
from federity_node.limits import Limits
from node.asking import pay

pytestmark = pytest.mark.svm

TOKEN = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")


@dataclass
class Listener:
    """A client of the node's WebSocket."""

    socket: ClientConnection
    numbers: Any = field(default_factory=lambda: itertools.count(1))
    heard: list[Any] = field(default_factory=list)

    async def receive(self) -> Any:
        return json.loads(await asyncio.wait_for(self.socket.recv(), 20))

    async def __call__(self, method: str, *params: Any) -> Any:
        """The answer to a request; notifications before it are kept."""
        number = next(self.numbers)
        await self.socket.send(
            json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)})
        )
        while (message := await self.receive()).get("id") != number:
            self.heard.append(message)
        return message.get("result", message.get("error"))

    async def next(self, name: str, number: int) -> Any:
        """The next notification of a subscription."""
        while True:
            for message in self.heard:
                if message["params"]["subscription"] == number:
                    self.heard.remove(message)
                    assert message["method"] == f"{name}Notification"
                    return message["params"]["result"]
            self.heard.append(await self.receive())


@asynccontextmanager
async def listening(node: Served) -> AsyncIterator[Listener]:
    async with connect(node.websocket) as socket:
        yield Listener(socket)


@dataclass
class Sender:
    """Sends through the node's JSON-RPC."""

    node: Served
    http: httpx2.AsyncClient

    async def ask(self, method: str, *params: Any) -> Any:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return (await self.http.post(self.node.url, json=request)).json()["result"]

    async def funded(self) -> Keypair:
        key = Keypair()
        await self.ask("requestAirdrop", str(key.pubkey()), 10**10)
        return key

    async def signed(self, payer: Keypair, *steps: Instruction) -> VersionedTransaction:
        latest = (await self.ask("getLatestBlockhash"))["value"]["blockhash"]
        message = MessageV0.try_compile(payer.pubkey(), list(steps), [], Hash.from_string(latest))
        return VersionedTransaction(message, [payer])

    async def send(self, transaction: VersionedTransaction) -> str:
        data = base64.b64encode(bytes(transaction)).decode()
        return await self.ask("sendTransaction", data, {"encoding": "base64", "skipPreflight": True})


@pytest_asyncio.fixture
async def node(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, Limits(subscriptions=8, body=10_000)) as opened:
        yield opened


@pytest_asyncio.fixture
async def sender(node: Served) -> AsyncIterator[Sender]:
    async with httpx2.AsyncClient() as http:
        yield Sender(node, http)


async def test_a_transfer_is_heard_by_all_who_asked(node: Served, sender: Sender) -> None:
    payer, target = await sender.funded(), Keypair().pubkey()
    transaction = await sender.signed(payer, pay(payer, target))
    signature = str(transaction.signatures[0])
    async with listening(node) as ear:
        account = await ear("accountSubscribe", str(target), {"encoding": "base64"})
        quiet = await ear("accountSubscribe", str(Keypair().pubkey()))
        ended = await ear("signatureSubscribe", signature, {"commitment": "confirmed"})
        logs = await ear("logsSubscribe", {"mentions": [str(target)]})
        program = await ear(
            "programSubscribe", str(SYSTEM_PROGRAM), {"encoding": "base64", "filters": [{"dataSize": 0}]}
        )
        other = await ear("programSubscribe", str(TOKEN))
        assert len({account, quiet, ended, logs, program, other}) == 6
        assert await sender.send(transaction) == signature
        told = await ear.next("account", account)
        assert told["value"]["lamports"] == 10_000_000
        assert (await ear.next("signature", ended))["value"] == {"err": None}
        value = (await ear.next("logs", logs))["value"]
        assert (value["signature"], value["err"]) == (signature, None)
        assert any("success" in line for line in value["logs"])
        changed = {(await ear.next("program", program))["value"]["pubkey"] for _ in range(2)}
        assert changed == {str(payer.pubkey()), str(target)}
        # A signature is told once, and is then no subscription any more.
        assert (await ear("signatureUnsubscribe", ended))["code"] == -32602
        assert await ear("accountUnsubscribe", account) is True
        assert (await ear("accountUnsubscribe", account))["code"] == -32602
        await sender.send(await sender.signed(payer, pay(payer, target, 1)))
        await ear.next("logs", logs)
        assert not [m for m in ear.heard if m["params"]["subscription"] in (account, quiet, other)]


async def test_what_has_run_already_is_told_at_once(node: Served, sender: Sender) -> None:
    payer = await sender.funded()
    doomed = await sender.signed(payer, Instruction(TOKEN, b"\xfe", []))
    signature = await sender.send(doomed)
    async with listening(node) as ear:
        number = await ear("signatureSubscribe", signature)
        error = {"InstructionError": [0, {"Custom": 12}]}
        assert (await ear.next("signature", number))["value"] == {"err": error}


async def test_an_account_that_goes_is_told_empty(node: Served, sender: Sender) -> None:
    payer = await sender.funded()
    async with listening(node) as ear:
        number = await ear("accountSubscribe", str(payer.pubkey()), {"encoding": "jsonParsed"})
        everything = 10**10 - 5000
        await sender.send(await sender.signed(payer, pay(payer, Keypair().pubkey(), everything)))
        told = (await ear.next("account", number))["value"]
        assert (told["lamports"], told["data"], told["owner"]) == (0, ["", "base64"], str(SYSTEM_PROGRAM))


async def test_slots_grow(node: Served) -> None:
    async with listening(node) as ear:
        slot, root = await ear("slotSubscribe"), await ear("rootSubscribe")
        first, second = await ear.next("slot", slot), await ear.next("slot", slot)
        assert first["slot"] < second["slot"]
        assert second["parent"] == second["root"] == second["slot"] - 1
        assert await ear.next("root", root) < await ear.next("root", root)


async def test_what_another_process_writes_is_heard_too(node: Served, tmp_path: Path) -> None:
    target = Keypair().pubkey()
    async with listening(node) as ear, await EmbeddedChain.open(tmp_path / "chain") as beside:
        number = await ear("accountSubscribe", str(target))
        await beside.airdrop(target, 10**9)
        assert (await ear.next("account", number))["value"]["lamports"] == 10**9


async def test_bad_input_is_answered_and_the_socket_lives_on(node: Served) -> None:
    async with listening(node) as ear:
        for method, params, code in (
            ("getSlot", [], -32601),
            ("nothingSubscribe", [], -32601),
            ("blockSubscribe", ["all"], -32601),
            ("Subscribe", [], -32601),
            ("accountSubscribe", [], -32602),
            ("accountSubscribe", ["x"], -32602),
            ("logsSubscribe", [[]], -32602),
            ("logsSubscribe", [{"mentions": []}], -32602),
            ("slotSubscribe", [1], -32602),
            ("slotUnsubscribe", [-1], -32602),
            ("slotUnsubscribe", [12345], -32602),
        ):
            assert (await ear(method, *params))["code"] == code, method
        for raw, code in (("{", -32700), ("[]", -32600), ("7", -32600), ('{"id": {}}', -32600), ("", -32700)):
            await ear.socket.send(raw)
            assert (await ear.receive())["error"]["code"] == code, raw
        await ear.socket.send(b"\xff\xfe")
        assert (await ear.receive())["error"]["code"] == -32700
        for _ in range(8):
            assert isinstance(await ear("slotSubscribe"), int)
        assert "at most 8" in (await ear("slotSubscribe"))["message"]


async def test_a_message_too_long_ends_the_connection_alone(node: Served) -> None:
    async with listening(node) as ear:
        await ear.socket.send("x" * 20_000)
        with pytest.raises(ConnectionClosed):
            await ear.receive()
    async with listening(node) as ear:
        assert isinstance(await ear("slotSubscribe"), int)


async def test_who_goes_away_is_forgotten(node: Served, sender: Sender) -> None:
    for _ in range(5):
        async with listening(node) as ear:
            await ear("logsSubscribe", "all")
            ear.socket.transport.abort()
    await sender.funded()
    async with listening(node) as ear:
        number = await ear("logsSubscribe", "all")
        await sender.funded()
        assert (await ear.next("logs", number))["value"]["err"] is None
