"""What a contributor's working copy does when it commits: a delta, and what that leaves for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from federity.objects import Delta, Manifest
from federity.objects.quantisation import RATIO, change_of, quantise, variances_of, weights_of

Tensors = Mapping[str, NDArray[Any]]


class Contributor:
    """One contributor's side of the wire, with nothing left out yet."""

    def __init__(self, manifest: Manifest, ratio: float = RATIO) -> None:
        """Take the model's manifest and a delta's share of float32."""
        self._manifest, self._ratio = manifest, ratio
        self._residual = np.zeros(manifest.elements, np.float32)

    def commit(self, end: Tensors, start: Tensors) -> Delta:
        """Return the delta from the head `start` to the trained weights `end`."""
        manifest = self._manifest
        weights = weights_of(manifest, end, start, self._residual)
        change = change_of(manifest, end, start, self._residual, weights=weights)
        made = quantise(manifest, change, ratio=self._ratio, variances=variances_of(manifest, end))
        self._residual = made.residual
        return made.delta
