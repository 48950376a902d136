"""From trained weights to a delta, and what the delta leaves out.

Top-k sparsification with error feedback (Stich, Cordonnier, Jaggi 2018; Karimireddy et al. 2019) on a
power-of-two grid: what is not sent now, because it was too small or was rounded away, is added to the next
change. All vectors here are float32[n] in units, that is divided by `2^(e_t)` of each tensor; a power of two
costs no accuracy.

A plan is made first, from a sample and a few sums, and then applied chunk by chunk: no step holds a vector of
the model's size, and the chunks of a plan are those of the whole.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .. import _native
from ..errors import ConfigError, ManifestMismatch, NonFiniteWeights, RangeError
from .chunks import slices
from .delta import MAX_SHIFT, Delta
from .exponents import require_finite
from .manifest import Manifest, TensorSpec
from .rate import choose, largest
from .tensors import Tensor

__all__ = ["DENSITY", "RATIO", "Change", "Cut", "Plan", "change_of", "plan", "quantise"]

DENSITY: Final = 0.5
"""The largest share of parameter elements that a delta carries unless told otherwise."""

RATIO: Final = 0.026
"""The size of a delta's values to that of the model in float32 unless told otherwise."""

_COARSEST = {3: -1, 7: -4}
"""The coarsest steps in use, as a fineness of `rate.Choice`: values are then multiples of 2 or of 16."""

_PASSES = 4
"""How often the budget of the choice is corrected by what the coder made of the last one."""

_EXACT = 2.0**24

_RUN = 1 << 10
_RUNS = 1 << 10
"""A sample is this many runs of neighbours, for the coder learns from neighbours."""

_Vector = npt.NDArray[np.float32]
_Part = Callable[[slice], _Vector]


@dataclass(frozen=True)
class Change:
    """A delta and its residual: `residual + step * delta.values` is exactly what there was to send."""

    delta: Delta
    residual: _Vector


@dataclass(frozen=True, slots=True)
class Cut:
    """How a tensor is sent: magnitudes of at least `threshold` (units), in steps of `2^(-q - fineness)`."""

    fineness: int
    threshold: float


@dataclass(frozen=True)
class Plan:
    """How a change becomes a delta: the shift, a factor against the norm bound, a cut for each tensor."""

    manifest: Manifest
    shift: int
    scale: float
    cuts: tuple[Cut, ...]

    def apply(self, part: slice, change: _Vector) -> tuple[npt.NDArray[np.int8], _Vector]:
        """Return the values, int8, and the residual, float32, of the elements `part`, of which `change` is.

        `residual + 2^(-q - shift) * values` is `change`, exactly. What is returned for an element does not
        depend on which part it was asked for with.
        """
        q = self.manifest.precision
        values = np.zeros(len(change), np.int8)
        for number, _, here, _ in _segments(self.manifest, part):
            cut = self.cuts[number]
            sent = change[here] * np.float32(self.scale)
            sent[np.abs(sent) < np.float32(cut.threshold)] = 0
            found = _native.quantise(sent, -q - cut.fineness, largest(q, cut.fineness))
            values[here] = found << (self.shift - cut.fineness)
        return values, change - np.ldexp(values.astype(np.float32), -q - self.shift)


def change_of(
    manifest: Manifest,
    current: Mapping[str, Tensor],
    head: Mapping[str, Tensor],
    residual: Tensor | None = None,
    part: slice | None = None,
) -> _Vector:
    """Return `(current - head) / unit + residual` of the elements `part` (default: of all), float32.

    The mappings and the residual, float32[n], may be views of files: of tensors that are contiguous, only
    `part` is read. Raises ManifestMismatch when tensors differ from the manifest's, NonFiniteWeights for NaN
    or infinity in `current`, RangeError for a residual of another length or one that is not finite.
    """
    manifest.check(current)
    manifest.check(head)
    part = part or slice(0, manifest.elements)
    change = np.zeros(part.stop - part.start, np.float32)
    if residual is not None:
        if residual.shape != (manifest.elements,):
            raise RangeError("the residual is not a vector of this model")
        change += residual[part]
        if not np.isfinite(change).all():
            raise RangeError("the residual is not a finite vector of this model")
    for _, spec, here, there in _segments(manifest, part):
        wide = np.float64 if spec.dtype == "F64" else np.float32
        mine = current[spec.name].reshape(-1)[there]
        require_finite({spec.name: mine})
        difference = mine.astype(wide) - head[spec.name].reshape(-1)[there].astype(wide)
        with np.errstate(over="ignore"):
            change[here] += np.ldexp(difference, -spec.exponent).astype(np.float32)
        if not np.isfinite(change[here]).all():
            raise NonFiniteWeights(f"tensor {spec.name!r} has changed by more than a delta can hold")
    return change


def plan(
    manifest: Manifest,
    change: _Part,
    *,
    density: float = DENSITY,
    ratio: float = RATIO,
    norm_bound: int | None = None,
    shift: int | None = None,
) -> Plan:
    """Return how to send the change of which `change(part)` gives any part, float32 in units.

    `change` is asked for every chunk once, and with a `norm_bound` (squared steps at shift 8) a few times
    more. Of the parameters the largest changes are sent, about the share `density` (0 to 1) of them at most
    and at most about `ratio` of float32's bytes; of buffers all. The shift is the one that loses least,
    unless given. With a bound the sent change is scaled to fit. Deterministic for the same change. Raises
    ConfigError for settings that make no sense, RangeError for a change of 2^24 steps or more.
    """
    if not 0 < density <= 1 or ratio <= 0:
        raise ConfigError(f"a density of {density} or a ratio of {ratio} sends nothing")
    if shift is not None and not 0 <= shift <= MAX_SHIFT:
        raise ConfigError(f"the shift {shift} is not in 0..{MAX_SHIFT}")
    if norm_bound is not None and norm_bound < 0:
        raise ConfigError(f"the norm bound {norm_bound} is negative")
    survey = _survey(manifest, change)
    scale = 1.0
    while True:
        found = _planned(manifest, survey, density, ratio, shift, scale)
        norm = 0 if norm_bound is None else _norm(found, change)
        if norm_bound is None or norm <= norm_bound:
            return found
        # A smaller change may be sent at a finer shift and so lose less: its norm is the bound's only in the
        # end.
        scale *= min(0.98, math.sqrt(norm_bound / norm))


