"""Development keys and the development reference string: from a public seed, cached by hash.

They are the same on every machine, and anyone can recompute their secrets, so the program takes them only in
repositories created `insecure`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from federity import _native
from federity._generated.constants import UNIT_LARGE, UNIT_MEDIUM, UNIT_SMALL
from federity.errors import ProofError
from federity.files import private_folder, remove, sweep, writing
from federity.prover.base import OnProgress
from federity.prover.work import run

__all__ = ["DEVELOPMENT_KEYS", "DEVELOPMENT_SEED", "UNIT_SIZES", "DevelopmentKeys"]

DEVELOPMENT_SEED = b"federity development"
"""Everything secret about development keys follows from these public bytes."""

UNIT_SIZES = (UNIT_SMALL, UNIT_MEDIUM, UNIT_LARGE)
"""Elements of the units that keys are made for."""

DEVELOPMENT_KEYS = {
    UNIT_SMALL: bytes.fromhex("a5478be49d444fb9de2df9bb9521b43933b16f07110768cfa17c48afb4271077"),
    UNIT_MEDIUM: bytes.fromhex("a250d54689984a03168a280a58c0f99daadc48a278b18b16e38c381a506c386e"),
    UNIT_LARGE: bytes.fromhex("ac4494bf2f2e9ee4b1d993b5ac8286ce8d3fa90947a3aa2d190383c49d80fe21"),
}
"""The sha256 of the verifying half of each development key: who meets another has not met one of these."""

T = TypeVar("T")

_log = logging.getLogger("federity")


class DevelopmentKeys:
    """Finds keys and reference string in a folder or makes them there; each is loaded once."""

    def __init__(self, folder: Path, seed: bytes = DEVELOPMENT_SEED) -> None:
        """Take the cache folder, which is made when something is first written."""
        self._folder = folder
        self._seed = seed
        self._srs: _native.Srs | None = None
        self._keys: dict[int, _native.ProvingKey] = {}
        self._making = asyncio.Lock()

    async def srs(self) -> _native.Srs:
        """The reference string; its powers are made as far as they are used.

        Raises StorageFull or FileUnavailable when the folder cannot be written.
        """
        async with self._making:
            if self._srs is None:
                self._srs = await self._make(
                    lambda _: _native.srs_development(self._seed, 1, self._folder), None
                )
            return self._srs

    async def key(self, elements: int, on_progress: OnProgress | None = None) -> _native.ProvingKey:
        """The key for units of `elements` values, one of UNIT_SIZES. Making one takes seconds to a minute.

        Raises ProofError for another size, StorageFull or FileUnavailable when the folder cannot be written.
        """
        known = await self.key_hash(elements)
        async with self._making:
            if elements not in self._keys:
                key = await self._load(elements, on_progress)
                if _hash(key) != known:
                    self._drop(elements)
                    key = await self._load(elements, on_progress)
                if _hash(key) != known:
                    raise ProofError(
                        f"The key made for units of {elements} values is another than this version knows.",
                        hint="Install Federity again: its native module and its Python files do not fit.",
                    )
                self._keys[elements] = key
            return self._keys[elements]

    async def key_hash(self, elements: int) -> bytes:
        """The sha256 of that key's verifying half, without making it. Raises ProofError for another size."""
        if elements not in UNIT_SIZES:
            sizes = ", ".join(map(str, UNIT_SIZES))
            raise ProofError(f"There is no key for units of {elements} values: the sizes are {sizes}.")
        if self._seed == DEVELOPMENT_SEED:
            return DEVELOPMENT_KEYS[elements]
        made = await asyncio.to_thread(_native.verifying_key_development, self._seed, elements)
        return hashlib.sha256(made).digest()

    def has(self, elements: int) -> bool:
        """Whether a key for units of `elements` values is at hand, so that none has to be made."""
        return elements in self._keys or any(self._folder.glob(f"key-update-{elements}-*-lc.bin"))

    async def renewed(self, elements: int, on_progress: OnProgress | None = None) -> _native.ProvingKey:
        """The key for units of `elements` values, made anew because what was kept of it proves wrongly."""
        async with self._making:
            self._keys.pop(elements, None)
            self._drop(elements)
        return await self.key(elements, on_progress)

    def _drop(self, elements: int) -> None:
        """Throw away what the folder has of a key, and say so."""
        _log.warning(
            "The proving key for units of %d values in %s was damaged: it is made anew.",
            elements,
            self._folder,
        )
        for path in self._folder.glob(f"key-update-{elements}-*.bin"):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                remove(path)

    async def _load(self, elements: int, on_progress: OnProgress | None) -> _native.ProvingKey:
        kept = self._folder.glob(f"key-update-{elements}-*.bin")
        if any(path.is_symlink() or not path.is_file() for path in kept):
            # A pipe, a link, a folder: nobody reads it, and nobody replaces it without a word.
            self._drop(elements)
        return await self._make(
            lambda report: _native.proving_key_development(self._seed, elements, self._folder, report),
            on_progress,
        )

    async def _make(self, work: Callable[[Callable[[float], None]], T], on_progress: OnProgress | None) -> T:
        private_folder(self._folder)
        sweep(self._folder)
        with writing(self._folder):
            return await run(work, on_progress)


def _hash(key: _native.ProvingKey) -> bytes:
    return hashlib.sha256(key.verifying_key).digest()
