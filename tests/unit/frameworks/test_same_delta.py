"""The same weights are the same delta, whichever framework holds them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from federity.objects import decode_base, decode_delta, encode_base, manifest_of

TESTS = Path(__file__).parents[2]
BUFFERS = {"seen.running_mean", "seen.running_var"}
SHAPES: dict[str, tuple[int, ...]] = {
    "attention.in_proj_weight": (18, 6),
    "attention.in_proj_bias": (18,),
    "attention.out_proj.weight": (6, 6),
    "attention.out_proj.bias": (6,),
    "conv.weight": (4, 3, 3, 2),
    "conv.bias": (4,),
    "depthwise.weight": (6, 1, 3, 3),
    "depthwise.bias": (6,),
    "embed.weight": (7, 4),
    "fc.weight": (3, 5),
    "fc.bias": (3,),
    "lstm.weight_ih_l0": (12, 4),
    "lstm.weight_hh_l0": (12, 3),
    "lstm.bias_ih_l0": (12,),
    "lstm.bias_hh_l0": (12,),
    "norm.weight": (6,),
    "norm.bias": (6,),
    "seen.weight": (3,),
    "seen.bias": (3,),
    "seen.running_mean": (3,),
    "seen.running_var": (3,),
    "up.weight": (3, 4, 3, 3),
    "up.bias": (4,),
    **{
        f"both_ways.{name}_l0{way}": shape
        for way in ("", "_reverse")
        for name, shape in {
            "weight_ih": (9, 4),
            "weight_hh": (9, 3),
            "bias_ih": (9,),
            "bias_hh": (9,),
        }.items()
    },
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where both frameworks have written their delta, each from a process of its own."""
    folder = tmp_path_factory.mktemp("delta")
    random = np.random.default_rng(5)
    start = {name: random.standard_normal(shape).astype(np.float32) for name, shape in SHAPES.items()}
    counter = {"seen.num_batches_tracked": np.zeros((), np.int64)}
    manifest = manifest_of({**start, **counter}, BUFFERS)
    (folder / "base").write_bytes(encode_base(manifest, {**start, **counter}))
    trained = {
        name: (array + 0.02 * random.standard_normal(array.shape)).astype(np.float32)
        for name, array in start.items()
    }
    save_file({**trained, **counter}, folder / "trained.safetensors")
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    for framework in ("torch", "keras"):
        command = [sys.executable, "-m", "support.delta_of", framework, str(folder)]
        subprocess.run(command, env=environment, check=True)
    return folder


def test_both_hold_the_same_bits(folder: Path) -> None:
    trained = load_file(folder / "trained.safetensors")
    for framework in ("torch", "keras"):
        held = load_file(folder / f"{framework}.safetensors")
        assert {name: array.tobytes() for name, array in held.items()} == {
            name: array.tobytes() for name, array in trained.items()
        }


def test_both_make_the_same_delta(folder: Path) -> None:
    one, other = ((folder / f"{framework}.delta").read_bytes() for framework in ("torch", "keras"))
    assert one == other
    manifest = decode_base((folder / "base").read_bytes()).manifest
    delta, _ = decode_delta(one, manifest)
    sent = {
        spec.name
        for place in manifest.places
        for spec in (manifest.tensors[place.number],)
        if np.any(delta.values[place.offset : place.offset + spec.size])
    }
    assert sent == set(SHAPES)
