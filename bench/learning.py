"""Accuracy of the demo's task over five seeds: alone, averaged in float32, and merged from compressed deltas.

No chain and no proofs: the same training, the same deltas and the same exact sums as in `federity demo`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.contributor import Contributor
from bench.report import Table
from federity.demo import forward, training
from federity.demo.data import ROUNDS, TEST, Shares, shares
from federity.demo.setting import RATIO
from federity.objects import Accumulator, DeltaInfo, encode_delta
from federity.objects.exponents import manifest_of
from federity.repository.ledger.planning import uniform_weights

SEEDS = range(5)
Tensors = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Run:
    """One seed: accuracies on test digits of all classes, and deltas' bytes over float32."""

    alone: float
    averaged: float
    merged: float
    ratio: float
    norm: int


def run(seed: int) -> Run:
    """Train one seed in all three ways."""
    dealt = shares(seed)
    averaged, _, _ = federated(seed, dealt, compressed=False)
    merged, ratio, norm = federated(seed, dealt, compressed=True)
    return Run(alone(seed, dealt), averaged, merged, ratio, norm)


def alone(seed: int, dealt: Shares) -> float:
    """Mean accuracy of the contributors, each trained on its own data only, for as many epochs."""
    found = []
    for number, samples in enumerate(dealt.contributors):
        model = training.network()
        training.load(model, forward.initial(seed))
        epochs = ROUNDS * training.EPOCHS
        training.train(model, samples, epochs=epochs, seed=1000 * seed + number, only_known=False)
        found.append(training.accuracy(model, dealt.test))
    return float(np.mean(found))


def federated(seed: int, dealt: Shares, *, compressed: bool) -> tuple[float, float, int]:
    """Accuracy after all rounds, mean bytes of a delta over float32, and the largest norm."""
    base = forward.initial(seed)
    manifest = manifest_of(base)
    head = Accumulator.zero(manifest)
    plain: Tensors = dict(base)
    contributors = [Contributor(manifest, RATIO) for _ in dealt.contributors]
    sizes, norms = [], [0]
    for index in range(ROUNDS):
        start: dict[str, Any] = head.weights(manifest, base) if compressed else plain
        deltas, trained = [], []
        for number, samples in enumerate(dealt.contributors):
            model = training.network()
            training.load(model, start)
            training.train(model, samples, epochs=training.EPOCHS, seed=1000 * seed + number + 10 * index)
            end = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
            trained.append(end)
            if compressed:
                delta = contributors[number].commit(end, start)
                deltas.append(delta)
                norms.append(delta.norm)
                sizes.append(len(encode_delta(delta, _info(index))))
        if compressed:
            head = head.merged(list(zip(deltas, uniform_weights(len(deltas)), strict=True)))
        else:
            plain = {name: np.mean([end[name] for end in trained], axis=0) for name in plain}
    final: Any = head.weights(manifest, base) if compressed else plain
    ratio = float(np.mean(sizes)) / (4 * manifest.weights) if sizes else 1.0
    return forward.accuracy(final, dealt.test), ratio, max(norms)


def _info(index: int) -> DeltaInfo:
    """What the demo writes beside a delta."""
    return DeltaInfo(f"round {index}", "", "1" * 44, {"accuracy": "0.9821428571428571"})


def table() -> Table:
    """Run all seeds in all three ways."""
    runs = [run(seed) for seed in SEEDS]
    rows: list[tuple[str, ...]] = [
        (
            str(seed),
            f"{found.alone:.1%}",
            f"{found.averaged:.1%}",
            f"{found.merged:.1%}",
            f"{100 * (found.merged - found.alone):+.1f}",
            f"{100 * (found.merged - found.averaged):+.1f}",
            f"{found.ratio:.2%}",
        )
        for seed, found in zip(SEEDS, runs, strict=True)
    ]
    rows.append(mean(runs))
    return Table(
        "Merged against alone, compressed against not",
        f"The demo's task: three contributors, each without three of the ten digits; {ROUNDS} rounds of "
        f"{training.EPOCHS} epochs; accuracy on {TEST} test digits of all classes. Alone: the "
        f"contributors' mean after {ROUNDS * training.EPOCHS} epochs. Averaged: in float32. "
        "Merged: quantised deltas with error feedback, summed exactly. Differences in points.",
        ("seed", "alone", "averaged", "merged", "over alone", "over averaged", "delta of float32"),
        rows,
    )


def mean(runs: list[Run]) -> tuple[str, ...]:
    """The row of means."""
    alone_, averaged, merged, ratio = (
        float(np.mean([getattr(found, name) for found in runs]))
        for name in ("alone", "averaged", "merged", "ratio")
    )
    return (
        "mean",
        f"{alone_:.1%}",
        f"{averaged:.1%}",
        f"{merged:.1%}",
        f"{100 * (merged - alone_):+.1f}",
        f"{100 * (merged - averaged):+.1f}",
        f"{ratio:.2%}",
    )
