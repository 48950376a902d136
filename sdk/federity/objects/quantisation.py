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
from .manifest import Manifest

__all__ = ["DENSITY", "Change", "change_of", "quantise"]

DENSITY: Final = 0.08
"""The share of parameter elements that a delta carries unless told otherwise."""

_MEAN_STEPS = {3: 2.0, 7: 4.0}
"""How many steps the mean kept change is worth at most. Finer steps cost bytes: a change that is rounded by
an eighth of itself is worth sending, and the rest of it follows with the next delta."""

_OUTLIERS = 200
"""One in so many kept changes may be clipped; the rest of it follows with the next delta."""

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
    norm_bound: int | None = None,
    shift: int | None = None,
) -> Change:
    """Return the delta for a change in units, and the residual to add to the next one.

    Of the parameters the `density` (0 to 1) largest changes are sent, of buffers all. The shift is chosen
    from their spread unless given. With a `norm_bound` (squared steps at shift 8) the sent change is scaled
    to fit. Raises ConfigError for a density or shift that makes no sense, RangeError for a change of 2^24
    steps or more.
    """
    if not 0 < density <= 1:
        raise ConfigError(f"the density {density} is not above 0 and at most 1")
    if shift is not None and not 0 <= shift <= MAX_SHIFT:
        raise ConfigError(f"the shift {shift} is not in 0..{MAX_SHIFT}")
    if change.shape != (manifest.elements,):
        raise ManifestMismatch(f"a change of this model has {manifest.elements} elements, not {change.size}")
    sent = _select(manifest, change, density)
    scale = 1.0 if norm_bound is None else _fit(manifest, sent, norm_bound)
    while True:
        scaled = sent if scale == 1.0 else sent * np.float32(scale)
        s = _shift(manifest, scaled) if shift is None else shift
        step = -manifest.precision - s
        if change.size and float(np.abs(change).max()) >= math.ldexp(_EXACT, step):
            raise RangeError("the model has moved too far from the head for one delta: 2^24 steps or more")
        delta = Delta(_native.quantise(scaled, step, manifest.limit), s, manifest.hash)
        # Rounding up may pass the bound by a little; a smaller scale ends in the zero vector.
        if norm_bound is None or delta.norm <= norm_bound:
            break
        scale *= 0.98
    residual = change - np.ldexp(delta.values.astype(np.float32), step)
    return Change(delta, residual)


def _select(manifest: Manifest, change: _Vector, density: float) -> _Vector:
    sent = change.copy()
    buffers = [spec.elements for spec in manifest.tensors if spec.kind == "buffer"]
    parameters = manifest.elements
    for elements in buffers:
        sent[elements] = 0
        parameters -= elements.stop - elements.start
    _native.keep_largest(sent, math.ceil(density * parameters))
    for elements in buffers:
        sent[elements] = change[elements]
    return sent


def _fit(manifest: Manifest, sent: _Vector, norm_bound: int) -> float:
    if norm_bound < 0:
        raise ConfigError(f"the norm bound {norm_bound} is negative")
    norm = float(np.square(sent, dtype=np.float64).sum()) * 4.0 ** (manifest.precision + MAX_SHIFT)
    return 1.0 if norm <= norm_bound else math.sqrt(norm_bound / norm)


def _shift(manifest: Manifest, sent: _Vector) -> int:
    """Return the finest shift that clips few parameters and no buffers and whose mean is a few steps."""
    limit = manifest.limit
    parameters = sent
    wanted = [float(MAX_SHIFT)]
    buffers = [spec.elements for spec in manifest.tensors if spec.kind == "buffer"]
    if buffers:
        parameters = sent.copy()
        for elements in buffers:
            parameters[elements] = 0
            wanted.append(_finest(limit, float(np.abs(sent[elements]).max(initial=0)), manifest.precision))
    count = int(np.count_nonzero(parameters))
    if count:
        mean = float(np.abs(parameters).sum(dtype=np.float64)) / count
        wanted.append(_finest(_MEAN_STEPS[manifest.precision], mean, manifest.precision))
        outlier = _native.magnitude_at(parameters, count // _OUTLIERS + 1)
        wanted.append(_finest(limit, outlier, manifest.precision))
    return int(max(0, min(wanted)))


def _finest(steps: float, change: float, precision: int) -> float:
    """Return the largest s at which `change` units are at most `steps` steps of `2^-(q+s)`."""
    return math.floor(math.log2(steps / change)) - precision if change > 0 else math.inf
