"""Uploading as transactions of Arweave's own chain, paid in AR by an RSA wallet.

A transaction is signed once and written down before it is sent: what is found begun is gone on with, chunk by
chunk, and never signed a second time unless the chain can no longer take it, because only then nobody pays
for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from ...errors import InsufficientFunds, StorageUnavailable
from ...network.patience import Trouble, Why
from ...network.web import Answer, Host
from ...objects.blob import Blob
from ...objects.location import Location, LocationKind
from ...parsing import parse_shallow
from ...progress import tell
from ...text import ar
from ..base import FREE, Label, Price
from .encoding import from_base64, to_base64
from .jwk import ArweaveWallet, address_of
from .ledger import Ledger, Upload
from .lookup import tags_of
from .merkle import MerkleTree
from .transaction import Transaction, signed_transaction

__all__ = ["Node"]

T = TypeVar("T")

ANCHOR_BLOCKS: Final = 50
"""A transaction may be included up to so many blocks after the one that it names."""

_FORKED_BLOCKS: Final = 20
"""Blocks beside these until nobody can be in doubt about it."""

_FINAL_BLOCKS: Final = 10
_AT_ONCE: Final = 4
_FATAL: Final = (
    "invalid_json",
    "chunk_too_big",
    "data_path_too_big",
    "offset_too_big",
    "data_size_too_big",
    "chunk_proof_ratio_not_attractive",
    "invalid_proof",
)


@dataclass(frozen=True)
class _Status:
    """What the chain knows of a transaction: nothing, that it waits, or how many blocks are on top of it."""

    known: bool
    confirmations: int = 0


class Node:
    """A node, or a gateway that passes on to one."""

    kind = LocationKind.ARWEAVE

    def __init__(self, host: Host, wallet: Callable[[], ArweaveWallet], ledger: Ledger) -> None:
        """`wallet` is asked for when something is first signed."""
        self._host = host
        self._wallet = wallet
        self._ledger = ledger
        self.spent = FREE

    async def prepare(self, blob: Blob, sha256: bytes, label: Label | None) -> Location:
        """Where the blob will be: signs its transaction, or finds it signed. Raises what `upload` raises."""
        async with self._ledger.claimed(sha256):
            return (await self._said(self._begun(blob, sha256, label)))[0].location(self.kind)

    async def upload(self, blob: Blob, sha256: bytes, label: Label | None) -> Location:
        """Hand over what the chain does not have.

        Raises InsufficientFunds, StorageUnavailable, FileUnavailable, WalletError, WorktreeError (a damaged
        record of an upload).
        """
        async with self._ledger.claimed(sha256):
            return await self._said(self._upload(blob, sha256, label))

    async def price(self, size: int, label: Label | None) -> Price:
        """The winston that a blob costs now. Raises StorageUnavailable."""
        return Price(winston=await self._said(self._host.ask("GET", f"/price/{size}", _amount)))

    async def _said(self, work: Awaitable[T]) -> T:
        try:
            return await work
        except Trouble as trouble:
            raise StorageUnavailable(
                f"The Arweave node {self._host.name} did not serve this: {trouble.text or 'no answer'}."
            ) from trouble

    async def _begun(self, blob: Blob, sha256: bytes, label: Label | None) -> tuple[Upload, _Status]:
        """The record of an upload that can still arrive, and what the chain knows of it."""
        network, height = await self._network()
        record = self._ledger.read(sha256, network)
        if record is not None:
            if record.state == "final":
                return record, _Status(True, _FINAL_BLOCKS)
            status = await self._status(record.id)
            if status.known or height <= record.height + ANCHOR_BLOCKS + _FORKED_BLOCKS:
                return record, status
        wallet = self._wallet()
        reward = await self._host.ask("GET", f"/price/{len(blob)}", _amount)
        await self._check_balance(wallet, reward)
        anchor = await self._host.ask("GET", "/tx_anchor", lambda answer: from_base64(_text(answer)))
        root = (await asyncio.to_thread(MerkleTree.of, blob)).root
        tags = tags_of(sha256, label)
        signed = signed_transaction(
            wallet, root=root, size=len(blob), tags=tags, anchor=anchor, reward=reward
        )
        id = signed.id.hex()
        record = Upload(sha256.hex(), network, id, transaction=signed.to_text(), height=height)
        self._ledger.write(record)
        return record, _Status(False)

    async def _upload(self, blob: Blob, sha256: bytes, label: Label | None) -> Location:
        record, status = await self._begun(blob, sha256, label)
        if record.state == "sent" and status.confirmations >= _FINAL_BLOCKS:
            self._ledger.write(replace(record, state="final"))
        if record.state != "begun":
            return record.location(self.kind)
        transaction = record.signed()
        if not status.known:
            await self._host.ask("POST", "/tx", _posted, json=transaction.to_json())
        record = await self._chunks(record, transaction, blob)
        self._ledger.write(replace(record, state="sent"))
        self.spent += Price(winston=transaction.reward)
        return record.location(self.kind)

    async def _chunks(self, record: Upload, transaction: Transaction, blob: Blob) -> Upload:
        """Send the chunks that have not arrived, a few at once."""
        tree = await asyncio.to_thread(MerkleTree.of, blob)
        if tree.root != transaction.root:
            raise Trouble(Why.REFUSED, "the blob is not the one that was signed")
        for first in range(record.done, len(tree.chunks), _AT_ONCE):
            window = range(first, min(first + _AT_ONCE, len(tree.chunks)))
            tell("uploading", tree.chunks[first].start, len(blob), "bytes")
            sending = [self._chunk(tree, index, transaction, blob) for index in window]
            for failure in await asyncio.gather(*sending, return_exceptions=True):
                if failure is not None:
                    raise failure
            record = replace(record, done=window.stop)
            self._ledger.write(record)
        tell("uploading", len(blob), len(blob), "bytes")
        return record

    async def _chunk(self, tree: MerkleTree, index: int, transaction: Transaction, blob: Blob) -> None:
        chunk = tree.chunks[index]
        document = {
            "data_root": to_base64(transaction.root),
            "data_size": str(transaction.size),
            "data_path": to_base64(tree.path(index)),
            "offset": str(chunk.stop - 1),
            "chunk": to_base64(blob[chunk.start : chunk.stop]),
        }
        await self._host.ask("POST", "/chunk", _stored, json=document)

    async def _status(self, id: str) -> _Status:
        return await self._host.ask("GET", f"/tx/{to_base64(bytes.fromhex(id))}/status", _status)

    async def _network(self) -> tuple[str, int]:
        """The name of the node's network, whose nodes are all the same to a transaction, and its height."""
        return await self._host.ask("GET", "/info", _info)

    async def _check_balance(self, wallet: ArweaveWallet, reward: int) -> None:
        address = address_of(wallet.owner)
        balance = await self._host.ask("GET", f"/wallet/{address}/balance", _amount)
        if balance < reward:
            raise InsufficientFunds(
                f"The upload costs {ar(reward)}; the Arweave wallet {address} has {ar(balance)}.",
                hint="Send AR to it and run the command again.",
            )