def quantise(
    manifest: Manifest,
    change: _Vector,
    *,
    density: float = DENSITY,
    ratio: float = RATIO,
    norm_bound: int | None = None,
    shift: int | None = None,
) -> Change:
    """Return the delta for a change in units, float32[n], and the residual for the next one: see `plan`.

    Raises ManifestMismatch for a change of another length.
    """
    if change.shape != (manifest.elements,):
        raise ManifestMismatch(f"a change of this model has {manifest.elements} elements, not {change.size}")
    found = plan(
        manifest,
        lambda part: change[part],
        density=density,
        ratio=ratio,
        norm_bound=norm_bound,
        shift=shift,
    )
    values, residual = np.empty(len(change), np.int8), np.empty(len(change), np.float32)
    for part in slices(len(change)):
        values[part], residual[part] = found.apply(part, change[part])
    return Change(Delta(values, found.shift, manifest.hash), residual)


def _segments(manifest: Manifest, part: slice) -> Iterator[tuple[int, TensorSpec, slice, slice]]:
    """Yield each tensor that has elements in `part`: its number, itself, where in `part`, where in itself."""
    for number, spec in enumerate(manifest.tensors):
        start, stop = max(spec.offset, part.start), min(spec.offset + spec.size, part.stop)
        if start < stop:
            here = slice(start - part.start, stop - part.start)
            yield number, spec, here, slice(start - spec.offset, stop - spec.offset)


@dataclass(frozen=True)
class _Survey:
    """What a plan is made from. `buffers`: the largest magnitude in each buffer, 0 for parameters."""

    sample: _Vector
    peak: float
    buffers: tuple[float, ...]


def _survey(manifest: Manifest, change: _Part) -> _Survey:
    """Go over the change once: the largest magnitudes, and the parameters' runs of neighbours."""
    n = manifest.elements
    runs = [slice(0, n)] if n <= _RUN * _RUNS else [_run(i, n) for i in range(_RUNS)]
    sample: list[_Vector] = []
    peaks = np.zeros(len(manifest.tensors))
    for part in slices(n):
        vector = change(part).copy()
        for number, spec, here, _ in _segments(manifest, part):
            peaks[number] = np.maximum(peaks[number], np.abs(vector[here]).max())
            if spec.kind == "buffer":
                vector[here] = 0
        for run in runs:
            start, stop = max(run.start, part.start), min(run.stop, part.stop)
            if start < stop:
                sample.append(vector[start - part.start : stop - part.start].copy())
    buffers = tuple(
        float(peak) if spec.kind == "buffer" else 0.0
        for spec, peak in zip(manifest.tensors, peaks, strict=True)
    )
    return _Survey(np.concatenate(sample), float(peaks.max()), buffers)


def _run(i: int, n: int) -> slice:
    start = i * (n - _RUN) // (_RUNS - 1)
    return slice(start, start + _RUN)


def _planned(
    manifest: Manifest, survey: _Survey, density: float, ratio: float, shift: int | None, scale: float
) -> Plan:
    q = manifest.precision
    finest = MAX_SHIFT
    # Running statistics that are cut short would spoil the model, not just slow it down.
    while finest > 0 and max(survey.buffers) * scale > math.ldexp(manifest.limit, -q - finest):
        finest -= 1
    finenesses = range(_COARSEST[q], finest + 1) if shift is None else [shift]
    sample = survey.sample * np.float32(scale)
    bits = 32 * ratio
    for _ in range(_PASSES):
        choice = choose(sample, finenesses, precision=q, share=density, bits=bits)
        threshold = _native.magnitude_at(sample, math.ceil(min(choice.share, density) * len(sample)))
        used = max(0, choice.fineness)
        if not survey.peak < math.ldexp(_EXACT, -q - used):
            raise RangeError(
                "the model has moved too far from the head for one delta: 2^24 steps or more",
                hint=NonFiniteWeights.hint,
            )
        cuts = tuple(
            Cut(used, 0.0) if spec.kind == "buffer" else Cut(choice.fineness, threshold)
            for spec in manifest.tensors
        )
        sent = np.where(np.abs(sample) < np.float32(threshold), np.float32(0), sample)
        values = _native.quantise(sent, -q - choice.fineness, largest(q, choice.fineness))
        # The coder knows more than the entropy the choice is made by, so its own count meets the budget.
        spent = 8 * len(_native.encode(values << (used - choice.fineness))) / len(values)
        if not spent or 0.95 * 32 * ratio <= spent <= 32 * ratio or choice.share >= density:
            break
        bits *= 32 * ratio / spent
    return Plan(manifest, used, scale, cuts)


def _norm(found: Plan, change: _Part) -> int:
    norms = (_native.norm(found.apply(part, change(part))[0]) for part in slices(found.manifest.elements))
    return sum(norms) << 2 * (MAX_SHIFT - found.shift)
