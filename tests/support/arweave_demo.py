"""The main job with its blobs on a double of Arweave: three rounds, and all of it read back from there.

Run: `make demo-arweave`.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

import federity
from federity import Repository
from federity._generated import accounts
from federity.config import Config
from federity.demo.data import ROUNDS, shares
from federity.demo.run import play
from federity.demo.stage import Stage
from federity.network.clock import SystemClock
from federity.objects import Location, LocationKind
from federity.repository.ledger import query
from support.permanent import PLENTY, Permanent, permanent


def settle(stage: Stage, there: Permanent) -> None:
    """Have the parties keep their blobs on the double."""
    config = Config.read(stage.home)
    for name, value in {
        "storage": "arweave",
        "arweave_gateways": ",".join(there.gateway_urls),
        "arweave_upload": there.turbo_url,
        "arweave_payment": there.turbo_url,
        "arweave_node": there.url,
    }.items():
        config = config.with_setting(name, value)
    config.write()


async def perform(root: Path, rounds: int) -> tuple[int, int]:
    """Play the rounds; the blobs that came back from Arweave, and their bytes."""
    async with permanent(root / "arweave", clock=SystemClock()) as there:
        there.turbo.gift, there.turbo.cached = PLENTY, False
        stage = Stage(root / "demo")
        await stage.build(shares(0))
        settle(stage, there)

        async def bundling() -> None:
            """The service brings what it was given to Arweave every now and then."""
            known = 0
            while True:
                await asyncio.sleep(1)
                if len(there.turbo.items) > known:
                    known = len(there.turbo.items)
                    await asyncio.to_thread(there.turbo.bundle)

        service = asyncio.create_task(bundling())
        await play(stage, 0, rounds, lambda party, doing: print(f"{party}: {doing}", flush=True))
        service.cancel()
        there.turbo.bundle()
        # Every copy of this machine is gone.
        shutil.rmtree(stage.home / "store")
        shutil.rmtree(stage.home / "uploads")
        count = size = 0
        async with federity.connect(home=stage.home, keypair=stage.folder("owner") / "id.json") as session:
            ((address, _),) = await query.find(session.chain, accounts.Repository)
            for _, commit in await query.find(session.chain, accounts.Commit, repository=address):
                if any(commit.blob_hash):
                    place = Location.from_bytes(bytes([commit.location.tag]) + bytes(commit.location.id))
                    if place.tag is not LocationKind.BUNDLED:
                        raise SystemExit(f"{place} is not on Arweave")
                    size += len(await session.storage.get(place, sha256=bytes(commit.blob_hash)))
                    count += 1
            shutil.rmtree(stage.home / "store")
            clone = await Repository.clone(session, address, root / "clone")
            report = await clone.verify()
            if not (report.ok and report.complete):
                raise SystemExit(f"verify: {report}")
            print(f"verified to the genesis: {report.proofs} proofs, {len(report.commits)} commits")
        return count, size


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory(prefix="federity-arweave-") as folder:
        count, size = asyncio.run(perform(Path(folder), rounds))
    print(f"{count} blobs of {size} bytes came back from Arweave, each with its hash")


if __name__ == "__main__":
    main()
