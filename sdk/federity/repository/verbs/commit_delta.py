"""The delta of a commit while it is made, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from federity import _native
from federity.errors import NothingToDo
from federity.objects import DeltaInfo, delta_parts
from federity.objects.feedback import asked_of
from federity.objects.slices import slices
from federity.objects.tensors import bytes_of
from federity.objects.unfit import Unfit
from federity.progress import each

if TYPE_CHECKING:
    from federity.files import Draft
    from federity.objects.cuts import Plan
    from federity.repository.working_copy.training import Training


class Sent:
    """A delta while it is made, chunk by chunk: its blob, what it drops, and its sums."""

    def __init__(self, chosen: Plan, training: Training, residual: Draft, counters: tuple[str, ...]) -> None:
        """Take the plan, the change, the file for what is dropped, in order, and what is no part."""
        self._plan, self._training, self._residual = chosen, training, residual
        self._counters = counters
        self.norm = 0
        self.nonzero = 0
        self.asked = 0.0
        self.zeroed = 0
        self.carried = 0
        self.unfit = Unfit(chosen, training.current, training.stands)

    def blob(self, info: DeltaInfo, folder: str) -> Iterator[bytes | memoryview]:
        """Yield the blob in parts. Raises NothingToDo, before the first one, when all of it is zero."""
        manifest = self._plan.manifest
        return delta_parts(self._chunks(), manifest.hash, manifest.elements, self._plan.shift, info, folder)

    def _chunks(self) -> Iterator[npt.NDArray[np.int8]]:
        for part in each("encoding", list(slices(self._plan.manifest.elements)), "chunks"):
            values, dropped = self._plan.apply(part, self._training.change(part))
            left = self._training.left(part, dropped)
            self._residual.file.write(bytes_of(left.astype("<f4", copy=False)))
            self.norm += _native.norm(values)
            self.nonzero += int(np.count_nonzero(values))
            moved = self._training.moved(part)
            self.asked += asked_of(self._plan.manifest, moved, values, part)
            self.zeroed += self._training.zeroed(part, moved)
            self.unfit.add(part, moved)
            self.carried += int(np.count_nonzero(values[moved == 0]))
            yield values
        if not self.nonzero:
            counted = f", and {len(self._counters)} counters, which stay with it" if self._counters else ""
            raise NothingToDo(
                f"The model has changed by less than the smallest step a delta can hold{counted}.",
                hint="Train longer, or with a higher learning rate, before you commit.",
            )
