"""The prover port: what makes the proofs of an update, and over which reference string."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from federity._native import ProvingKey, Srs, UnitProof
    from federity.objects.tensors import Tensor

__all__ = ["ContextForUnit", "OnProgress", "Prover"]

ContextForUnit = Callable[[int], bytes]
"""The 32-byte context of a unit, by its index in the whole vector."""

OnProgress = Callable[[float], object]
"""Hears the share done, between 0 and 1, on the event loop's thread; an exception stops the work."""


class Prover(Protocol):
    """Makes proofs of level L1 and knows the keys and the reference string they are made with."""

    async def srs(self) -> Srs:
        """The reference string of commitments and openings. Raises StorageFull, FileUnavailable."""

    async def key(self, elements: int, on_progress: OnProgress | None = None) -> ProvingKey:
        """The key for units of `elements` values. Raises ProofError, StorageFull, FileUnavailable."""

    async def key_hash(self, elements: int) -> bytes:
        """The sha256 of that key's verifying half, by which the chain knows it; no key is made for it."""

    def seconds(self, elements: int, units: int) -> float:
        """About how long proofs of that many units of `elements` values take here, making a key included."""

    def prove(
        self,
        values: Tensor,
        unit_size: int,
        units: Sequence[int] | None,
        context_for_unit: ContextForUnit,
        on_progress: OnProgress | None = None,
    ) -> AsyncIterator[tuple[int, UnitProof]]:
        """Prove units of `values` (int8[n]), yielding (unit index, proof) as each is made.

        `units` are indices of units of `unit_size` values, None means all that are not zero; zero units need
        no proof and are skipped. Ending the iteration or cancelling the task stops the work. Raises
        ProofError, ProvingCancelled, StorageFull, FileUnavailable.
        """
