"""How far the values of a delta reach: which shift leaves room for buffers, and what has moved too far."""

import math
from collections.abc import Mapping

from ..errors import NonFiniteWeights, RangeError
from .delta import MAX_SHIFT
from .digits import reach, usual_digit
from .manifest import Manifest
from .rate import Step
from .statistics import Statistic, Way
from .survey import Survey

__all__ = ["finer_step", "finest_shift", "require_little", "require_room", "ways_of"]

_EXACT = 2.0**24


def finest_shift(manifest: Manifest, seen: Survey, scale: float, share: float) -> int:
    """Return the largest shift at which no buffer is cut: that would spoil a model, not just slow it down.

    The usual digit of a buffer should hold its `share` too, or it costs the bytes of two. One that has moved
    further has left its scale.
    """
    finest = MAX_SHIFT
    for spec, peak in zip(manifest.tensors, seen.peaks, strict=True):
        if spec.kind == "buffer":
            usual = math.ldexp(reach(manifest.precision, 1, 0), usual_digit(manifest, spec)[1])
            while finest > 0 and scale * peak > reach(manifest.precision, spec.digits, finest):
                finest -= 1
            while finest > 0 and math.ldexp(usual, -finest) < share * peak <= usual:
                finest -= 1
    return finest


def finer_step(manifest: Manifest, seen: Survey, step: Step, finest: int, scale: float) -> Step:
    """Return the same step at the finest shift that cuts nothing, for a model with buffers.

    Theirs may be finer than the parameters' then. Without buffers there is nothing to be had for it.
    """
    peaks = (p for spec, p in zip(manifest.tensors, seen.peaks, strict=True) if spec.kind == "parameter")
    levels = round(scale * max(peaks, default=0.0) / step.size(manifest.precision))
    while step.shift < finest and 2 * step.multiple * max(levels, 1) <= manifest.limit:
        step = Step(step.shift + 1, 2 * step.multiple)
    return step


def ways_of(
    manifest: Manifest,
    seen: Survey,
    step: Step,
    scale: float,
    share: float,
    coarse: bool,
    statistics: Mapping[str, Statistic],
) -> dict[str, Way]:
    """Return how each buffer is sent, but for the fineness: by name.

    In steps of its usual digit, or of the largest one that holds something of it; if `coarse`, in multiples
    of them of half its spread, or as fine as the parameters' steps are to theirs.
    """
    parameters = scale * _spread(manifest, seen)
    fine = min(0.5, step.size(manifest.precision) / parameters) if parameters else 0.5
    unit = math.ldexp(1.0, -manifest.precision - step.shift)
    found: dict[str, Way] = {}
    for spec, peak, spread in zip(manifest.tensors, seen.peaks, seen.spreads, strict=True):
        if spec.kind == "parameter":
            continue
        digit, power = usual_digit(manifest, spec)
        while digit and share * peak < math.ldexp(unit, power) / 2:
            digit, power = digit - 1, power - manifest.precision - 1
        one, top = math.ldexp(unit, power), math.ldexp(unit * manifest.limit, power)
        multiple = max(1, int(fine * share * spread / one)) if coarse else 1
        while multiple > 1 and manifest.limit // multiple * multiple * one < share * peak <= top:
            multiple -= 1
        found[spec.name] = Way(share, scale, math.ldexp(multiple, power), None, statistics.get(spec.name))
    return found


def _spread(manifest: Manifest, seen: Survey) -> float:
    """Return the root mean square of all parameters."""
    found = [
        (s.size, r) for s, r in zip(manifest.tensors, seen.spreads, strict=True) if s.kind == "parameter"
    ]
    size = sum(size for size, _ in found)
    return math.sqrt(sum(size * spread**2 for size, spread in found) / size) if size else 0.0


def require_room(manifest: Manifest, seen: Survey, shift: int, scale: float) -> None:
    """Raise RangeError, naming the tensor, when a change is more than its values of a delta hold."""
    require_little(manifest, seen, shift)
    for spec, peak in zip(manifest.tensors, seen.peaks, strict=True):
        if spec.kind == "buffer" and scale * peak > reach(manifest.precision, spec.digits, shift):
            raise RangeError(
                f"the buffer {spec.name!r} has moved by {math.ldexp(peak, spec.exponent):.3g}, "
                "further than one delta can take it",
                hint="Scale the data that it is measured of, or start a branch whose base has its values: "
                "`federity branch create NAME --model FILE`.",
            )


def require_little(manifest: Manifest, seen: Survey, shift: int) -> None:
    """Raise RangeError, naming the parameter, when one has moved by 2^24 steps or more."""
    for spec, peak in zip(manifest.tensors, seen.peaks, strict=True):
        if spec.kind == "parameter" and not peak < math.ldexp(_EXACT, -manifest.precision - shift):
            raise RangeError(
                f"{spec.name!r} has moved too far from the head for one delta: 2^24 steps or more",
                hint=NonFiniteWeights.hint,
            )