def _text(answer: Answer) -> str:
    if not answer.is_success:
        raise _refused(answer)
    return answer.body.decode().strip()


def _amount(answer: Answer) -> int:
    text = _text(answer)
    if not (text.isascii() and text.isdecimal() and len(text) < 40):
        raise ValueError("no amount")
    return int(text)


def _status(answer: Answer) -> _Status:
    if answer.status == 404:
        return _Status(False)
    if not answer.is_success:
        raise _refused(answer)
    if answer.status == 202 or answer.body.strip() == b"Pending":
        return _Status(True)
    return _Status(True, int(parse_shallow(answer.body)["number_of_confirmations"]))


def _info(answer: Answer) -> tuple[str, int]:
    fields = parse_shallow(answer.body)
    if not isinstance(fields["network"], str):
        raise ValueError("no network")
    return fields["network"], int(fields["height"])


def _posted(answer: Answer) -> None:
    """A node that has the transaction already says 208."""
    if not answer.is_success:
        raise _refused(answer)


def _stored(answer: Answer) -> None:
    """A chunk may come before its transaction is known everywhere, or when a node has no room just now."""
    if answer.is_success:
        return
    words = answer.body[:200].decode(errors="replace")
    if answer.status == 400 and not any(error in words for error in _FATAL):
        raise Trouble(Why.BUSY, words, code=400)
    raise _refused(answer)


def _refused(answer: Answer) -> Trouble:
    words = answer.body[:200].decode(errors="replace")
    return Trouble(Why.REFUSED, f"HTTP status {answer.status} {answer.reason} {words}", code=answer.status)
