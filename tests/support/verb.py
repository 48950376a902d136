"""One verb on a model of many chunks, in a process of its own, whose peak memory is printed in bytes.

`python -m support.verb VERB ROOT CACHE CHUNKS`, `start` first. Weights and training are synthetic; changes
lie where commitments are cheap: at the start of each chunk.
"""

import asyncio
import sys
from pathlib import Path

import numpy as np

import federity
from bench.child import peak_memory
from bench.large import change_model, write_model
from federity import Repository
from federity._generated.constants import CHUNK_ELEMENTS, UNIT_MEDIUM
from federity.repository.reports.rules import Rules
from federity.repository.steps import create_steps
from federity.session import Session
from federity.wallet import Wallet

MODEL = "model.safetensors"


def at_the_start(draws: np.random.Generator, n: int) -> np.ndarray:
    """A change of a few thousand weights."""
    change = np.zeros(n, np.float32)
    change[:4096] = 0.01 * draws.standard_normal(min(n, 4096))
    return change


async def start(session: Session, root: Path, chunks: int) -> None:
    """A protected repository with an open round, its owner's trained weights, and a second working copy."""
    await session.chain.airdrop(session.wallet.pubkey, 100 * 10**9)
    write_model(root / MODEL, {"table": (chunks * CHUNK_ELEMENTS - 5,), "bias": (5,)})
    rules = Rules(protected=True)
    owner = await Repository.create(
        session, root / "owner", root / MODEL, name="large", insecure=True, rules=rules
    )
    await owner.round_open()
    (root / MODEL).replace(root / "owner" / MODEL)
    await Repository.clone(session, owner.url, root / "clone")
    change_model(root / "owner" / MODEL, 1, at_the_start)


async def run(verb: str, session: Session, root: Path) -> None:
    """Do what the verb says; each is the next step of one round."""
    owner, clone = (Repository.open(session, root / name) for name in ("owner", "clone"))
    if verb == "commit":
        assert (await owner.commit(message="synthetic")).nonzero
    elif verb == "push":
        await owner.push(level=0)
    elif verb == "merge":
        assert (await owner.merge()).accumulator
    elif verb == "pull":
        await clone.pull()
    elif verb == "checkout":
        await clone.checkout("HEAD~1")
    elif verb == "verify":
        report = await clone.verify()
        assert report.ok
        assert report.complete


async def main(verb: str, root: Path, cache: Path, chunks: int) -> None:
    """Open the session and do one verb."""
    home = root / "home"
    if verb == "start":
        home.mkdir(parents=True)
        (home / "cache").symlink_to(cache)
        Wallet.create(root / "id.json")
    async with federity.connect(home=home, keypair=root / "id.json") as session:
        await (start(session, root, chunks) if verb == "start" else run(verb, session, root))
    print(peak_memory())


if __name__ == "__main__":
    # The key that other tests make too: the smallest units that several chunks can be cut into.
    create_steps.UNIT_SIZES = (UNIT_MEDIUM,)
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])))
