"""Asking a node without sockets: its answers to parsed requests."""

import json
from dataclasses import dataclass
from typing import Any

from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from federity_node import rpc
from federity_node.chain import Chain


class Refused(Exception):
    """The `error` of an answer."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.data = error.get("data")


@dataclass(frozen=True)
class Asked:
    """Asks a chain as a client does, past HTTP."""

    chain: Chain

    async def __call__(self, method: str, *params: Any) -> Any:
        request = {"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)}
        answer = json.loads(await rpc.answer(self.chain, request, may_write=True))
        assert answer["id"] == 7
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    async def value(self, method: str, *params: Any) -> Any:
        """What an answer with a context says."""
        return (await self(method, *params))["value"]

    async def blockhash(self) -> Hash:
        return Hash.from_string((await self.value("getLatestBlockhash"))["blockhash"])

    async def signed(
        self, payer: Keypair, steps: list[Instruction], *others: Keypair, legacy: bool = False
    ) -> VersionedTransaction:
        blockhash = await self.blockhash()
        message = (
            Message.new_with_blockhash(steps, payer.pubkey(), blockhash)
            if legacy
            else MessageV0.try_compile(payer.pubkey(), steps, [], blockhash)
        )
        return VersionedTransaction(message, [payer, *others])

    async def funded(self, lamports: int = 10_000_000_000) -> Keypair:
        key = Keypair()
        await self("requestAirdrop", str(key.pubkey()), lamports)
        return key


def pay(source: Keypair, target: Pubkey, lamports: int = 10_000_000) -> Instruction:
    return transfer(TransferParams(from_pubkey=source.pubkey(), to_pubkey=target, lamports=lamports))
