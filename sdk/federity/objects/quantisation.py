"""From trained weights to a delta, and what the delta leaves out.

Top-k sparsification with error feedback (Stich, Cordonnier, Jaggi 2018; Karimireddy et al. 2019) on a
power-of-two grid: what is not sent now, because it was too small or was rounded away, is added to the next
change. All vectors here are float32[n] in units, that is divided by `2^(e_t)` of each tensor; a power of two
costs no accuracy.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .. import _native
from ..errors import ConfigError, ManifestMismatch, NonFiniteWeights, RangeError
from .delta import MAX_SHIFT, Delta
from .dtypes import Array
from .exponents import require_finite
from .manifest import CHUNK_ELEMENTS, Manifest
from .rate import choose, largest

__all__ = ["DENSITY", "RATIO", "Change", "change_of", "quantise"]

DENSITY: Final = 0.5
"""The largest share of parameter elements that a delta carries unless told otherwise."""

RATIO: Final = 0.026
"""The size of a delta's values to that of the model in float32 unless told otherwise."""

_COARSEST = {3: -1, 7: -4}
"""The coarsest steps in use, as a fineness of `rate.Choice`: values are then multiples of 2 or of 16."""

_PASSES = 4
"""How often the budget of the choice is corrected by what the coder made of the last one."""

_EXACT = 2.0**24

_Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Change:
    """A delta and its residual: `residual + step * delta.values` is exactly what there was to send."""

    delta: Delta
    residual: _Vector


def change_of(
    manifest: Manifest,
    current: Mapping[str, Array],
    head: Mapping[str, Array],
    residual: _Vector | None = None,
) -> _Vector:
    """Return `(current - head) / unit + residual`, float32[n].

    Raises ManifestMismatch when tensors differ from the manifest's, NonFiniteWeights for NaN or infinity in
    `current`, RangeError for a residual of another length or one that is not finite.
    """
    manifest.check(current)
    manifest.check(head)
    require_finite({spec.name: current[spec.name] for spec in manifest.tensors})
    if residual is None:
        residual = np.zeros(manifest.elements, np.float32)
    if residual.shape != (manifest.elements,) or not np.isfinite(residual).all():
        raise RangeError("the residual is not a finite vector of this model")
    change = np.empty(manifest.elements, np.float32)
    for spec in manifest.tensors:
        wide = np.float64 if spec.dtype == "F64" else np.float32
        difference = current[spec.name].astype(wide) - head[spec.name].astype(wide)
        with np.errstate(over="ignore"):
            change[spec.elements] = np.ldexp(difference, -spec.exponent).reshape(-1)
            change[spec.elements] += residual[spec.elements]
        if not np.isfinite(change[spec.elements]).all():
            raise NonFiniteWeights(f"tensor {spec.name!r} has changed by more than a delta can hold")
    return change


def quantise(
    manifest: Manifest,
    change: _Vector,
    *,
    density: float = DENSITY,
    ratio: float = RATIO,
    norm_bound: int | None = None,
    shift: int | None = None,
) -> Change:
    """Return the delta for a change in units, and the residual to add to the next one.

    Of the parameters the largest changes are sent, at most the share `density` (0 to 1) and at most about
    `ratio` of float32's bytes; of buffers all. The shift is the one that loses least, unless given. With a
    `norm_bound` (squared steps at shift 8) the sent change is scaled to fit. Raises ConfigError for settings
    that make no sense, RangeError for a change of 2^24 steps or more.
    """
    if not 0 < density <= 1 or ratio <= 0:
        raise ConfigError(f"a density of {density} or a ratio of {ratio} sends nothing")
    if shift is not None and not 0 <= shift <= MAX_SHIFT:
        raise ConfigError(f"the shift {shift} is not in 0..{MAX_SHIFT}")
    if norm_bound is not None and norm_bound < 0:
        raise ConfigError(f"the norm bound {norm_bound} is negative")
    if change.shape != (manifest.elements,):
        raise ManifestMismatch(f"a change of this model has {manifest.elements} elements, not {change.size}")
    scale = 1.0
    while True:
        scaled = change if scale == 1.0 else change * np.float32(scale)
        delta = _delta(manifest, scaled, density, ratio, shift)
        if norm_bound is None or delta.norm <= norm_bound:
            break
        # A smaller change may be sent at a finer shift and so lose less: its norm is the bound's only in the
        # end.
        scale *= min(0.98, math.sqrt(norm_bound / delta.norm))
    step = -manifest.precision - delta.shift
    _require_exact(change, step)
    return Change(delta, change - np.ldexp(delta.values.astype(np.float32), step))


def _require_exact(change: _Vector, step: int) -> None:
    if float(np.abs(change).max(initial=0)) >= math.ldexp(_EXACT, step):
        raise RangeError(
            "the model has moved too far from the head for one delta: 2^24 steps or more",
            hint=NonFiniteWeights.hint,
        )


def _delta(manifest: Manifest, change: _Vector, density: float, ratio: float, shift: int | None) -> Delta:
    buffers = [spec.elements for spec in manifest.tensors if spec.kind == "buffer"]
    parameters = change.copy()
    count = manifest.elements
    finest = MAX_SHIFT
    for elements in buffers:
        parameters[elements] = 0
        count -= elements.stop - elements.start
        # Running statistics that are cut short would spoil the model, not just slow it down.
        peak = float(np.abs(change[elements]).max(initial=0))
        while finest > 0 and peak > math.ldexp(manifest.limit, -manifest.precision - finest):
            finest -= 1
    q = manifest.precision
    finenesses = range(_COARSEST[q], finest + 1) if shift is None else [shift]
    bits = 32 * ratio
    for _ in range(_PASSES):
        choice = choose(parameters, finenesses, precision=q, share=density, bits=bits)
        sent = parameters.copy()
        _native.keep_largest(sent, min(math.ceil(choice.share * len(sent)), math.ceil(density * count)))
        used = max(0, choice.fineness)
        _require_exact(change, -q - used)
        values = _native.quantise(sent, -q - choice.fineness, largest(q, choice.fineness))
        values <<= used - choice.fineness
        for elements in buffers:
            values[elements] = _native.quantise(change[elements], -q - used, manifest.limit)
        # The coder knows more than the entropy the choice is made by, so its own count meets the budget.
        spent = 8 * len(_native.encode(values[:CHUNK_ELEMENTS])) / min(len(values), CHUNK_ELEMENTS)
        if not spent or 0.95 * 32 * ratio <= spent <= 32 * ratio or choice.share >= density:
            break
        bits *= 32 * ratio / spent
    return Delta(values, used, manifest.hash)
