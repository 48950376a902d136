"""Every family of `examples/` in both frameworks: bytes against float32, figures against plain averaging.

Each figure is measured in a process of its own (`bench.rounds`); two frameworks in one process abort. What
was measured is kept in `bench/measured`, a figure for every seed and round, and measured again when the
example, its data, the settings or, but for plain averaging, what arrives of a change have changed. So
an interrupted run goes on where it stopped, and the table can be laid out otherwise without measuring.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from bench.contributor import Contributor
from bench.report import Table
from bench.rounds import EXAMPLES, FLOATS, LAST, PRECISIONS, SEEDS, STATISTICS, Played
from federity.objects import Accumulator, DeltaInfo, encode_delta, manifest_of
from federity.objects.accumulator import WEIGHT_ONE

ROUNDS = {
    "mlp": 16,
    "resnet": 30,
    "mobilenet": 30,
    "efficientnet": 30,
    "lstm": 28,
    "gru": 60,
    "distilbert": 24,
    "distilbert_lora": 40,
    "gpt2": 80,
    "gpt2_lora": 80,
    "autoencoder": 80,
    "gan": 24,
    "gcn": 16,
}
"""Until plain averaging gains little more; half-way is measured too, where most of them still learn."""
KEPT = Path(__file__).resolve().parent / "measured"
QUICK = ("gcn", "lstm", "mlp", "resnet")
"""Families quick enough in PyTorch to be played once more with deltas of 4 bits."""


def table() -> Table:
    """Measure what is not measured yet, two at a time, and lay out all of it."""
    catalogue = _catalogue()
    wanted = [
        (framework, name, bits)
        for framework in catalogue.FRAMEWORKS
        for name in sorted(catalogue.FAMILIES, key=lambda name: name not in QUICK)
        for bits in (FLOATS, "8", *(["4"] if framework == "torch" and name in QUICK else []))
    ]
    with ThreadPoolExecutor(2) as pool:
        return laid_out(dict(zip(wanted, pool.map(_measured, wanted), strict=True)))


def laid_out(found: Mapping[tuple[str, str, str], Played]) -> Table:
    """Return the table of what was measured, by framework, name and bits."""
    catalogue = _catalogue()
    rows = []
    for name, kind in catalogue.FAMILIES.items():
        for framework in catalogue.FRAMEWORKS:
            every = {bits: found.get((framework, name, bits)) for bits in (FLOATS, *PRECISIONS)}
            played = {bits: one for bits, one in every.items() if one}
            if FLOATS in played and "8" in played:
                rows.append(_row(f"{name} ({kind.kind})", kind.figure, framework, played))
    header = (
        "family",
        "framework",
        "values",
        "rounds",
        "figure",
        "float32",
        "8 bit",
        "lost",
        "lost half-way",
        "bytes",
        "4 bit lost",
        "bytes",
    )
    return Table(
        "Families: compressed against not",
        f"The loops of `examples/`, two contributors, mean of {len(SEEDS)} seeds on test data after the same "
        f"rounds, the last {LAST} of which make the figure. Float32: weights averaged by samples, running "
        "statistics too, nothing compressed. 8, 4 bit: deltas by default, with error feedback, merged "
        "exactly. Lost: points against float32, with the seeds' standard deviation; negative is a gain; of "
        "figures that are no share, hundredths. Half-way: after half of the rounds. Bytes: a delta's whole "
        "file, of which some 320 bytes are not values, against the versioned values in float32. Target on "
        "image, text and table: at most 1.5 % and 0.5 points.",
        header,
        rows,
    )


def _catalogue() -> Any:
    """Return the examples' list of families; it imports no framework."""
    spec = importlib.util.spec_from_file_location("families", EXAMPLES / "families.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(EXAMPLES / "families.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _measured(wanted: tuple[str, str, str]) -> Played:
    """Read what is kept of a family in a framework, or measure it in a process of its own."""
    framework, name, bits = wanted
    rounds = ROUNDS[name]
    order = f"{name}:{rounds}:{bits}"
    digest = hashlib.sha256(order.encode() + (b"" if bits == FLOATS else _wire(name in STATISTICS)))
    for path in sorted(_made_of(EXAMPLES / f"{name}_{framework}.py")):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    kept = KEPT / f"{name}_{framework}_{bits}.json"
    if kept.exists() and (read := json.loads(kept.read_text()))["digest"] == digest.hexdigest():
        return Played(**read["found"])
    command = [sys.executable, "-m", "bench.rounds", framework, order]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    print(f"{framework} {name} {bits}: {found['seconds']:.0f} s", file=sys.stderr, flush=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps({"digest": digest.hexdigest(), "found": found}) + "\n")
    return Played(**found)


def _made_of(example: Path) -> set[Path]:
    """Return an example and those that it imports; what it is played with (`team`) is another."""
    imported = {
        EXAMPLES / f"{node.module}.py"
        for node in ast.walk(ast.parse(example.read_bytes()))
        if isinstance(node, ast.ImportFrom) and node.module != "team"
    }
    return {example}.union(*(_made_of(path) for path in imported if path.exists()))


@functools.cache
def _wire(statistics: bool) -> bytes:
    """Hash what arrives of fixed changes, and in how many bytes: measurements hold as long as it is the same.

    How a manifest or a vector is written does not count. Changes of `statistics` do for families that have
    some.
    """
    digest = hashlib.sha256()
    for precision in PRECISIONS.values():
        random = np.random.default_rng(0)
        base = {name: random.normal(0, 0.1, 9000).astype(np.float32) for name in ("v", "w")}
        buffers = ("mean", "variance") if statistics else ()
        base |= {name: np.full(90, start, np.float32) for start, name in enumerate(buffers)}
        manifest = manifest_of(base, buffers, precision=precision)
        contributor, head = Contributor(manifest), Accumulator.zero(manifest)
        for _ in range(3):
            start = head.weights(manifest, base)
            end = {name: t + random.laplace(0, 0.01, t.shape).astype(np.float32) for name, t in start.items()}
            if statistics:
                end["variance"] = (0.3 * np.abs(end["variance"])).astype(np.float32)
            delta = contributor.commit(end, start)
            head = head.merged([(delta, WEIGHT_ONE)])
            digest.update(len(encode_delta(delta, DeltaInfo("", "", "", {}))).to_bytes(8))
            for tensor in head.weights(manifest, base).values():
                digest.update(tensor.tobytes())
    return digest.digest()


def _row(family: str, figure: str, framework: str, played: Mapping[str, Played]) -> tuple[str, ...]:
    rounds = len(played[FLOATS].figures[0])
    plain, ours = played[FLOATS].late(rounds), played["8"].late(rounds)
    share = bool(plain[0] >= 0)
    return (
        family,
        framework,
        f"{played['8'].values:,}",
        str(rounds),
        figure,
        _figure(plain, share),
        _figure(ours, share),
        _lost(plain, ours),
        _lost(played[FLOATS].late(rounds // 2), played["8"].late(rounds // 2)),
        f"{played['8'].ratio:.2%}",
        _lost(plain, played["4"].late(rounds)) if "4" in played else "",
        f"{played['4'].ratio:.2%}" if "4" in played else "",
    )


def _figure(values: np.ndarray[Any, Any], share: bool) -> str:
    return f"{values.mean():.1%}" if share else f"{values.mean():.3f}"


def _lost(plain: np.ndarray[Any, Any], ours: np.ndarray[Any, Any]) -> str:
    lost = 100 * (plain - ours)
    return f"{lost.mean():+.1f} ± {lost.std(ddof=1):.1f}"
