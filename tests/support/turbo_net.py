"""A double of the upload service and its payment service: it verifies items, takes credits, and bundles."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from solders.pubkey import Pubkey

from federity.errors import BadBlob
from federity.storage.arweave.bundles import BUNDLE_TAGS, bundle_parts
from federity.storage.arweave.encoding import from_base64, to_base64
from federity.storage.arweave.items import Item
from federity.storage.arweave.jwk import address_of
from federity.storage.arweave.merkle import MerkleTree
from federity.storage.arweave.transaction import signed_transaction
from support.arweave_key import TestWallet
from support.arweave_net import ArweaveNet, Posted
from support.web import Reply, Request, as_json


@dataclass
class Session:
    size: int
    pieces: dict[int, bytes] = field(default_factory=dict)
    status: str = "ASSEMBLING"
    receipt: object = None


@dataclass
class TurboNet:
    """Items are served by the gateway at once, as a cache does, unless `cached` is False: then `bundle`
    brings them there. `paid` counts the credits that each item took.
    """

    net: ArweaveNet
    credits: dict[str, int] = field(default_factory=dict)
    gift: int = 0  # what a wallet has that was never seen
    free_bytes: int = 0
    free_left: int | None = None
    per_byte: int = 10
    cached: bool = True
    paid: dict[str, int] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    mood: Callable[[Request], Reply | None] = lambda request: None

    def handle(self, request: Request) -> Reply:
        self.asked.append((request.method, request.path))
        answer = self.mood(request)
        if answer is not None:
            return answer
        match request.path.strip("/").split("/"):
            case ["info"]:
                return as_json({"version": "0", "freeUploadLimitBytes": self.free_bytes})
            case ["v1", "price", "bytes", size]:
                return as_json({"winc": str(self.per_byte * int(size)), "adjustments": []})
            case ["v1", "account", "free"]:
                return as_json({"bytesRemaining": self.free_left})
            case ["v1", "account", "balance", "solana"]:
                held = self.credits.get(request.query["address"], self.gift or None)
                return Reply(404, b"User not found") if held is None else as_json({"winc": str(held)})
            case ["v1", "tx", "solana"]:
                return self._take(request.body)
            case ["v1", "chunks", "solana", "-1", "-1"]:
                name = f"session-{len(self.sessions)}"
                self.sessions[name] = Session(int(request.query["chunkSize"]))
                size = self.sessions[name].size
                return as_json({"id": name, "min": 5 << 20, "max": 500 << 20, "chunkSize": size})
            case ["v1", "chunks", "solana", name, step] if name in self.sessions:
                return self._session(self.sessions[name], step, request)
        return Reply(404, b"Not Found")

    def _session(self, session: Session, step: str, request: Request) -> Reply:
        if step == "status":
            told = {"status": session.status, "timestamp": 0}
            return as_json(told if session.receipt is None else {**told, "receipt": session.receipt})
        if step != "finalize":
            if len(request.body) > session.size:
                return Reply(400, b"Chunk too large")
            session.pieces[int(step)] = request.body
            return Reply(200)
        data = b""
        while len(data) in session.pieces:
            data += session.pieces[len(data)]
        if len(data) != sum(map(len, session.pieces.values())):
            session.status = "INVALID"
        else:
            words = {200: "FINALIZED", 202: "FINALIZED", 402: "UNDERFUNDED"}
            taken = self._take(data)
            session.status = words.get(taken.status, "INVALID")
            session.receipt = json.loads(taken.body) if taken.status == 200 else None
        return Reply(202)

    def _take(self, raw: bytes) -> Reply:
        try:
            item = Item.parse(raw)
        except BadBlob:
            return Reply(400, b"Invalid Data Item!")
        if not item.verifies():
            return Reply(400, b"Invalid Data Item!")
        id, owner = to_base64(item.id), str(Pubkey(item.owner))
        if id in self.items:
            return Reply(202, b"Data item already in flight.")
        price = 0 if len(raw) <= self.free_bytes else self.per_byte * len(raw)
        if self.credits.get(owner, self.gift) < price:
            return Reply(402, b"Insufficient balance")
        self.credits[owner] = self.credits.get(owner, self.gift) - price
        self.paid[id] = self.paid.get(id, 0) + price
        self.items[id] = item
        if self.cached:
            self.net.serve_item(item)
        return as_json({"id": id, "owner": owner, "dataCaches": [], "fastFinalityIndexes": []})

    def bundle(self) -> str:
        """Bring what was taken to Arweave, as one transaction of the service's own."""
        data, wallet = b"".join(bundle_parts(list(self.items.values()))), TestWallet()
        reward = self.net.price(len(data))
        self.net.balances[address_of(wallet.owner)] = reward
        anchor = from_base64(self.net._anchor(self.net.height))
        root = MerkleTree.of(data).root
        signed = signed_transaction(
            wallet, root=root, size=len(data), tags=BUNDLE_TAGS, anchor=anchor, reward=reward
        )
        self.net.transactions[to_base64(signed.id)] = Posted(signed, data=data)
        self.net.mine()
        return to_base64(signed.id)
