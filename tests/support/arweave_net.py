"""A strict double of an Arweave node with a gateway: it keeps nothing that a real node would refuse.

Signatures, anchors, rewards and balances are checked, and every chunk's path against its data root. What was
posted waits until `mine`. `mood` may answer a request in place of the double; `asked` lists all of them.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from federity.errors import BadBlob
from federity.storage.arweave.bundles import bundled, item_at
from federity.storage.arweave.encoding import from_base64, to_base64
from federity.storage.arweave.items import Item
from federity.storage.arweave.jwk import address_of
from federity.storage.arweave.merkle import MerkleTree, proved
from federity.storage.arweave.tags import Tag
from federity.storage.arweave.transaction import Transaction
from support.web import Reply, Request, as_json

GENERATION = 50


@dataclass
class Posted:
    transaction: Transaction
    height: int = -1  # of its block
    data: bytes | None = None


@dataclass
class Found:
    """What a gateway serves under an id."""

    data: bytes
    tags: tuple[Tag, ...]
    bundle: str = ""


@dataclass
class ArweaveNet:
    height: int = 100
    balances: dict[str, int] = field(default_factory=dict)
    transactions: dict[str, Posted] = field(default_factory=dict)
    chunks: dict[bytes, dict[int, bytes]] = field(default_factory=dict)
    served: dict[str, Found] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    mood: Callable[[Request], Reply | None] = lambda request: None

    def handle(self, request: Request) -> Reply:
        self.asked.append((request.method, request.path))
        answer = self.mood(request)
        if answer is not None:
            return answer
        for method, pattern, action in self._routes():
            found = re.fullmatch(pattern, request.path)
            if request.method == method and found is not None:
                return action(request, *found.groups())
        return Reply(404, b"Not Found")

    def price(self, size: int) -> int:
        return 5_000_000 + 1000 * (-(-size // 262144) * 262144)

    def mine(self, blocks: int = 1) -> None:
        """Include what has all its chunks; who pays is charged then."""
        for id, posted in self.transactions.items():
            self._settle(posted)
            if posted.height < 0 and posted.data is not None:
                owner = address_of(posted.transaction.owner)
                self.balances[owner] -= posted.transaction.reward
                posted.height = self.height + 1
                self._serve(id, posted)
        self.height += blocks

    def serve_item(self, item: Item, bundle: str = "unknown") -> None:
        self.served[to_base64(item.id)] = Found(bytes(item.data), item.tags, bundle)

    def _serve(self, id: str, posted: Posted) -> None:
        assert posted.data is not None
        tags = posted.transaction.tags
        self.served[id] = Found(posted.data, tags)
        if (b"Bundle-Format", b"binary") in tags:
            for entry in bundled(posted.data):
                item = item_at(posted.data, entry)
                if item.verifies():
                    self.serve_item(item, id)

    def _settle(self, posted: Posted) -> None:
        """Put the data together when every byte of it is there."""
        if posted.data is not None:
            return
        kept, data = self.chunks.get(posted.transaction.root, {}), b""
        while len(data) in kept and len(data) < posted.transaction.size:
            data += kept[len(data)]
        if len(data) == posted.transaction.size:
            posted.data = data

    def _routes(self):  # type: ignore[no-untyped-def]
        id = "([A-Za-z0-9_-]{43})"
        return (
            ("GET", "/info", lambda r: as_json({"network": "arweave.double", "height": self.height})),
            ("GET", "/tx_anchor", lambda r: Reply(200, self._anchor(self.height).encode())),
            ("GET", "/price/([0-9]+)(?:/.*)?", lambda r, n: Reply(200, str(self.price(int(n))).encode())),
            ("GET", f"/wallet/{id}/balance", lambda r, a: Reply(200, str(self.balances.get(a, 0)).encode())),
            ("POST", "/tx", self._post_transaction),
            ("POST", "/chunk", self._post_chunk),
            ("GET", f"/tx/{id}/status", self._get_status),
            ("GET", f"/tx/{id}", self._get_transaction),
            ("GET", f"/{id}", self._get_data),
            ("HEAD", f"/{id}", self._get_data),
            ("POST", "/graphql", self._graphql),
        )

    @staticmethod
    def _anchor(height: int) -> str:
        return to_base64(hashlib.sha384(b"block %d" % height).digest())

    def _post_transaction(self, request: Request) -> Reply:
        fields = request.json()
        inline = from_base64(fields.get("data") or "")
        try:
            transaction = Transaction.from_json(fields)
        except BadBlob:
            return Reply(400, b"Invalid JSON.")
        id, owner = to_base64(transaction.id), address_of(transaction.owner)
        if id in self.transactions:
            return Reply(208, b"Transaction already processed.")
        anchors = {self._anchor(self.height - back) for back in range(GENERATION)}
        due = sum(p.transaction.reward for p in self.transactions.values() if p.height < 0)
        if not transaction.verifies():
            return Reply(400, b"Transaction verification failed.")
        if to_base64(transaction.anchor) not in anchors:
            return Reply(400, b"Invalid anchor.")
        if transaction.reward < self.price(transaction.size):
            return Reply(400, b"The reward is too low.")
        if self.balances.get(owner, 0) - due < transaction.reward:
            return Reply(410, b"Waiting list is full, or the wallet is empty.")
        if inline and MerkleTree.of(inline).root != transaction.root:
            return Reply(400, b"The data has another root.")
        self.transactions[id] = Posted(transaction, data=inline or (None if transaction.size else b""))
        return Reply(200, b"OK")

    def _post_chunk(self, request: Request) -> Reply:
        fields = request.json()
        root, size = from_base64(fields["data_root"], 32), int(fields["data_size"])
        chunk, path = from_base64(fields["chunk"]), from_base64(fields["data_path"])
        known = any(
            (p.transaction.root, p.transaction.size) == (root, size) for p in self.transactions.values()
        )
        if not known:
            return as_json({"error": "data_root_not_found"}, 400)
        if len(chunk) > 262144:
            return as_json({"error": "chunk_too_big"}, 400)
        found = proved(root, size, int(fields["offset"]), path)
        if found is None:
            return as_json({"error": "invalid_proof"}, 400)
        digest, place = found
        if hashlib.sha256(chunk).digest() != digest or len(chunk) != place.stop - place.start:
            return as_json({"error": "invalid_proof"}, 400)
        self.chunks.setdefault(root, {})[place.start] = chunk
        return Reply(200, b"OK")

    def _get_status(self, request: Request, id: str) -> Reply:
        posted = self.transactions.get(id)
        if posted is None:
            return Reply(404, b"Not Found.")
        if posted.height < 0:
            return Reply(202, b"Pending")
        return as_json(
            {"block_height": posted.height, "number_of_confirmations": self.height - posted.height + 1}
        )

    def _get_transaction(self, request: Request, id: str) -> Reply:
        posted = self.transactions.get(id)
        if posted is None:
            return Reply(404, b"Not Found.")
        return Reply(202, b"Pending") if posted.height < 0 else as_json(posted.transaction.to_json())

    def _get_data(self, request: Request, id: str) -> Reply:
        found = self.served.get(id)
        if found is None:
            return Reply(202, b"Pending") if id in self.transactions else Reply(404, b"Not Found.")
        data, wanted = found.data, re.fullmatch("bytes=([0-9]+)-([0-9]*)", request.headers.get("range", ""))
        if wanted is None:
            return Reply(200, data)
        start, stop = int(wanted[1]), min(int(wanted[2] or len(data)) + 1, len(data))
        if not start < stop:
            return Reply(416)
        return Reply(206, data[start:stop], {"Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"})

    def _graphql(self, request: Request) -> Reply:
        query = request.json()["query"]
        asked = re.findall(r'name: ?"([^"]*)",values: ?\["([^"]*)"\]', query)
        wanted = {(name.encode(), value.encode()) for name, value in asked}
        nodes = [
            {"node": {"id": id, "bundledIn": {"id": found.bundle} if found.bundle else None}}
            for id, found in self.served.items()
            if wanted <= set(found.tags)
        ]
        return as_json({"data": {"transactions": {"edges": nodes}}})
