"""The weights that an accumulator means."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from federity.objects import Accumulator
    from federity.objects.tensors import Tensor
    from federity.repository.ledger.reader import Reader


async def parts_of_weights(reader: Reader, state: Accumulator) -> dict[str, Tensor]:
    """The weights that an accumulator means, each part made when it is used."""
    base = await reader.base()
    return state.tensors(reader.manifest, base.tensors)


async def weights_of(reader: Reader, state: Accumulator) -> dict[str, np.ndarray[Any, Any]]:
    """The weights that an accumulator means, in memory."""
    base = await reader.base()
    return await asyncio.to_thread(state.weights, reader.manifest, base.tensors)
