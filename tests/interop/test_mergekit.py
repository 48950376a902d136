"""Recipes against mergekit itself: the same file, on random weights, within one step."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from solders.pubkey import Pubkey

from federity.objects import Accumulator, Manifest, manifest_of
from federity.objects.masks import lots
from federity.repository.ledger import recipes
from federity.repository.ledger.making import Making
from federity.repository.ledger.recipes import Recipe

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".tools" / "mergekit" / "bin" / "python"
SHAPES = [(60,), (12, 10), (3, 5, 4)]
NAMES = ("base", "a", "b", "c")
WEIGHTS = ("0.5", "-0.25", "0.75")
CASES = [
    ("linear", ""),
    ("linear", "normalize: true"),
    ("task_arithmetic", "lambda: 0.5"),
    ("task_arithmetic", "normalize: true"),
    ("dare_linear", "density: 0.4"),
    ("dare_linear", "density: 0.7, rescale: false, lambda: 1.5, normalize: true"),
    ("della_linear", "density: 0.5, epsilon: 0.2"),
    ("breadcrumbs", "density: 0.7, gamma: 0.05"),
    ("breadcrumbs", "density: 0.6, gamma: 0"),
    ("breadcrumbs", "density: 0.9, gamma: 0.3, rescale: true"),
    ("model_stock", ""),
    ("model_stock", "filter_wise: true"),
]


@dataclass(frozen=True)
class Case:
    """A recipe, the integers of its models, and what they are as weights."""

    text: str
    manifest: Manifest
    base: dict[str, np.ndarray]
    integers: dict[str, np.ndarray]
    folder: Path

    @property
    def unit(self) -> float:
        """What one is of the integers."""
        return 2.0 ** (self.manifest.tensors[0].exponent - self.manifest.precision - 24)


def address(name: str) -> Pubkey:
    return Pubkey(Path(name).stem.encode().ljust(32, b"\0"))


def case(folder: Path, number: int, method: str, parameters: str, shape: tuple[int, ...]) -> Case:
    random = np.random.default_rng(number)
    base = {"t": random.standard_normal(shape)}
    manifest = manifest_of(base, frozenset())
    common = random.integers(-(2**28), 2**28, shape)
    paths = {name: str(folder / f"{name}.safetensors") for name in NAMES}
    made = {
        path: common * (name != "base") + random.integers(-(2**28), 2**28, shape)
        for name, path in paths.items()
    }
    weighted = [
        f"- model: {paths[name]}\n" + ("" if method == "model_stock" else f"  parameters: {{weight: {w}}}\n")
        for name, w in zip(NAMES[1:], WEIGHTS, strict=True)
    ]
    base_model = "" if method == "linear" else f"base_model: {paths['base']}\n"
    text = f"merge_method: {method}\n{base_model}models:\n{''.join(weighted)}parameters: {{{parameters}}}\n"
    return Case(text, manifest, base, made, folder)


def ours(one: Case) -> tuple[np.ndarray, float]:
    """The weights that we make of a recipe, and the step that they are in."""
    recipe = recipes.read(one.text)
    if isinstance(recipe, Recipe):
        total = sum(
            (one.integers[name].astype(object) * factor for name, factor in recipe.factors.items()),
            np.zeros_like(one.base["t"], object),
        )
        over = max(Fraction(value).denominator for value in total.reshape(-1).tolist())
        assert over <= 256
        return one.base["t"] + total.astype(np.float64) * one.unit, one.unit
    states = {
        address(name): Accumulator(one.integers[name].reshape(-1).copy(), 24, one.manifest.hash)
        for name in recipe.names
    }
    addresses = {name: address(name) for name in recipe.names}
    making = Making(recipe, one.manifest, one.base, addresses, states, Accumulator.zero(one.manifest))
    delta = making.delta()
    step = one.unit * 2 ** (24 - delta.shift)
    return one.base["t"] + np.array(delta.values).reshape(one.base["t"].shape) * step, step


def put(one: Case) -> dict[str, object]:
    """Write a case down for the peer."""
    one.folder.mkdir()
    for path, integers in one.integers.items():
        save_file({"t": one.base["t"] + integers * one.unit}, path)
    recipe, drawn = recipes.read(one.text), []
    if not isinstance(recipe, Recipe) and recipe.method in ("dare_linear", "della_linear"):
        for part in recipe.parts:
            drawn.append(one.folder / f"{Path(part.model).stem}.lots")
            found = lots(recipe.seed, bytes(address(part.model)), "t", one.base["t"].shape)
            save_file({"lots": found}, drawn[-1])
    config = one.folder / "recipe.yml"
    config.write_text(one.text)
    return {"config": str(config), "out": str(one.folder / "out"), "lots": [str(path) for path in drawn]}


def test_every_recipe_is_mergekits_within_one_step(tmp_path: Path) -> None:
    if not PEER.exists():
        pytest.skip("the peer's environment is not there: run `make interop`")
    kinds = [(*one, shape) for one in CASES for shape in SHAPES]
    cases = [case(tmp_path / str(number), number, *kind) for number, kind in enumerate(kinds)]
    told = json.dumps([put(one) for one in cases])
    peer = Path(__file__).with_name("mergekit_peer.py")
    subprocess.run([PEER, peer], input=told, check=True, capture_output=True, text=True)
    for one in cases:
        theirs = load_file(one.folder / "out" / "model.safetensors")["t"]
        found, step = ours(one)
        # mergekit rescales in float32, which at these sizes is a millionth of the largest change.
        slack = step / 2 + 1e-6 * np.abs(theirs - one.base["t"]).max()
        assert np.abs(found - theirs).max() <= max(step, slack), one.text
        assert np.abs(found - theirs).max() <= slack, one.text


def test_another_method_would_be_noticed(tmp_path: Path) -> None:
    """The cases tell the methods apart."""
    # The weights sum to one, so a mean of weights and the sum of weighted changes are the same.
    made = [ours(case(tmp_path, 1, *one, (12, 10)))[0] for one in (CASES[0], CASES[2], *CASES[4:])]
    for number, one in enumerate(made):
        assert all(np.abs(one - other).max() > 0.01 for other in made[:number])
