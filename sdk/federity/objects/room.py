"""How far the values of a delta reach: which shift leaves room for buffers, and what has moved too far."""

import math

from ..errors import NonFiniteWeights, RangeError
from .cuts import Plan
from .delta import MAX_SHIFT
from .digits import reach
from .manifest import Manifest
from .rate import Step
from .survey import Survey

__all__ = ["finer_step", "finest_shift", "require_little", "require_room", "wide_buffers"]

_EXACT = 2.0**24


def wide_buffers(
    manifest: Manifest, seen: Survey, share: float, moved: frozenset[str], shift: int
) -> frozenset[str]:
    """Return the buffers to be sent in all digits: those that `moved`, and whose first digit is too small."""
    room = reach(manifest.precision, 1, shift)
    return frozenset(
        spec.name
        for spec, peak in zip(manifest.tensors, seen.peaks, strict=True)
        if spec.digits > 1 and (spec.name in moved or share * peak > room)
    )


def finest_shift(manifest: Manifest, seen: Survey, scale: float, share: float, wide: frozenset[str]) -> int:
    """Return the largest shift at which no buffer is cut: that would spoil a model, not just slow it down."""
    finest = MAX_SHIFT
    for spec, peak in zip(manifest.tensors, seen.peaks, strict=True):
        if spec.kind == "buffer":
            digits, part = (spec.digits, scale) if spec.name in wide else (1, share)
            while finest > 0 and part * peak > reach(manifest.precision, digits, finest):
                finest -= 1
    return finest


def require_room(found: Plan, seen: Survey) -> None:
    """Raise RangeError, naming the tensor, when a change is more than its values of a delta hold."""
    manifest = found.manifest
    require_little(manifest, seen, found.shift)
    for spec, cut, peak in zip(manifest.tensors, found.cuts, seen.peaks, strict=True):
        digits = spec.digits if cut.wide else 1
        if spec.kind == "buffer" and cut.scale * peak > reach(manifest.precision, digits, found.shift):
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


def finer_step(manifest: Manifest, seen: Survey, step: Step, finest: int, scale: float) -> Step:
    """Return the same step at the finest shift that cuts nothing, for a model with buffers.

    Theirs may be finer than the parameters' then. Without buffers there is nothing to be had for it.
    """
    peaks = (p for spec, p in zip(manifest.tensors, seen.peaks, strict=True) if spec.kind == "parameter")
    levels = round(scale * max(peaks, default=0.0) / step.size(manifest.precision))
    while step.shift < finest and 2 * step.multiple * max(levels, 1) <= manifest.limit:
        step = Step(step.shift + 1, 2 * step.multiple)
    return step
