"""Models of any size as files, made and changed part by part, and verbs in processes of their own.

Weights and their changes are synthetic: what is measured with them is memory, not learning.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from federity.files import write_atomically
from federity.frameworks.safetensors import SafetensorsAdapter
from federity.objects.container import stream
from federity.objects.tensors import LazyTensor, Tensor, part_of

# Starts a command and reports its exit code, seconds and peak memory. A process' peak begins with that of
# the one that started it, so this one is small.
LAUNCHER = """
import json, os, sys, time
files = [os.open(path, os.O_WRONLY) for path in sys.argv[1:3]]
start = time.monotonic()
to = [(os.POSIX_SPAWN_DUP2, file, number) for number, file in enumerate(files, 1)]
child = os.posix_spawn(sys.argv[3], sys.argv[3:], os.environ, file_actions=to)
_, status, usage = os.wait4(child, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), time.monotonic() - start, 1024 * usage.ru_maxrss,
    usage.ru_utime + usage.ru_stime]))
"""

Noise = Callable[[np.random.Generator, int], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Spent:
    """What a command took: wall-clock and processor seconds, peak resident memory in bytes; what it said."""

    seconds: float
    processor_seconds: float
    peak: int
    said: str


def measured(*command: str, **environment: str) -> Spent:
    """Run a command in a process of its own. Raises RuntimeError, with what it said, when it fails."""
    with tempfile.NamedTemporaryFile() as said, tempfile.NamedTemporaryFile() as errors:
        launched = subprocess.run(
            [sys.executable, "-I", "-S", "-c", LAUNCHER, said.name, errors.name, *command],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
        )
        code, seconds, peak, processor = json.loads(launched.stdout)
        text, failure = said.read().decode(), errors.read().decode()
    if code:
        raise RuntimeError(f"{' '.join(command)} ended with {code}: {failure[-2000:]}")
    return Spent(seconds, processor, peak, text)


@dataclass(frozen=True)
class Person:
    """Somebody with a wallet and a working copy, who uses the command line."""

    home: Path
    folder: Path
    key: Path

    @property
    def model(self) -> Path:
        """The file of weights in the working copy."""
        return self.folder / "model.safetensors"

    def do(self, *arguments: str) -> Spent:
        """Run `federity`, in the working copy when there is one."""
        here = self.folder if self.folder.exists() else self.home
        command = [sys.executable, "-m", "federity.cli.main", "-C", str(here), "-k", str(self.key)]
        return measured(*command, *arguments, FEDERITY_HOME=str(self.home))

    def asked(self, *arguments: str) -> Any:
        """Run a command for its JSON document."""
        return json.loads(self.do(*arguments, "--json").said)


def write_model(path: Path, shapes: dict[str, tuple[int, ...]], scale: float = 0.02) -> None:
    """Write normally distributed float32 weights, the same for the same shapes."""

    def tensor(number: int, shape: tuple[int, ...]) -> Tensor:
        def read(part: slice) -> npt.NDArray[np.float32]:
            draws = np.random.default_rng([number, part.start])
            found: npt.NDArray[np.float32] = draws.standard_normal(part.stop - part.start, np.float32)
            found *= np.float32(scale)
            return found

        return LazyTensor(shape, np.dtype("<f4"), read)

    tensors = {name: tensor(number, shape) for number, (name, shape) in enumerate(shapes.items())}
    write_atomically(path, stream(tensors, {"format": "pt"}))


def change_model(path: Path, seed: int, noise: Noise) -> None:
    """Add `noise(draws, n)`, float32[n], to the weights of a file, as training would leave it."""

    def changed(number: int, tensor: Tensor) -> Tensor:
        def read(part: slice) -> npt.NDArray[np.float32]:
            draws = np.random.default_rng([seed, number, part.start])
            found: npt.NDArray[np.float32] = part_of(tensor, part)
            return found + noise(draws, part.stop - part.start)

        return LazyTensor(tensor.shape, tensor.dtype, read)

    found = SafetensorsAdapter().tensors(path)
    tensors = {name: changed(number, tensor) for number, (name, tensor) in enumerate(found.items())}
    SafetensorsAdapter().load(path, tensors)


def elements(shapes: dict[str, tuple[int, ...]]) -> int:
    """Number of weights of a model."""
    return sum(math.prod(shape) for shape in shapes.values())
