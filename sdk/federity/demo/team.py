"""Which framework each contributor trains with: TensorFlow for one where it is installed, else PyTorch."""

from __future__ import annotations

from importlib.util import find_spec

from federity.demo.data import CONTRIBUTORS

TORCH, TENSORFLOW = "torch", "tensorflow"
# Each loop's module. A process loads one: two frameworks do not get on in one process.
TRAINING = {TORCH: "federity.demo.training", TENSORFLOW: "federity.demo.training_keras"}


def frameworks() -> dict[str, str]:
    """Return the framework of each contributor; looks whether TensorFlow is there, and loads nothing."""
    other = TENSORFLOW if find_spec("tensorflow") and find_spec("keras") else TORCH
    *most, last = CONTRIBUTORS
    return {**dict.fromkeys(most, TORCH), last: other}
