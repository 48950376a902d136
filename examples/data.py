"""Real data that ship inside packages, so that nothing is downloaded. Used by the other examples."""

import functools
import zlib
from pydoc_data.topics import topics

import numpy as np
import torch
from sklearn.datasets import load_digits

Samples = tuple[torch.Tensor, torch.Tensor]


@functools.cache
def digits(side: int = 8, parts: int = 2) -> tuple[list[Samples], Samples]:
    """Handwritten digits of scikit-learn, 1,797 images of 8x8 pixels: shares and a held-out set.

    Images are float32[n, 1, side, side] in [0, 1], enlarged by repeating pixels; labels 0 to 9.
    """
    pixels, labels = load_digits(return_X_y=True)
    images = torch.tensor(pixels / 16, dtype=torch.float32).reshape(-1, 1, 8, 8)
    images = images.repeat_interleave(side // 8, 2).repeat_interleave(side // 8, 3)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    images, classes = images[order], torch.tensor(labels)[order]
    shares = [(images[i:1400:parts], classes[i:1400:parts]) for i in range(parts)]
    return shares, (images[1400:], classes[1400:])


def _windows(text: str, length: int) -> torch.Tensor:
    codes = torch.tensor([min(ord(c), 127) for c in text])
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
def language(length: int = 32) -> tuple[list[torch.Tensor], torch.Tensor]:
    """The Python language reference as ASCII codes, int64[n, length]: two shares and a held-out part."""
    chapters = [topics[name] for name in sorted(topics)]
    text = [_windows("".join(chapters[i::4]), length) for i in range(3)]
    return [text[0][:1500], text[1][:1500]], text[2][:500]


@functools.cache
def numpy_text(length: int = 32) -> tuple[list[torch.Tensor], torch.Tensor]:
    """NumPy's documentation as ASCII codes, int64[n, length]: two shares and a held-out part."""
    windows = _windows(_documentation(("numpy",)), length)
    windows = windows[torch.randperm(len(windows), generator=torch.Generator().manual_seed(0))]
    return [windows[:1500], windows[1500:3000]], windows[3000:3500]


@functools.cache
def sources(packages: tuple[tuple[str, ...], ...], words: int = 16) -> tuple[list[Samples], Samples]:
    """Which package a piece of documentation is from: two shares and a held-out set.

    Words are hashed to int64[n, words] in 1 to 511; the label is the place of the package.
    """
    codes, labels = [], []
    for label, modules in enumerate(packages):
        text = _documentation(modules).split()
        hashed = torch.tensor([1 + zlib.crc32(word.encode()) % 511 for word in text])
        windows = hashed[: len(hashed) // words * words].reshape(-1, words)[:1500]
        codes.append(windows)
        labels.append(torch.full((len(windows),), label))
    every, classes = torch.cat(codes), torch.cat(labels)
    order = torch.tensor(np.random.default_rng(0).permutation(len(every)))
    every, classes, cut = every[order], classes[order], len(every) * 4 // 5
    return [(every[i:cut:2], classes[i:cut:2]) for i in range(2)], (every[cut:], classes[cut:])
