"""The prover of this machine: Groth16 proofs by the native module, on all cores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from federity import _native, objects
from federity._generated.constants import CHUNK_ELEMENTS, LANES
from federity.errors import ProofError
from federity.prover.keys import DevelopmentKeys
from federity.prover.work import run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from federity.objects.tensors import Tensor
    from federity.prover.base import ContextForUnit, OnProgress

__all__ = ["Groth16Prover"]


PROOF_SECONDS = 70e-6
"""Seconds on two free cores for each element of a unit (docs/benchmarks.md: 68.7 s for a million)."""
KEY_SECONDS = 600e-6
"""The same for making a key, once (42.5 s for 65,536 elements)."""


class Groth16Prover:
    """Proves in a thread, one unit after the other; each unit uses every core."""

    def __init__(self, cache: Path) -> None:
        """Take the folder of keys and reference string."""
        self._keys = DevelopmentKeys(cache)

    async def srs(self) -> _native.Srs:
        """See `Prover.srs`."""
        return await self._keys.srs()

    async def key(self, elements: int, on_progress: OnProgress | None = None) -> _native.ProvingKey:
        """See `Prover.key`."""
        return await self._keys.key(elements, on_progress)

    async def key_hash(self, elements: int) -> bytes:
        """See `Prover.key_hash`."""
        return await self._keys.key_hash(elements)

    def seconds(self, elements: int, units: int) -> float:
        """See `Prover.seconds`."""
        making = 0.0 if self._keys.has(elements) or not units else elements * KEY_SECONDS
        return making + units * elements * PROOF_SECONDS

    async def prove(
        self,
        values: Tensor,
        unit_size: int,
        units: Sequence[int] | None,
        context_for_unit: ContextForUnit,
        on_progress: OnProgress | None = None,
    ) -> AsyncIterator[tuple[int, _native.UnitProof]]:
        """See `Prover.prove`."""
        import numpy  # here: a session is opened by verbs that need no arrays

        present = objects.nonzero_units(values, unit_size)
        wanted = present if units is None else sorted(set(units).intersection(present))
        if not wanted:
            return
        key, srs = await self.key(unit_size), await self.srs()
        for done, unit in enumerate(wanted):
            part = numpy.ascontiguousarray(values[unit * unit_size : (unit + 1) * unit_size])
            place = _Place(unit, unit * unit_size % CHUNK_ELEMENTS // LANES, context_for_unit(unit))

            def tell(share: float, done: int = done) -> None:
                if on_progress is not None:
                    on_progress((done + share) / len(wanted))

            proof = await _proved(key, srs, part, place, tell)
            if proof is None:
                key = await self._keys.renewed(unit_size)
                proof = await _proved(key, srs, part, place, tell)
            if proof is None:
                raise ProofError(f"The proof of unit {unit} does not verify, though its key was made anew.")
            yield unit, proof


@dataclass(frozen=True)
class _Place:
    """Where a unit lies: its index, its first coefficient inside the chunk, and its context."""

    unit: int
    offset: int
    context: bytes


async def _proved(
    key: _native.ProvingKey,
    srs: _native.Srs,
    part: npt.NDArray[np.int8],
    place: _Place,
    tell: OnProgress,
) -> _native.UnitProof | None:
    """The proof of a unit; None when it does not verify, so that only true ones are paid for."""

    def work(report: Callable[[float], None]) -> _native.UnitProof | None:
        made = _native.prove_update(key, srs, part, place.offset, place.context, progress=report)
        sound = _native.verify_update(key.verifying_key, srs.tau_g2, made, place.offset, place.context)
        return made if sound else None

    try:
        return await run(work, tell)
    except ValueError as error:
        raise ProofError(f"Unit {place.unit} could not be proved: {error}.") from error
