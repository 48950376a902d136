"""What a contributor's working copy does when it commits: a delta, and what that leaves for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from federity.objects import Delta, Manifest
from federity.objects.feedback import Last, Weights, asked_of, change_of, weights_of
from federity.objects.quantisation import RATIO, quantise
from federity.objects.statistics import statistics_of

Tensors = Mapping[str, NDArray[Any]]


class Contributor:
    """One contributor's side of the wire, with nothing left out yet."""

    def __init__(self, manifest: Manifest, ratio: float = RATIO) -> None:
        """Take the model's manifest and a delta's share of float32."""
        self._manifest, self._ratio = manifest, ratio
        self.last: Last | None = None

    def commit(self, end: Tensors, start: Tensors) -> Delta:
        """Return the delta from the head `start` to the trained weights `end`."""
        manifest, last = self._manifest, self.last
        weights = weights_of(manifest, end, start, last) if last else Weights()
        change = change_of(manifest, end, start, last.residual if last else None, weights=weights)
        made = quantise(manifest, change, ratio=self._ratio, statistics=statistics_of(manifest, end, start))
        everything = slice(0, manifest.elements)
        asked = asked_of(manifest, change_of(manifest, end, start), made.delta.values, everything)
        self.last = Last(made.residual, made.delta.values, asked)
        return made.delta
