"""Real data that ship inside packages, as numpy arrays: nothing is downloaded. Used by the other examples.

Each task is split three ways: shares to train on, a validation set and a test set. Learning rates and numbers
of epochs were chosen with HELD_OUT=validation in the environment; what is reported is of the test set.
"""

import functools
import os
import zlib
from pydoc_data.topics import topics
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Samples = tuple[Array, Array]

PACKAGES = (("numpy",), ("builtins", "asyncio", "decimal", "typing"), ("sklearn.metrics", "sklearn.cluster"))
OTHERS = (("networkx",), ("argparse", "logging", "datetime", "pathlib"), ("scipy.stats",))
"""Modules whose documentation is told apart; an adapter learns the second three on top of the first."""

HELD_OUT = os.environ.get("HELD_OUT", "test")


def _held_out(validation: Any, test: Any) -> Any:
    return {"validation": validation, "test": test}[HELD_OUT]


def _split(values: Array, labels: Array, cuts: tuple[int, int], parts: int) -> tuple[list[Samples], Samples]:
    """Shuffle, then cut: those before the first cut are dealt out, up to the second are validation."""
    order = np.random.default_rng(0).permutation(len(values))
    values, labels = values[order], labels[order]
    shares = [(values[i : cuts[0] : parts], labels[i : cuts[0] : parts]) for i in range(parts)]
    validation = values[cuts[0] : cuts[1]], labels[cuts[0] : cuts[1]]
    return shares, _held_out(validation, (values[cuts[1] :], labels[cuts[1] :]))


@functools.cache
def digits(side: int = 8, parts: int = 2) -> tuple[list[Samples], Samples]:
    """Handwritten digits of scikit-learn, 1,797 images of 8x8 pixels: shares and a held-out set.

    Images are float32[n, side, side] in [0, 1], enlarged by repeating pixels; labels int64, 0 to 9.
    """
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    images = (pixels / 16).astype(np.float32).reshape(-1, 8, 8)
    images = images.repeat(side // 8, axis=1).repeat(side // 8, axis=2)
    return _split(images, labels.astype(np.int64), (1200, 1447), parts)


@functools.cache
def tumours() -> tuple[list[Samples], Samples]:
    """Breast cancer in Wisconsin, of scikit-learn: 569 tumours, each 30 measures of cell nuclei; 1 is benign.

    Measures are float32[n, 30] in units of each one's spread over all tumours, which no label enters.
    """
    from sklearn.datasets import load_breast_cancer

    measures, labels = load_breast_cancer(return_X_y=True)
    scaled = (measures - measures.mean(0)) / measures.std(0)
    return _split(scaled.astype(np.float32), labels.astype(np.int64), (300, 400), 2)


def _windows(text: str, length: int) -> Array:
    codes = np.minimum(np.frombuffer(text.encode("utf-32-le"), np.uint32), 127).astype(np.int64)
    return codes[: len(codes) // length * length].reshape(-1, length)


def _documentation(modules: tuple[str, ...]) -> str:
    """What the public names of some modules say of themselves."""
    found = []
    for name in modules:
        module = __import__(name, fromlist=["_"])
        texts = (getattr(module, item).__doc__ for item in sorted(dir(module)) if not item.startswith("_"))
        found += [text for text in texts if isinstance(text, str)]
    return "\n".join(dict.fromkeys(found))


@functools.cache
def language(length: int = 32, size: int = 500) -> tuple[list[Array], Array]:
    """The Python language reference as ASCII codes, int64[n, length]: shares of `size` and a held-out part.

    Every fourth chapter is in the same part, so no part has a sentence of another.
    """
    chapters = [topics[name] for name in sorted(topics)]
    text = [_windows("".join(chapters[i::4]), length) for i in range(4)]
    return [text[0][:size], text[1][:size]], _held_out(text[3][:500], text[2][:500])


@functools.cache
def numpy_text(length: int = 32) -> tuple[list[Array], Array]:
    """NumPy's documentation as ASCII codes, int64[n, length]: two shares of 250 and a held-out part."""
    windows = _windows(_documentation(("numpy",)), length)
    windows = windows[np.random.default_rng(0).permutation(len(windows))]
    return [windows[:250], windows[250:500]], _held_out(windows[3000:3500], windows[3500:4000])


@functools.cache
def sources(packages: tuple[tuple[str, ...], ...], words: int = 16) -> tuple[list[Samples], Samples]:
    """Which package a piece of documentation is from: two shares and a held-out set.

    Words are hashed to int64[n, words] in 1 to 511; the label is the place of the package. Of a package's
    first 1,500 pieces seven in ten are shared out. Of a longer one 1,500 more are held out: the fewer there
    are, the more a figure on them is chance.
    """
    shown, unseen = [], []
    for label, modules in enumerate(packages):
        text = _documentation(modules).split()
        hashed = np.array([1 + zlib.crc32(word.encode()) % 511 for word in text], np.int64)
        windows = hashed[: len(hashed) // words * words].reshape(-1, words)
        shown.append((windows[:1500], np.full(len(windows[:1500]), label)))
        more = _held_out(windows[3000:4500], windows[1500:3000])
        unseen.append((more, np.full(len(more), label)))
    every, classes = map(np.concatenate, zip(*shown, strict=True))
    cuts = len(every) * 7 // 10, len(every) * 8 // 10
    shares, rest = _split(every, classes, cuts, 2)
    pieces, labels = map(np.concatenate, zip(rest, *unseen, strict=True))
    return shares, (pieces, labels)


@functools.cache
def club() -> tuple[Array, Array, list[Array], Array]:
    """Zachary's karate club of networkx, 34 members: links, sides, shares and a held-out set.

    Links are D^-1/2 (A + I) D^-1/2, float32[34, 34]; sides 0 or 1. A share is the members whose side a
    contributor knows: the two leaders and two others. The rest are held out.
    """
    import networkx

    graph = networkx.karate_club_graph()
    sides = np.array([int(graph.nodes[member]["club"] == "Officer") for member in graph])
    links = networkx.to_numpy_array(graph, weight=None) + np.eye(34)
    near = (links / np.sqrt(links.sum(0)) / np.sqrt(links.sum(0))[:, None]).astype(np.float32)
    shares = [np.array([0, 33, 5, 8]), np.array([0, 33, 2, 23])]
    others = np.setdiff1d(np.arange(34), np.concatenate(shares))
    return near, sides, shares, _held_out(others[::3], np.delete(others, np.s_[::3]))
