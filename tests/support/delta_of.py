"""Run as a program: the delta that a model of one framework makes of given weights.

`delta_of.py torch|keras FOLDER` reads `base` (a base blob) and `trained.safetensors` in canonical layout, and
writes `FRAMEWORK.delta` and what the model held, `FRAMEWORK.safetensors`.
"""

import importlib
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from federity.frameworks import adapter_for
from federity.objects import Accumulator, DeltaInfo, change_of, decode_base, encode_delta, quantise


def main(framework: str, folder: Path) -> None:
    model = importlib.import_module(f"support.{framework}_models").zoo()
    base = decode_base((folder / "base").read_bytes())
    head = Accumulator.zero(base.manifest).weights(base.manifest, base.tensors)
    adapter = adapter_for(model)
    adapter.load(model, head)
    untouched = adapter.tensors(model)
    assert not np.any(change_of(base.manifest, untouched, head))
    adapter.load(model, load_file(folder / "trained.safetensors"))
    held = adapter.tensors(model)
    changed = change_of(base.manifest, held, head)
    change = quantise(base.manifest, changed, density=1.0, ratio=0.25)
    (folder / f"{framework}.delta").write_bytes(encode_delta(change.delta, DeltaInfo("m", "", "", {})))
    save_file(held, folder / f"{framework}.safetensors")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
