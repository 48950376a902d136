"""A Solana RPC node over the embedded chain: HTTP and JSON as a cluster's node speaks them, on a local port.

It lets the RPC adapter run in every test run, without a validator; `make test-cluster` runs the same suite on
one. `Node.faults` makes it drop transactions, `Node.moods` makes it misbehave in every other way.
"""

import asyncio
import base64
import json
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from contract import node_forms as forms
from federity.chain import base58, loader
from federity.chain.base import Account, Filter
from federity.chain.embedded import EmbeddedChain
from federity.errors import FederityError

Json = Any


class RpcError(Exception):
    """An error as a node reports it."""

    def __init__(self, code: int, message: str, data: Json = None) -> None:
        super().__init__(message)
        self.body = {"code": code, "message": message, **({} if data is None else {"data": data})}


@dataclass(frozen=True)
class Http:
    """Bytes on the wire in place of an answer; with `cut`, the connection ends before all were sent."""

    status: str = "200 OK"
    body: bytes = b""
    headers: tuple[str, ...] = ()
    cut: int = 0

    def wire(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status}", f"Content-Length: {len(self.body) + self.cut}", *self.headers]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass(frozen=True)
class Result:
    """A result of the node's own making in place of the right one."""

    value: Json


Mood = Http | Result | RpcError


class Node:
    """Answers requests from a chain.

    `faults` maps a method to how many of its next calls are swallowed; `moods` a method, or `*` for all, to
    what its next calls get instead of their answers (for an HTTP answer, the whole request). `behind` is how
    many slots the node's view of accounts and statuses lags. `programs` are accounts as a cluster's loader
    would have made them. `asked` lists every request's method.
    """

    def __init__(self, chain: EmbeddedChain) -> None:
        self.chain = chain
        self.bank = chain._bank
        self.faults: dict[str, int] = {}
        self.moods: dict[str, list[Mood]] = {}
        self.mood: Callable[[str], Mood | None] = lambda method: None
        self.behind = 0
        self.fees: list[int] = []
        self.programs: dict[str, Account] = {}
        self.sliced = 0
        self.batches = True
        self.asked: list[str] = []
        self.posts = 0
        self.sent: list[bytes] = []
        self.first_sent = asyncio.Event()
        self.swallowed = asyncio.Event()

    def next_mood(self, method: str) -> Mood | None:
        for name in (method, "*"):
            if self.moods.get(name):
                return self.moods[name].pop(0)
        return self.mood(method)

    async def answer(self, method: str, params: list[Json]) -> Json:
        handler: Callable[..., Any] | None = getattr(self, method, None)
        if handler is None:
            raise RpcError(-32601, "Method not found")
        config = params[-1] if params and isinstance(params[-1], dict) else {}
        if config.get("minContextSlot", 0) > await self._slot():
            raise RpcError(-32016, "Minimum context slot has not been reached")
        return await handler(*params)

    def deploy(self, program: Pubkey, code: bytes, authority: Pubkey | None, slot: int = 7) -> None:
        """Let a program look as the upgradeable loader leaves it."""
        place = loader.programdata_address(program)
        header = struct.pack("<IQB", 3, slot, authority is not None)
        header += bytes(authority or Pubkey.default())
        self.programs[str(program)] = Account(1, loader.LOADER, struct.pack("<I", 2) + bytes(place), True)
        self.programs[str(place)] = Account(1, loader.LOADER, header + code + bytes(1000))

    async def _slot(self) -> int:
        return await self.chain.slot() - self.behind

    def _context(self, value: Json, slot: int) -> Json:
        return {"context": {"slot": slot, "apiVersion": "4.2.2"}, "value": value}

    async def getGenesisHash(self) -> Json:
        return base58.encode(self.bank.ledger.genesis)

    async def getSlot(self, *_: Json) -> Json:
        return await self._slot()

    async def getBlockTime(self, slot: int) -> Json:
        (time,) = await self.chain.block_times([slot])
        return time

    async def getRecentPrioritizationFees(self, addresses: list[str]) -> Json:
        if len(addresses) > 128:
            raise RpcError(-32602, "Too many inputs provided; max 128")
        return [{"slot": slot, "prioritizationFee": fee} for slot, fee in enumerate(self.fees)]

    async def getLatestBlockhash(self, *_: Json) -> Json:
        blockhash = await self.chain._do(self.bank.blockhash)
        slot = await self._slot()
        return self._context({"blockhash": str(blockhash), "lastValidBlockHeight": slot + 150}, slot)

    async def getBalance(self, address: str, *_: Json) -> Json:
        return self._context(await self.chain.balance(Pubkey.from_string(address)), await self._slot())

    async def getMinimumBalanceForRentExemption(self, size: int, *_: Json) -> Json:
        return await self.chain.rent(size)

    async def getMultipleAccounts(self, addresses: list[str], config: Json = None) -> Json:
        if len(addresses) > 100:
            raise RpcError(-32602, "Too many inputs provided; max 100")
        found = await self.chain.accounts([Pubkey.from_string(address) for address in addresses])
        found = [self.programs.get(address, item) for address, item in zip(addresses, found, strict=True)]
        if part := (config or {}).get("dataSlice"):
            end = part["offset"] + part["length"]
            found = [item and replace(item, data=item.data[part["offset"] : end]) for item in found]
            self.sliced += 1
        return self._context([item and forms.account(item) for item in found], await self._slot())

    async def getProgramAccounts(self, program: str, config: Json) -> Json:
        filters = [
            Filter(item["memcmp"]["offset"], base58.decode(item["memcmp"]["bytes"]))
            for item in config.get("filters") or []
        ]
        owner = Pubkey.from_string(program)
        found = await self.chain.program_accounts(b"", filters, program=owner)
        # A node promises no order.
        accounts = [
            {"pubkey": str(a), "account": forms.account(Account(1, owner, data))}
            for a, data in reversed(found)
        ]
        return self._context(accounts, await self._slot()) if config.get("withContext") else accounts

    async def requestAirdrop(self, address: str, lamports: int, *_: Json) -> Json:
        receipt = await self.chain.airdrop(Pubkey.from_string(address), lamports)
        return str(receipt.signature)

    async def sendTransaction(self, data: str, *_: Json) -> Json:
        raw = base64.b64decode(data)
        self.sent.append(raw)
        self.first_sent.set()
        signature = str(VersionedTransaction.from_bytes(raw).signatures[0])
        if self.faults.get("sendTransaction", 0):
            self.faults["sendTransaction"] -= 1
            self.swallowed.set()
            return signature
        # A node does not tell the sender what went wrong: it is seen in the blocks, or not at all.
        with suppress(FederityError):
            await self.chain._do(lambda: self.bank.submit(raw))
        return signature

    async def simulateTransaction(self, data: str, config: Json) -> Json:
        transaction = VersionedTransaction.from_bytes(base64.b64decode(data))
        if config.get("sigVerify") and not all(transaction.verify_with_results()):
            raise RpcError(-32003, "Transaction signature verification failure")
        slot = await self._slot()
        known = self.bank._hasher.slot_of(transaction.message.recent_blockhash, await self.chain.slot())
        if not config.get("replaceRecentBlockhash") and known is None:
            return self._context(forms.simulated("BlockhashNotFound"), slot)

        def work() -> Json:
            with self.bank.ledger.reading():
                machine = self.bank._machine_for(transaction, self.bank.ledger.slots().now())
                outcome = machine.try_out(transaction)
            error = forms.error(outcome.failure)
            return forms.simulated(
                error, outcome.logs, outcome.compute_units, forms.parsed(outcome.inner), outcome.fee
            )

        return self._context(await self.chain._do(work), slot)

    async def getSignatureStatuses(self, signatures: list[str], *_: Json) -> Json:
        if len(signatures) > 256:
            raise RpcError(-32602, "Too many inputs provided; max 256")
        found = [await self.chain.transaction(Signature.from_string(text)) for text in signatures]
        slot = await self._slot()
        found = [item if item and item.slot <= slot else None for item in found]
        statuses = [
            item
            and {
                "slot": item.slot,
                "confirmations": 1,
                "err": forms.error(item.failure),
                "status": forms.status(item.failure),
                "confirmationStatus": "confirmed",
            }
            for item in found
        ]
        return self._context(statuses, await self._slot())

    async def getSignaturesForAddress(self, address: str, config: Json) -> Json:
        before = config.get("before")
        found = await self.chain.history(
            Pubkey.from_string(address),
            Signature.from_string(before) if before else None,
            config.get("limit"),
        )
        return [
            {
                "signature": str(item.signature),
                "slot": item.slot,
                "err": forms.error(item.failure),
                "memo": None,
                "blockTime": item.time,
                "confirmationStatus": "confirmed",
            }
            for item in found
        ]

    async def getTransaction(self, signature: str, *_: Json) -> Json:
        found = await self.chain.transaction(Signature.from_string(signature))
        return found and forms.transaction(found)


