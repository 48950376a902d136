"""How a change becomes the values of a delta, once it is planned: element by element, in any parts."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .. import _native
from .digits import digit_of
from .manifest import Manifest, Place, TensorSpec
from .segments import segments
from .statistics import Way

__all__ = ["Cut", "Plan"]

_Vector = npt.NDArray[np.float32]

_SMALL = 1 << 16


@dataclass(frozen=True, slots=True)
class Cut:
    """How a parameter is sent: `scale` of its change, magnitudes of at least `threshold` units of it.

    They are sent as multiples of `multiple`.
    """

    multiple: int
    threshold: float
    scale: float


@dataclass(frozen=True)
class Plan:
    """How a change becomes a delta: the shift, and a cut for each parameter, a way for each buffer."""

    manifest: Manifest
    shift: int
    cuts: tuple[Cut | Way, ...]
    _steps: dict[int, npt.NDArray[np.float64]] = field(default_factory=dict, repr=False, compare=False)

    def apply(self, part: slice, change: _Vector) -> tuple[npt.NDArray[np.int8], _Vector]:
        """Return the values, int8, and the residual, float32, of the elements `part`, of which `change` is.

        `residual + 2^(-q - shift) * values` is `change`, exactly; of a buffer it is to float32's precision
        what the sum of its digits leaves out, all at the first. What is returned for an element does not
        depend on which part it was asked for with.
        """
        step = -self.manifest.precision - self.shift
        values, residual = np.zeros(len(change), np.int8), change.copy()
        for place, spec, here, there in segments(self.manifest, part):
            cut = self.cuts[place.number]
            if isinstance(cut, Way):
                steps = self._steps_of(place, spec, cut, there, change[here])
                values[here] = digit_of(steps, place.digit, spec.digits, self.manifest.precision)
                left = change[here] - np.ldexp(steps, step)
                residual[here] = 0 if place.digit else left.astype(np.float32)
                continue
            sent = change[here] * np.float32(cut.scale)
            sent[np.abs(sent) < np.float32(cut.threshold)] = 0
            sent /= np.float32(cut.multiple)
            values[here] = _native.quantise(sent, step, self.manifest.limit // cut.multiple) * cut.multiple
            residual[here] -= np.ldexp(values[here].astype(np.float32), step)
        return values, residual

    def _steps_of(
        self, place: Place, spec: TensorSpec, way: Way, there: slice, change: _Vector
    ) -> npt.NDArray[np.float64]:
        """Return a buffer's steps: those of a small one are the same for each of its digits."""
        if place.number in self._steps:
            return self._steps[place.number][there]
        found = way.steps(there, change, spec.exponent, -self.manifest.precision - self.shift)
        if len(found) == spec.size <= _SMALL:
            self._steps[place.number] = found
        return found
