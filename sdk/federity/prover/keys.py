"""Development keys and the development reference string: from a public seed, cached by hash.

They are the same on every machine, and anyone can recompute their secrets, so the program takes them only in
repositories created `insecure`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from federity import _native
from federity._generated.constants import UNIT_LARGE, UNIT_MEDIUM, UNIT_SMALL
from federity.errors import ProofError
from federity.files import writing
from federity.prover.base import OnProgress
from federity.prover.work import run

__all__ = ["DEVELOPMENT_SEED", "UNIT_SIZES", "DevelopmentKeys"]

DEVELOPMENT_SEED = b"federity development"
"""Everything secret about development keys follows from these public bytes."""

UNIT_SIZES = (UNIT_SMALL, UNIT_MEDIUM, UNIT_LARGE)
"""Elements of the units that keys are made for."""

T = TypeVar("T")


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
        if elements not in UNIT_SIZES:
            sizes = ", ".join(map(str, UNIT_SIZES))
            raise ProofError(f"There is no key for units of {elements} values: the sizes are {sizes}.")
        async with self._making:
            if elements not in self._keys:
                self._keys[elements] = await self._make(
                    lambda report: _native.proving_key_development(
                        self._seed, elements, self._folder, report
                    ),
                    on_progress,
                )
            return self._keys[elements]

    async def _make(self, work: Callable[[Callable[[float], None]], T], on_progress: OnProgress | None) -> T:
        with writing(self._folder):
            return await run(work, on_progress)
