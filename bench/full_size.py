"""Models of full size through every verb: their adapters proved, they themselves with commitments checked.

`python -m bench full` measures each model in a process of its own; `python -m bench.full_size NAME CACHE` is
one of them, and prints one JSON object.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import federity
from bench.child import measure, peak_memory
from bench.report import Table
from federity._generated.constants import CHUNK_ELEMENTS, UNIT_LARGE
from federity.repository.ledger.planning import units
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository
from federity.session import Session
from federity.wallet import Wallet

NAMES = ("DistilBERT's adapter", "GPT-2's adapter", "DistilBERT", "GPT-2")
EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
MEASURED_UNITS = 4
SOL = 10**9


class Stopwatch:
    """Seconds and memory of what is done under a name, the first time that the name comes."""

    def __init__(self) -> None:
        """Start with nothing measured."""
        self.found: dict[str, dict[str, float]] = {}

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Time a block, and take its highest memory and the memory held when it began, in bytes."""
        Path("/proc/self/clear_refs").write_text("5")
        held, used, start = peak_memory(), time.process_time(), time.perf_counter()
        yield
        taken = {"seconds": time.perf_counter() - start, "processor": time.process_time() - used}
        self.found.setdefault(name, taken | {"held": held, "peak": peak_memory()})
        print(f"  {name}: {taken['seconds']:.1f} s", file=sys.stderr, flush=True)


async def run(name: str, cache: Path) -> dict[str, Any]:
    """One round of two contributors on an embedded chain, from publishing a model to verifying the merge."""
    sys.path.insert(0, str(EXAMPLES))
    full, watch = importlib.import_module("full_size").MODELS[name], Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "cache").symlink_to(cache)
        async with federity.connect(home=root, keypair=Wallet.generate()) as session:
            await session.chain.airdrop(session.wallet.pubkey, 100 * SOL)
            return await _round(full, watch, session, root)


async def _round(full: Any, watch: Stopwatch, session: Session, root: Path) -> dict[str, Any]:
    model = full.make()
    before = full.measure(model)
    rules = Rules(protected=True, min_level=full.level, weighting="samples")
    with watch.measure("create"):
        owner = await Repository.create(
            session, root / "owner", full.part(model), name="full", insecure=True, rules=rules
        )
    await owner.round_open()
    commits = []
    for number, share in enumerate(full.shares()):
        author = Wallet.generate()
        await session.chain.airdrop(author.pubkey, 100 * SOL)
        await owner.member_add(str(author.pubkey))
        other = Session(
            chain=session.chain,
            storage=session.storage,
            prover=session.prover,
            url=session.url,
            keypair=author,
        )
        with watch.measure("clone"):
            clone = await Repository.clone(other, owner.url, root / str(number), model=full.part(model))
        samples = full.train(model, share)
        with watch.measure("commit"):
            commits.append(await clone.commit(full.part(model), "my share", samples=samples))
        with watch.measure("push"):
            await clone.push(level=full.level)
    with watch.measure("merge"):
        merged = await owner.merge()
    with watch.measure("pull"):
        await owner.pull(full.part(model))
    after = full.measure(model)
    delta = await clone.workspace.local_delta(commits[-1])
    with watch.measure("verify"):
        verified = await owner.verify("HEAD")
    assert verified.ok
    assert merged.level == full.level
    return {
        "elements": commits[0].elements,
        "level": full.level,
        "before": before,
        "after": after,
        "units": len(delta.nonzero_units(UNIT_LARGE)),
        "delta_bytes": commits[-1].delta_bytes,
        "verbs": watch.found,
    }


def table(cache: Path) -> Table:
    """Measure proofs of a few units, then every model, each in a process of its own."""
    measure("setup", UNIT_LARGE, cache)
    proved = measure("prove", MEASURED_UNITS * UNIT_LARGE, cache)
    cores = len(os.sched_getaffinity(0))
    processor = proved["processor_seconds"] / proved["units"]
    unit = processor / cores
    found = [child(name, cache) for name in NAMES]

    def row(what: str, cell: Callable[[dict[str, Any]], str]) -> tuple[str, ...]:
        return (what, *(cell(model) for model in found))

    def verb(name: str) -> tuple[str, ...]:
        def cell(model: dict[str, Any]) -> str:
            was = model["verbs"][name]
            times = f"{was['seconds']:.1f} ({was['processor']:.1f}) s"
            return f"{times}, {was['held'] / 1e9:.1f} to {was['peak'] / 1e9:.1f} GB"

        return row(name, cell)

    rows = [
        row("versioned values", lambda model: f"{model['elements']:,}"),
        row("chunks", lambda model: str(-(-model["elements"] // CHUNK_ELEMENTS))),
        row("level of commits and merge", lambda model: f"L{model['level']}"),
        row("on held-out data, before", lambda model: f"{model['before']:.3f}"),
        row("on held-out data, after", lambda model: f"{model['after']:.3f}"),
        row("delta, of float32", lambda model: f"{model['delta_bytes'] / (4 * model['elements']):.2%}"),
        *(verb(name) for name in found[0]["verbs"]),
        row("units that are not zero, of all", lambda model: f"{model['units']:,} of {all_units(model):,}"),
        row("proofs of those, computed", lambda model: duration(model["units"] * unit)),
        row("proofs of all, computed", lambda model: duration(all_units(model) * unit)),
    ]
    return Table(
        "Full size",
        "DistilBERT (for three classes) and GPT-2 as transformers configures them, with random weights, as "
        "nothing is downloaded: what counts here is size. An adapter is LoRA's, on such a model; it alone is "
        "versioned. Two contributors train a few steps each on a share of real texts that ship in packages; "
        "one round merges them. Figures are of samples nobody trained on: how many of three packages' texts "
        "are told apart, how often the next character is guessed. Settings are the defaults. Of each verb: "
        "seconds, processor seconds in brackets, and memory, from what was held before to the peak; of the "
        "first contributor and the owner, who share a process with the model. `verify` rechecks everything "
        f"from chain and store. A unit is {UNIT_LARGE:,} values. In the same run {proved['units']} of them, "
        f"no value zero, took {proved['seconds'] / proved['units']:.1f} s and {processor:.1f} processor "
        "seconds each, loading of keys included; proofs of a model need as many times that as it has units, "
        f"shared by {cores} cores.",
        ("", *NAMES),
        rows,
    )


def all_units(model: dict[str, Any]) -> int:
    """Units that cover a model."""
    return units(model["elements"], UNIT_LARGE)


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    return f"{seconds:.0f} s" if seconds < 300 else f"{seconds / 60:.0f} min"


def child(name: str, cache: Path) -> dict[str, Any]:
    """Measure one model in a process of its own, which says on standard error how far it is."""
    print(name, file=sys.stderr, flush=True)
    command = [sys.executable, "-W", "ignore", "-m", "bench.full_size", name, str(cache)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(sys.argv[1], Path(sys.argv[2])))))