@asynccontextmanager
async def serving(node: Node) -> AsyncIterator[str]:
    """Serve on a free local port; the URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lengths = [
                    line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
                ]
                request = json.loads(await reader.readexactly(int(lengths[0].split(b":")[1])))
                answer = await respond(node, request)
                writer.write(answer.wire())
                await writer.drain()
                if answer.cut:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def respond(node: Node, request: Json) -> Http:
    """The HTTP answer to one request or to a batch of them."""
    node.posts += 1
    many = request if isinstance(request, list) else [request]
    answers = []
    for single in many:
        node.asked.append(single["method"])
        mood = node.next_mood(single["method"])
        if isinstance(mood, Http):
            return mood
        answers.append(await _envelope(node, single, mood))
    if isinstance(request, list) and not node.batches:
        error = RpcError(-32600, "Batch requests are not allowed").body
        return Http(body=json.dumps({"jsonrpc": "2.0", "id": None, "error": error}).encode())
    return Http(body=json.dumps(answers if isinstance(request, list) else answers[0]).encode())


async def _envelope(node: Node, request: Json, mood: Mood | None) -> Json:
    envelope = {"jsonrpc": "2.0", "id": request["id"]}
    try:
        if isinstance(mood, RpcError):
            raise mood
        if isinstance(mood, Result):
            return {**envelope, "result": mood.value}
        return {**envelope, "result": await node.answer(request["method"], request.get("params") or [])}
    except RpcError as error:
        return {**envelope, "error": error.body}
