"""What a contributor's working copy does when it commits: a delta, and what that leaves for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from federity.objects import Delta, Manifest
from federity.objects.carry import Asked, Sent, carry_of
from federity.objects.quantisation import RATIO, change_of, quantise, variances_of

Tensors = Mapping[str, NDArray[Any]]


class Contributor:
    """One contributor's side of the wire, with nothing to carry yet."""

    def __init__(self, manifest: Manifest, ratio: float = RATIO) -> None:
        """Take the model's manifest and a delta's share of float32."""
        self._manifest, self._ratio = manifest, ratio
        self._last: Sent | None = None

    def commit(self, end: Tensors, start: Tensors) -> Delta:
        """Return the delta from the head `start` to the trained weights `end`."""
        manifest, last = self._manifest, self._last
        carry = carry_of(manifest, end, start, last) if last else 0.0
        change = change_of(manifest, end, start, last.dropped if last else None, carry=carry)
        made = quantise(manifest, change, ratio=self._ratio, variances=variances_of(manifest, end))
        asked = Asked(manifest, made.delta.shift)
        asked.add(slice(0, manifest.elements), change_of(manifest, end, start), np.asarray(made.delta.values))
        self._last = Sent(made.residual, made.delta.values, made.delta.shift, asked.share)
        return made.delta
