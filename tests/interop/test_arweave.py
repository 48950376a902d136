"""Others' software: arweave.js uploads to the double of a node, the upload service's SDK to that of the
service, and the main job runs on an arlocal process.

Run: `make test-arweave`. The doubles that other tests trust take what these send. arlocal shows that
ids, signatures, tags and mining are not only of our own understanding; of chunks, nothing: it takes any.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import numpy as np
import pytest
import pytest_asyncio

from e2e.team import Team, trained, weights
from federity.chain import base58
from federity.chain.embedded import EmbeddedChain
from federity.network.clock import SystemClock
from federity.network.throttle import Throttle
from federity.network.web import Host
from federity.objects import LocationKind
from federity.prover.groth16 import Groth16Prover
from federity.repository.repository import Repository
from federity.session import Session
from federity.storage.arweave.bundles import BUNDLE_TAGS, bundle_parts
from federity.storage.arweave.encoding import from_base64, to_base64
from federity.storage.arweave.gateways import Gateways
from federity.storage.arweave.items import signed_item
from federity.storage.arweave.jwk import address_of
from federity.storage.arweave.ledger import Ledger
from federity.storage.arweave.lookup import find, tags_of
from federity.storage.arweave.merkle import MerkleTree
from federity.storage.arweave.node import Node
from federity.storage.arweave.store import ArweaveStorage
from federity.storage.arweave.transaction import signed_transaction
from federity.storage.base import Label
from federity.storage.directory import DirectoryStorage
from federity.wallet import Wallet
from support.arweave_key import JWK, TestWallet
from support.permanent import PLENTY, permanent

pytestmark = pytest.mark.network

FOLDER = Path(__file__).parent / "arweave"
SIZES = (1, 262_144, 262_145, 524_288, 836_432, 1_310_727)
ADDRESS = address_of(TestWallet().owner)


def needed(name: str) -> Path:
    if name not in os.environ:
        pytest.skip(f"{name} names no folder: `make test-arweave` makes it")
    return Path(os.environ[name])


def data(size: int) -> bytes:
    """The bytes that the script makes."""
    i = np.arange(size)
    return ((i ^ (i >> 8) ^ (i >> 16)) & 255).astype(np.uint8).tobytes()


async def test_arweave_js_uploads_to_the_double(tmp_path: Path) -> None:
    modules = needed("FEDERITY_ARWEAVE_JS")
    (tmp_path / "wallet.json").write_text(json.dumps(JWK))
    async with permanent(tmp_path) as there:
        process = await asyncio.create_subprocess_exec(
            "node", FOLDER / "upload.js", there.url, tmp_path / "wallet.json", *map(str, SIZES),
            env={**os.environ, "NODE_PATH": str(modules)}, stdout=subprocess.PIPE,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode == 0
        there.net.mine()
        found = [there.net.served[id].data for id in said.decode().split()]
        assert found == [data(size) for size in SIZES]


async def test_the_service_s_own_sdk_uploads_to_the_double(tmp_path: Path) -> None:
    modules = needed("FEDERITY_TURBO")
    sizes = [1, 5000, 11 << 20]
    wallet = Wallet.generate()
    secret = base58.encode(bytes(wallet.keypair))
    async with permanent(tmp_path, wallet=wallet) as there:
        process = await asyncio.create_subprocess_exec(
            "node", FOLDER / "turbo.js", there.turbo_url, secret, *map(str, sizes),
            env={**os.environ, "NODE_PATH": str(modules)}, stdout=subprocess.PIPE,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode == 0
        told = json.loads(said)
        assert int(told["winc"]) == PLENTY and int(told["price"]) == 1000 * there.turbo.per_byte
        assert [bytes(there.turbo.items[id].data) for id in told["ids"]] == [data(size) for size in sizes]
        assert {bytes(item.owner) for item in there.turbo.items.values()} == {bytes(wallet.pubkey)}
        # The last came by pieces, of which the service put the item together.
        (session,) = there.turbo.sessions.values()
        assert len(session.pieces) == 3 and session.status == "FINALIZED"


@pytest_asyncio.fixture
async def arlocal(tmp_path: Path) -> AsyncIterator[Host]:
    """A node with a funded wallet, in a process of its own."""
    modules = needed("FEDERITY_ARLOCAL")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["node", modules / "node_modules/arlocal/bin/index.js", str(port), "--hidelogs"]
    command += ["--dbpath", tmp_path / "arlocal"]
    process = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    clock = SystemClock()
    async with Host(f"http://127.0.0.1:{port}", Throttle((), clock), clock, redirects=True) as host:
        try:
            async with httpx2.AsyncClient() as http:
                for _ in range(600):
                    with contextlib.suppress(httpx2.HTTPError):
                        if (await http.get(f"{host.url}/mint/{ADDRESS}/{PLENTY}")).is_success:
                            break
                    await asyncio.sleep(0.1)
            yield host
        finally:
            process.terminate()
            await process.wait()


async def mine(host: Host) -> None:
    assert (await host.once("GET", "/mine")).is_success


async def test_the_main_job_on_arlocal(arlocal: Host, tmp_path: Path) -> None:
    def store(name: str, *ways: Node) -> ArweaveStorage:
        return ArweaveStorage(DirectoryStorage(tmp_path / name), Gateways([arlocal], arlocal.clock), ways)

    node = Node(arlocal, TestWallet, Ledger(tmp_path / "uploads", "transactions", again=False))
    async with await EmbeddedChain.open(tmp_path / "chain") as chain:
        team = Team(tmp_path, chain, DirectoryStorage(tmp_path / "unused"), Groth16Prover(tmp_path / "cache"))

        async def session(name: str, storage: ArweaveStorage) -> Session:
            base = await team.session(name)
            return Session(
                chain=chain, storage=storage, prover=team.prover, url=base.url, keypair=base.wallet
            )

        writer = await session("owner", store("owner-store", node))
        owner = await Repository.create(writer, tmp_path / "owner", weights(), name="digits", insecure=True)
        for number in range(3):
            model = trained(await owner.tensors(), number)
            await owner.commit(model, f"round {number}", samples=1)
            await owner.push(level=0)
            await mine(arlocal)
        reader = await session("reader", store("cold"))
        clone = await Repository.clone(reader, owner.url, tmp_path / "clone")
        report = await clone.verify()
        assert report.complete and len(report.commits) == 7
        ours, theirs = await owner.tensors(), await clone.tensors()
        assert all(ours[name].tobytes() == theirs[name].tobytes() for name in ours)


async def test_an_item_in_a_bundle_is_found_by_id_and_tags(arlocal: Host, tmp_path: Path) -> None:
    blob = data(5000)
    sha256 = hashlib.sha256(blob).digest()
    item = signed_item(Wallet.generate(), blob, tags_of(sha256, Label("delta", "1" * 44)), sha256)
    bundle = b"".join(bundle_parts([item]))
    anchor = from_base64((await arlocal.once("GET", "/tx_anchor")).body.decode())
    signed = signed_transaction(
        TestWallet(),
        root=MerkleTree.of(bundle).root,
        size=len(bundle),
        tags=BUNDLE_TAGS,
        anchor=anchor,
        reward=int((await arlocal.once("GET", f"/price/{len(bundle)}")).body),
    )
    posted = await arlocal.once("POST", "/tx", json={**signed.to_json(), "data": to_base64(bundle)})
    assert posted.is_success
    await mine(arlocal)
    (place,) = await find([arlocal], sha256)
    assert place.id == item.id
    # It does not say which transaction an item is in.
    assert place.tag is LocationKind.ARWEAVE
    reader = ArweaveStorage(DirectoryStorage(tmp_path / "cold"), Gateways([arlocal], arlocal.clock))
    assert bytes(await reader.get(place, sha256=sha256)) == blob
