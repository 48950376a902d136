"""How a change becomes the values of a delta, once it is planned: element by element, in any parts."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .. import _native
from .digits import digit_of, steps_of
from .manifest import Manifest, TensorSpec
from .segments import segments
from .tensors import Tensor, part_of

__all__ = ["Cut", "Plan"]

_Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cut:
    """How a tensor is sent: the share `scale` of its change, magnitudes of at least `threshold` units of it.

    They are sent as multiples of `multiple`. `becomes`, of a buffer that holds nothing negative, is what
    training made of it: see `variances_of`. What is `wide` is sent in all digits, as finely as the first can.
    """

    multiple: int
    threshold: float
    scale: float
    becomes: Tensor | None = None
    wide: bool = False


@dataclass(frozen=True)
class Plan:
    """How a change becomes a delta: the shift and a cut for each tensor."""

    manifest: Manifest
    shift: int
    cuts: tuple[Cut, ...]

    def apply(self, part: slice, change: _Vector) -> tuple[npt.NDArray[np.int8], _Vector]:
        """Return the values, int8, and the residual, float32, of the elements `part`, of which `change` is.

        `residual + 2^(-q - shift) * values` is `change`, exactly; where a tensor has several digits, the sum
        of what they say, the residual being all at the first. What is returned for an element does not depend
        on which part it was asked for with.
        """
        step = -self.manifest.precision - self.shift
        values, residual = np.zeros(len(change), np.int8), change.copy()
        for place, spec, here, there in segments(self.manifest, part):
            cut = self.cuts[place.number]
            if cut.wide:
                values[here], residual[here] = self._digit(place.digit, spec, cut, there, change[here])
                continue
            if place.digit:
                residual[here] = 0
                continue
            wanted = change[here] * np.float32(cut.scale)
            sent = wanted.copy()
            sent[np.abs(sent) < np.float32(cut.threshold)] = 0
            sent /= np.float32(cut.multiple)
            values[here] = _native.quantise(sent, step, self.manifest.limit // cut.multiple) * cut.multiple
            if cut.becomes is not None:
                was = np.ldexp(part_of(cut.becomes, there).astype(np.float32), -spec.exponent) - change[here]
                least = np.minimum(was, was + wanted) / 2
                low = np.ldexp(values[here].astype(np.float32), step) < wanted - least
                # A change beyond all levels is cut to the last one, which is not to be exceeded.
                low &= values[here] <= self.manifest.limit - cut.multiple
                values[here] += np.where(low, cut.multiple, 0).astype(np.int8)
            residual[here] -= np.ldexp(values[here].astype(np.float32), step)
        return values, residual

    def _digit(
        self, digit: int, spec: TensorSpec, cut: Cut, there: slice, change: _Vector
    ) -> tuple[npt.NDArray[np.int8], _Vector]:
        """Return one digit of a tensor's values, and what all of them leave out if it is the first."""
        precision, step = self.manifest.precision, -self.manifest.precision - self.shift
        becomes = None
        if cut.becomes is not None:
            becomes = np.ldexp(part_of(cut.becomes, there).astype(np.float64), -spec.exponent)
        wide = change.astype(np.float64)
        steps = steps_of(wide, cut.scale, step, becomes)
        values = digit_of(steps, digit, spec.digits, precision)
        if digit:
            return values, np.zeros(len(change), np.float32)
        sent = np.ldexp(steps.astype(np.float64), step)
        return values, (wide - sent).astype(np.float32)
