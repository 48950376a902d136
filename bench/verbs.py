"""Bytes and seconds of each verb of a repository, on the demo's model and the embedded chain."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import federity
from bench.report import Table
from federity.demo import forward
from federity.demo.data import shares
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository
from federity.wallet import Wallet

SOL = 10**9


class Stopwatch:
    """Rows of verb, seconds, bytes moved, transactions, lamports."""

    def __init__(self) -> None:
        """Start with no rows."""
        self.rows: list[tuple[str, str, str, str, str]] = []

    async def time(self, verb: str, work: Awaitable[Any]) -> Any:
        """Await a verb and write its row."""
        start = time.perf_counter()
        report = await work
        taken = time.perf_counter() - start
        report_ = getattr(report, "fetched", None) or report
        cost = getattr(report_, "cost", None)
        moved = getattr(report_, "fetched_bytes", None) or getattr(report_, "delta_bytes", None)
        self.rows.append(
            (
                verb,
                f"{taken:.2f} s",
                f"{cost.uploaded_bytes if cost else moved or 0:,}",
                str(cost.transactions) if cost else "0",
                f"{cost.lamports:,}" if cost else "0",
            )
        )
        return report


async def table(cache: Path) -> Table:
    """Run all verbs once, in the order of use."""
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        home = root / "home"
        home.mkdir()
        (home / "cache").symlink_to(cache)
        async with federity.connect(home=home, keypair=Wallet.create(root / "id.json")) as session:
            await session.chain.airdrop(session.wallet.pubkey, 100 * SOL)
            await session.prover.key(1 << 14)
            await _alone(watch, session, root)
            await _together(watch, session, root)
    return Table(
        "Verbs",
        "The demo's CNN of 29,914 parameters (119,656 bytes in float32) on the embedded chain and store, "
        "keys in memory. Bytes are uploaded or, for `clone`, `pull` and `commit`, fetched or written.",
        ("verb", "time", "bytes", "transactions", "lamports"),
        watch.rows,
    )


async def _alone(watch: Stopwatch, session: federity.Session, root: Path) -> None:
    model = forward.initial(0)
    repository = await watch.time(
        "init", Repository.init(session, root / "own", model, name="digits", insecure=True)
    )
    await watch.time("push (the repository)", repository.push())
    await _commit(watch, repository, 1)
    await watch.time("push (level 0, moves the head)", repository.push(level=0))
    await _commit(watch, repository, 2)
    await watch.time("push (level 1, 2 proofs, moves the head)", repository.push(level=1))
    clone = await watch.time("clone", Repository.clone(session, repository.url, root / "clone"))
    await _commit(watch, repository, 3)
    await repository.push(level=0)
    await watch.time("pull (1 merge behind)", clone.pull())
    await watch.time("status", clone.status())
    await watch.time("log", clone.log())
    verified = await watch.time("verify HEAD (3 merges, 2 proofs)", clone.verify("HEAD"))
    assert verified.ok
    assert verified.proofs == 2
    await watch.time("checkout HEAD~1", clone.checkout("HEAD~1", force=True))


async def _together(watch: Stopwatch, session: federity.Session, root: Path) -> None:
    rules = Rules(protected=True, approvals=1)
    owner = await Repository.create(
        session, root / "team", forward.initial(0), name="team", insecure=True, rules=rules
    )
    author = Wallet.create(root / "author.json")
    await session.chain.airdrop(author.pubkey, 10 * SOL)
    await watch.time("member add", owner.member_add(str(author.pubkey)))
    await watch.time("round open", owner.round_open())
    other = federity.Session(
        chain=session.chain, storage=session.storage, prover=session.prover, url=session.url, keypair=author
    )
    clone = await Repository.clone(other, owner.url, root / "author")
    await clone.commit(_trained(await clone.tensors(), 5), "proposal")
    pushed = await watch.time("push (level 1, 2 proofs, a proposal)", clone.push(level=1))
    await watch.time("review --approve", owner.review(pushed.commits[0].address, approve=True))
    await watch.time("merge (1 commit)", owner.merge())


async def _commit(watch: Stopwatch, repository: Repository, seed: int) -> None:
    model = _trained(await repository.tensors(), seed)
    name = "commit" if seed == 1 else ""
    work = repository.commit(model, f"step {seed}")
    await (watch.time(name, work) if name else work)


def _trained(tensors: dict[str, Any], seed: int) -> dict[str, Any]:
    """The weights after some training on a share of the digits."""
    from federity.demo import training

    model = training.network()
    training.load(model, tensors)
    training.train(model, shares(seed).contributors[seed % 3], epochs=1, seed=seed)
    return {name: tensor.numpy() for name, tensor in model.state_dict().items()}
