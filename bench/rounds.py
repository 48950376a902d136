"""Rounds of every family of `examples/` in one framework, from compressed deltas or from float32 weights.

`python -m bench.rounds FRAMEWORK FAMILY:ROUNDS:BITS ...` prints a line of JSON for each word; 32 bits are
weights averaged in float32. No chain and no proofs: the loops of the examples, and the same deltas, blobs and
exact sums as a repository's.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.contributor import Contributor
from federity.frameworks import adapter_for
from federity.objects import Accumulator, DeltaInfo, Manifest, decode_delta, encode_delta, manifest_of
from federity.strategies import Candidate, fedavg

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SEEDS = range(3)
PRECISIONS = {"8": 7, "4": 3}
"""Precisions of a manifest by the bits of a delta's values."""
STATISTICS = frozenset({"resnet", "mobilenet", "efficientnet"})
"""Families that keep running statistics."""
FLOATS = "32"
"""In place of those bits: plain averaging."""
LAST = 5
"""Rounds that a figure is the mean of: from one round to the next it goes up and down by a point or two.

As Reddi et al. 2021 report theirs, "Adaptive Federated Optimization", of the last hundred rounds.
"""

Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Played:
    """A family's figures by seed and round, and its deltas' mean bytes, the whole files', to float32's."""

    name: str
    bits: str
    values: int
    figures: list[list[float]]
    ratio: float
    seconds: float

    def late(self, rounds: int) -> NDArray[np.float64]:
        """Return each seed's mean figure of the `LAST` of so many rounds."""
        return np.array([np.mean(curve[:rounds][-LAST:]) for curve in self.figures])


@dataclass(frozen=True)
class Task:
    """What an example hands over: a model, shares of data, how to train it and how to measure it."""

    model: Any
    shares: Sequence[Any]
    train: Callable[[Any, Any], int]
    measure: Callable[[Any], float]
    part: Callable[[Any], Any]
    copied: Callable[[Any], Any]

    def learn(self, model: Any, share: Any, start: Tensors) -> tuple[dict[str, NDArray[Any]], int]:
        """Load `start`, train on a share; return the weights and how many samples they saw."""
        adapter = adapter_for(self.part(model))
        adapter.load(self.part(model), start)
        samples = self.train(model, share)
        return {name: np.array(t) for name, t in adapter.tensors(self.part(model)).items()}, samples

    def models(self) -> list[Any]:
        """A model for each contributor: their optimisers are their own, where a model keeps one."""
        return [self.copied(self.model) for _ in self.shares]

    def figure(self, weights: Tensors) -> float:
        """Measure the model with these weights."""
        adapter_for(self.part(self.model)).load(self.part(self.model), weights)
        return self.measure(self.model)

    def base(self, precision: int) -> tuple[Manifest, dict[str, NDArray[Any]]]:
        """Return the manifest and the tensors at genesis."""
        adapter = adapter_for(self.part(self.model))
        tensors = {name: np.array(t) for name, t in adapter.tensors(self.part(self.model)).items()}
        return manifest_of(tensors, adapter.buffers(self.part(self.model)), precision=precision), tensors


def averaged(task: Task, rounds: int) -> tuple[list[float], float]:
    """The figures after each of some rounds of federated averaging in float32, and the ratio 1.

    McMahan et al. 2017; buffers are averaged too.
    """
    _, weights = task.base(7)
    models, figures = task.models(), []
    for _ in range(rounds):
        learnt = [task.learn(*mine, weights) for mine in zip(models, task.shares, strict=True)]
        counts = [samples for _, samples in learnt]
        weights = {
            name: np.average([ends[name] for ends, _ in learnt], axis=0, weights=counts).astype(start.dtype)
            for name, start in weights.items()
        }
        figures.append(task.figure(weights))
    return figures, 1.0


def merged(task: Task, rounds: int, precision: int) -> tuple[list[float], float]:
    """The figures after each of some rounds of deltas as a repository makes them, and their mean ratio."""
    manifest, base = task.base(precision)
    models, figures = task.models(), []
    head = Accumulator.zero(manifest)
    contributors = [Contributor(manifest) for _ in task.shares]
    sizes: list[int] = []
    for index in range(1, rounds + 1):
        start = head.weights(manifest, base)
        deltas, counts = [], []
        for contributor, model, share in zip(contributors, models, task.shares, strict=True):
            end, samples = task.learn(model, share, start)
            delta = contributor.commit(end, start)
            blob = encode_delta(delta, DeltaInfo(f"round {index}", "", "1" * 44, {}))
            sizes.append(len(blob))
            deltas.append(decode_delta(blob, manifest)[0])
            counts.append(Candidate(samples))
        head = head.merged(list(zip(deltas, fedavg(counts), strict=True)))
        figures.append(task.figure(head.weights(manifest, base)))
    return figures, float(np.mean(sizes)) / (4 * manifest.weights)


async def task(family: str, framework: str, seed: int) -> Task:
    """Ask an example for what it would play with, started from a seed."""
    from team import seed as start  # type: ignore[import-not-found]
    from team import whole_copy

    found: list[Task] = []

    async def play(
        _: str,
        model: Any,
        shares: Sequence[Any],
        train: Callable[[Any, Any], int],
        measure: Callable[[Any], float],
        *,
        part: Callable[[Any], Any] = lambda whole: whole,
        copied: Callable[[Any], Any] = whole_copy,
    ) -> None:
        found.append(Task(model, shares, train, measure, part, copied))

    example = importlib.import_module(f"{family}_{framework}")
    start(seed)
    await example.run(play)
    return found[0]


def measure(family: str, framework: str, rounds: int, bits: str) -> Played:
    """Play a family's rounds from all seeds, from deltas of so many bits, or of `FLOATS` in float32."""
    from team import seed as start

    began = time.perf_counter()
    figures, ratios, values = [], [], 0
    for seed in SEEDS:
        game = asyncio.run(task(family, framework, seed))
        manifest = game.base(7)[0]
        values = manifest.weights
        if any(spec.kind == "buffer" for spec in manifest.tensors) != (family in STATISTICS):
            raise ValueError(f"{family} keeps statistics, or does not: STATISTICS says otherwise")
        # The same random numbers whatever the bits, so that what differs is the compression and what comes
        # of it.
        start(1000 + seed)
        found, ratio = averaged(game, rounds) if bits == FLOATS else merged(game, rounds, PRECISIONS[bits])
        figures.append([round(figure, 5) for figure in found])
        ratios.append(ratio)
    seconds = round(time.perf_counter() - began, 1)
    return Played(family, bits, values, figures, round(float(np.mean(ratios)), 6), seconds)


def main() -> None:
    """Measure the named families of a framework, each a word FAMILY:ROUNDS:BITS."""
    # One thread: sums of floats then have one order, and two frameworks' processes share two cores fairly.
    os.environ |= {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    sys.path.insert(0, str(EXAMPLES))
    framework, *wanted = sys.argv[1:]
    for text in wanted:
        family, rounds, bits = text.split(":")
        print(json.dumps(asdict(measure(family, framework, int(rounds), bits))), flush=True)


if __name__ == "__main__":
    main()
