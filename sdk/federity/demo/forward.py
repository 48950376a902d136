"""The demo's network once more, in numpy: who only measures a model need not load a training framework."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from federity.demo.data import Samples

Tensors = Mapping[str, NDArray[np.float32]]

SHAPES = {
    "0.weight": (16, 1, 3, 3),
    "0.bias": (16,),
    "2.weight": (32, 16, 3, 3),
    "2.bias": (32,),
    "6.weight": (48, 512),
    "6.bias": (48,),
    "8.weight": (10, 48),
    "8.bias": (10,),
}
SPREAD = 0.25


def initial(seed: int) -> dict[str, NDArray[np.float32]]:
    """Return the weights that everybody starts from.

    All layers start with the same spread, so that one step size of a delta suits them all.
    """
    random = np.random.default_rng(seed)
    return {
        name: np.zeros(shape, np.float32)
        if name.endswith("bias")
        else random.uniform(-SPREAD, SPREAD, shape).astype(np.float32)
        for name, shape in SHAPES.items()
    }


def logits(tensors: Tensors, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32[n, 10] for images float32[n, 1, 8, 8]; `tensors` are named as in `training.network`."""
    hidden = np.maximum(_convolve(images, tensors["0.weight"], tensors["0.bias"]), 0)
    hidden = np.maximum(_convolve(hidden, tensors["2.weight"], tensors["2.bias"]), 0)
    n, channels, height, width = hidden.shape
    pooled = hidden.reshape(n, channels, height // 2, 2, width // 2, 2).max(axis=(3, 5)).reshape(n, -1)
    hidden = np.maximum(pooled @ tensors["6.weight"].T + tensors["6.bias"], 0)
    answer: NDArray[np.float32] = hidden @ tensors["8.weight"].T + tensors["8.bias"]
    return answer


def accuracy(tensors: Tensors, samples: Samples) -> float:
    """Return the share of samples whose digit the model names."""
    return float(np.mean(logits(tensors, samples.images).argmax(1) == samples.digits))


def _convolve(
    images: NDArray[np.float32], weight: NDArray[np.float32], bias: NDArray[np.float32]
) -> NDArray[np.float32]:
    """3x3 convolution with a border of zeros: [n, in, h, w] with [out, in, 3, 3] to [n, out, h, w]."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    answer: NDArray[np.float32] = np.einsum("nihwyx,oiyx->nohw", windows, weight, optimize=True)
    return answer + bias[:, None, None]
