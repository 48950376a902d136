"""From a change to a delta, and what the delta leaves out.

Few coarse values, the largest ones, on a power-of-two grid (sparse ternary compression: Sattler et al. 2019);
what is not sent now, because it was too small or was rounded away, waits for the next change (`feedback`).
All vectors here are float32[n] in units, that is divided by `2^(e_t)` of each tensor; a power of two costs no
accuracy.

A plan is made first, from a sample and a few sums, and then applied chunk by chunk: no step holds a vector of
the model's size, and the chunks of a plan are those of the whole.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from .. import _native
from ..errors import ConfigError, ManifestMismatch
from ..progress import each
from .cuts import Cut, Plan
from .delta import MAX_SHIFT, Delta
from .manifest import Manifest
from .rate import Choice, Step, around, choose, sorted_sample, steps
from .room import finer_step, finest_shift, require_little, require_room, ways_of
from .segments import segments
from .slices import slices
from .statistics import FINENESS, Statistic, Way
from .survey import Survey, survey

__all__ = ["DENSITY", "RATIO", "Change", "plan", "quantise"]

DENSITY: Final = 1.0
"""The largest share of parameter elements that a delta carries unless told otherwise."""

RATIO: Final = 0.015
"""The size of a delta's file to that of the model in float32 unless told otherwise."""

_BESIDE = 320
"""Bytes of a delta's file beside its values. They count, but the values may always take as many: of a model
of a few thousand values nothing could be sent otherwise, to save what is less than its transaction."""

_LEAST = 0.125
"""Buffers go at least so far of their way. One that jumps may leave the parameters no step fine enough to
move at all, and both would stay where they are."""

_STATISTICS = 1 / 3
"""Of the budget, what buffers may take before they are told less finely."""

_PASSES = 6
"""How often the budget of the choice is corrected by what the coder made of the last one."""

_Vector = npt.NDArray[np.float32]
_Part = Callable[[slice], _Vector]


@dataclass(frozen=True)
class Change:
    """A delta and its residual: `residual + step * delta.values` is exactly what there was to send."""

    delta: Delta
    residual: _Vector


def plan(
    manifest: Manifest,
    change: _Part,
    *,
    density: float = DENSITY,
    ratio: float = RATIO,
    norm_bound: int | None = None,
    shift: int | None = None,
    statistics: Mapping[str, Statistic] | None = None,
) -> Plan:
    """Return how to send the change of which `change(part)` gives any part, float32 in units.

    `change` is asked for every chunk once, and with a `norm_bound` (squared steps at shift 8) a few times
    more. Of the parameters the largest changes are sent, about the share `density` (0 to 1) of them at most
    and of float32's bytes at most about `ratio`, the file's other bytes included, or as many as those if the
    model is tiny; of buffers all, as `statistics` need it (see `Way`; all in steps of one size without).
    Steps and shift are those that lose least, unless a shift is given. With a bound the sent change is scaled
    to fit.
    Deterministic for the same change.
    Raises ConfigError for settings that make no sense, RangeError, naming the tensor, for a change of 2^24
    steps or more, and for a buffer that has moved by more than its digits hold.
    """
    if not 0 < density <= 1 or not 0 < ratio < float("inf"):
        raise ConfigError(f"a density of {density} or a ratio of {ratio} sends nothing")
    if shift is not None and not 0 <= shift <= MAX_SHIFT:
        raise ConfigError(f"the shift {shift} is not in 0..{MAX_SHIFT}")
    if norm_bound is not None and norm_bound < 0:
        raise ConfigError(f"the norm bound {norm_bound} is negative")
    seen = survey(manifest, change)
    beside = 8 * _BESIDE / manifest.weights
    bits = max(32 * ratio - beside, beside)
    scale, jumps = 1.0, True
    while True:
        found = _within(manifest, seen, density, bits, shift, scale, statistics or {}, jumps)
        norm = 0 if norm_bound is None else _norm(found, change)
        if norm_bound is None or norm <= norm_bound:
            return found
        if jumps and any(spec.kind == "buffer" for spec in manifest.tensors):
            # What is told finely has large digits however small it is, and would leave no room for weights.
            jumps = False
            continue
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
    statistics: Mapping[str, Statistic] | None = None,
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
        statistics=statistics,
    )
    values, residual = np.empty(len(change), np.int8), np.empty(len(change), np.float32)
    for part in slices(len(change)):
        values[part], residual[part] = found.apply(part, change[part])
    return Change(Delta(values, found.shift, manifest.hash), residual)


