"""How much of what the last delta dropped is added to the next change: what training did not learn again.

Let training cover the share h of the way from where it starts to where it leads. Had the dropped r been sent,
the next training would have changed the weights by h * r less; so to make up for r, all but h of it is to be
added: `1 - h`. With gradient steps h is small and this is error feedback as usual (Stich, Cordonnier, Jaggi
2018); who trains until nothing is left to learn has h = 1 and adds nothing. Adding all of it whatever h is
makes a round overshoot, from h = 0.2 on without end.

h shows in what was sent, s: training asked for `<x, s> / <s, s>` of it before it was sent and asks for less
once the head has it. The difference is h, unless the head did not take s (a commit that was not merged), when
training asks for it as before. A training that changes far less than was dropped took no notice of it: then
all of it is added.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .chunks import slices
from .feedback import change_of
from .manifest import Manifest
from .segments import segments
from .tensors import Tensor

__all__ = ["LARGEST", "Asked", "Sent", "carry_of"]

LARGEST: Final = 0.9
"""At most this share is added, for h is estimated from noisy changes."""

SILENT: Final = 0.1
"""A change of less than this share of the length of what was dropped took no notice of it."""


@dataclass(frozen=True)
class Sent:
    """What a delta leaves for the next one.

    `dropped`: float32[n] in units; `values`: int8[n], the delta's, at `shift`; `asked`: the share of what was
    sent that training had asked for.
    """

    dropped: Tensor
    values: Tensor
    shift: int
    asked: float


class Asked:
    """Sums up `<x, s> / <s, s>` over the parameters, part by part: x is what training changed, s is sent."""

    def __init__(self, manifest: Manifest, shift: int) -> None:
        """Take the shift of the delta that is, or was, sent."""
        self._manifest, self._step = manifest, 2.0 ** -(manifest.precision + shift)
        self._both, self._sent = 0.0, 0.0

    def add(self, part: slice, fresh: npt.NDArray[np.float32], values: npt.NDArray[np.int8]) -> None:
        """Take what training changed in the elements `part`, in units, and what is sent of them."""
        for _, spec, here, _ in segments(self._manifest, part):
            if spec.kind == "parameter":
                x, s = fresh[here].astype(np.float64), values[here].astype(np.float64) * self._step
                self._both += float(np.dot(x, s))
                self._sent += float(np.dot(s, s))

    @property
    def share(self) -> float:
        """The share; 0 when nothing was sent."""
        return self._both / self._sent if self._sent else 0.0


def carry_of(
    manifest: Manifest, current: Mapping[str, Tensor], head: Mapping[str, Tensor], last: Sent
) -> float:
    """Return the share of `last.dropped`, 0 to `LARGEST` or 1, to add to the change from `head` to `current`.

    Goes over all chunks once; raises what `change_of` raises.
    """
    asked, changed, dropped = Asked(manifest, last.shift), 0.0, 0.0
    for part in slices(manifest.elements):
        fresh = change_of(manifest, current, head, part=part)
        left = np.asarray(last.dropped[part], np.float64)
        asked.add(part, fresh, last.values[part])
        changed += float(np.square(fresh.astype(np.float64)).sum())
        dropped += float(np.square(left).sum())
    if changed < SILENT**2 * dropped:
        return 1.0
    return min(max(1 - (last.asked - asked.share), 0.0), LARGEST)