def _within(
    manifest: Manifest,
    seen: Survey,
    density: float,
    bits: float,
    shift: int | None,
    scale: float,
    statistics: Mapping[str, Statistic],
    jumps: bool,
) -> Plan:
    """Return the plan that loses least of the scaled change at no more than `bits` per element."""
    parameters = sorted_sample(_parameters(manifest, seen) * np.float32(scale))
    finest = MAX_SHIFT
    fineness: int | None = None
    choice = _choice(parameters, manifest.precision, finest, shift, density, bits)
    if buffers := any(spec.kind == "buffer" for spec in manifest.tensors):
        finest = finest_shift(manifest, seen, scale, _share(manifest, seen, choice.step, choice, scale))
        choice = _choice(parameters, manifest.precision, finest, shift, density, bits)
    plans: list[tuple[float, Plan]] = []
    aim = bits
    for number in range(_PASSES):
        step = choice.step
        if buffers and shift is None:
            step = finer_step(manifest, seen, step, finest, scale)
        require_room(manifest, seen, step.shift, scale)
        share = _share(manifest, seen, step, choice, scale) if buffers else scale
        cut = Cut(step.multiple, choice.threshold, scale)
        ways = ways_of(manifest, seen, step, scale, share, shift is None, statistics)
        ways = {name: replace(way, jumps=jumps) for name, way in ways.items()}
        if buffers and jumps and not number:
            fineness = _fineness(manifest, seen, step.shift, ways, bits)
        found = Plan(manifest, step.shift, _cuts(manifest, cut, ways, fineness))
        # The coder knows more than the entropy the choice is made by, so its own count meets the budget.
        spent = _spent(found, seen)
        plans.append((spent, found))
        if not spent or 0.98 * bits <= spent <= bits or (choice.share >= density and spent <= bits):
            break
        aim *= 0.99 * bits / spent
        choice = choose(parameters, [choice.step], precision=manifest.precision, share=density, bits=aim)
    # The one that uses most of the budget; where none keeps to it, the one that exceeds it least.
    return min(plans, key=lambda plan: (plan[0] > bits, abs(plan[0] - bits)))[1]


def _choice(
    parameters: npt.NDArray[np.float64],
    precision: int,
    finest: int,
    shift: int | None,
    density: float,
    bits: float,
) -> Choice:
    if shift is not None:
        return choose(parameters, [Step(shift, 1)], precision=precision, share=density, bits=bits)
    rough = choose(parameters, steps(precision, finest), precision=precision, share=density, bits=bits)
    if not len(parameters):
        return rough
    near = around(rough, float(parameters[0]), precision, finest)
    return choose(parameters, near, precision=precision, share=density, bits=bits)


def _parameters(manifest: Manifest, seen: Survey) -> _Vector:
    """Return the sampled elements of parameters."""
    found = [np.empty(0, np.float32)]
    for run, vector in seen.sample:
        found += [vector[here] for _, spec, here, _ in segments(manifest, run) if spec.kind == "parameter"]
    return np.concatenate(found)


def _fineness(
    manifest: Manifest, seen: Survey, shift: int, ways: Mapping[str, Way], bits: float
) -> int | None:
    """Return how finely buffers may be told for their part of the budget; coarsely, if that is too little."""
    nothing = Cut(1, math.inf, 0.0)
    for fineness in FINENESS[:-1]:
        if (
            _spent(Plan(manifest, shift, _cuts(manifest, nothing, ways, fineness)), seen)
            <= _STATISTICS * bits
        ):
            return fineness
    return None


def _cuts(
    manifest: Manifest, cut: Cut, ways: Mapping[str, Way], fineness: int | None
) -> tuple[Cut | Way, ...]:
    return tuple(
        replace(ways[spec.name], fineness=fineness) if spec.kind == "buffer" else cut
        for spec in manifest.tensors
    )


def _share(manifest: Manifest, seen: Survey, step: Step, choice: Choice, scale: float) -> float:
    """Return how far buffers go of their way: as far as parameters do, `<sent, change> / <change, change>`.

    Statistics fit the weights they were measured with. Where a delta takes weights a third of the way,
    statistics of the whole way fit neither end, and a model's outputs swing from round to round. At most
    `scale`, at least `_LEAST` of it; `scale` where nothing is dropped or no parameter changes. Judged by the
    sample.
    """
    if choice.share >= 1:
        return scale
    require_little(manifest, seen, step.shift)
    cut, nothing = Cut(step.multiple, choice.threshold, scale), Way(0.0, 0.0, 1.0)
    cuts = tuple(cut if spec.kind == "parameter" else nothing for spec in manifest.tensors)
    found = Plan(manifest, step.shift, cuts)
    unit, both, whole = -manifest.precision - step.shift, 0.0, 0.0
    for run, vector in seen.sample:
        values = found.apply(run, vector)[0]
        for _, spec, here, _ in segments(manifest, run):
            if spec.kind == "parameter":
                change = vector[here].astype(np.float64)
                both += float(np.dot(np.ldexp(values[here].astype(np.float64), unit), change))
                whole += float(np.dot(change, change))
    return min(max(both / whole, _LEAST * scale), scale) if whole else scale


def _spent(found: Plan, seen: Survey) -> float:
    """Return the coded bits of the sample for each of its values, those of further digits among them."""
    spent = _bits(found, seen.sample)
    if seen.further:
        further = found.manifest.elements - found.manifest.weights
        spent += _bits(found, seen.further) * further / found.manifest.weights
    return spent


def _bits(found: Plan, runs: tuple[tuple[slice, _Vector], ...]) -> float:
    values = np.concatenate([found.apply(run, vector)[0] for run, vector in runs])
    return 8 * len(_native.encode(values)) / len(values)


def _norm(found: Plan, change: _Part) -> int:
    parts = each("measuring the change", list(slices(found.manifest.elements)), "chunks")
    norms = (_native.norm(found.apply(part, change(part))[0]) for part in parts)
    return sum(norms) << 2 * (MAX_SHIFT - found.shift)
