"""What there is to send: what training changed, and what earlier deltas dropped.

Error feedback adds what was dropped to the next change (Stich, Cordonnier, Jaggi 2018; Karimireddy et al.
2019). That is right for gradients. But who trains for epochs from a head that lacks the residual r asks for
some of it once more, and the change x holds the noise of a whole training: their sum sends some twice, and
noise that adds up. So both are weighed, `kept r + fresh x`, over all parameters.

How, training itself tells: of the change x before this one, s was sent, and `<x', s> / <x, s>` is how much
of what was asked for there training asks for once more. Three quarters of it and more: it presses on in one
direction, as most learning does, and what is carried is nearly all that was dropped. Half of it and less: it
has got what it asked for, or it was noise, and less is carried, of which fresh changes are the smaller part.

Where little was dropped, half as much as x or less, nothing has added up and all counts as if it pressed
on: so the first trainings, whose changes shrink fast, are not slowed down.

Two ends differ. Where x holds all of r, `<x, r> = <r, r>`, training arrives at its goal in every round, and
whatever were carried would be sent twice: from three quarters on, less and less is. And what training took
little notice of is kept: nobody asks for it again. Whatever training does, no sum grows beyond twenty
times the largest change.

One change of a training that diverged could outlive it that way: a thousand times what calm trainings ask
for, it would go into the head with them for good. Two marks tell such a residual from one that has added up:
it is more than those twenty times the change at hand, and on average several times larger than the weights
themselves were at the genesis. It is forgotten then, and what training changed is sent alone.

Of buffers nothing is carried: running statistics are measured anew in every training.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..errors import NonFiniteWeights, RangeError
from .exponents import require_finite
from .manifest import Manifest
from .segments import segments
from .slices import slices
from .tensors import Tensor

__all__ = ["Last", "Weights", "asked_of", "change_of", "length_of", "weights_of"]

_KEPT: Final = (0.85, 0.95)
_FRESH: Final = (0.5, 1.0)
"""Weights of what was dropped and of what is new, of training that does not press on and of one that does
(measured: ADR 0009)."""

_ASTRAY: Final = (20.0, 4.0)
"""Times the change, and times the spread of the weights at the genesis, beyond both of which a residual is of
a training that diverged. No ordinary sum gets beyond the first while changes keep their size; where they
shrink faster than it, such as in fine-tuning after a first training, the second still tells it apart."""

_PRESSING: Final = (0.5, 0.75)
"""The shares, asked for once more, between which the weights go from the ones to the others."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What a change counts, and what the residual before it does, each 0 to 1.

    `astray` says that the residual is of a training that diverged, and is forgotten.
    """

    fresh: float = 1.0
    kept: float = 1.0
    astray: bool = False


@dataclass(frozen=True)
class Last:
    """What is left of the last delta: the `residual`, float32[n] in units, and what it `sent`, int8[n].

    `asked` is what its change asked for there (`asked_of`). Without `sent` nothing is known of that.
    """

    residual: Tensor
    sent: Tensor | None
    asked: float


_Vector = npt.NDArray[np.float32]


def change_of(
    manifest: Manifest,
    current: Mapping[str, Tensor],
    head: Mapping[str, Tensor],
    residual: Tensor | None = None,
    part: slice | None = None,
    *,
    weights: Weights = Weights(),
) -> _Vector:
    """Return `fresh * (current - head) / unit + kept * residual` of the elements `part` (default: of all).

    Float32; of buffers it is `(current - head) / unit`, at each of their digits the whole change in the
    tensor's unit. For the weights see `weights_of`. The mappings and
    the residual, float32[n], may be views of files: of tensors that are contiguous, only `part` is read.
    Raises ManifestMismatch when tensors differ from the manifest's, NonFiniteWeights for NaN or infinity in
    `current`, RangeError for a residual of another length or one that is not finite.
    """
    manifest.check(current)
    manifest.check(head)
    part = part or slice(0, manifest.elements)
    change = np.zeros(part.stop - part.start, np.float32)
    if residual is not None:
        change += np.float32(weights.kept) * _dropped(manifest, residual, part)
    for _, spec, here, there in segments(manifest, part):
        wide = np.float64 if spec.dtype == "F64" else np.float32
        mine = current[spec.name].reshape(-1)[there]
        require_finite({spec.name: mine})
        difference = mine.astype(wide) - head[spec.name].reshape(-1)[there].astype(wide)
        with np.errstate(over="ignore"):
            moved = np.ldexp(difference, -spec.exponent).astype(np.float32)
            change[here] = (
                moved if spec.kind == "buffer" else change[here] + np.float32(weights.fresh) * moved
            )
        if not np.isfinite(change[here]).all():
            raise NonFiniteWeights(f"tensor {spec.name!r} has changed by more than a delta can hold")
    return change


def weights_of(
    manifest: Manifest,
    current: Mapping[str, Tensor],
    head: Mapping[str, Tensor],
    last: Last,
) -> Weights:
    """Return what the change from `head` to `current` counts beside the residual that `head` lacks.

    Judged by the parameters. Goes over all chunks once; raises what `change_of` raises.
    """
    changed = dropped = both = again = 0.0
    count = 0
    for part in slices(manifest.elements):
        moved = change_of(manifest, current, head, None, part).astype(np.float64)
        left = _dropped(manifest, last.residual, part).astype(np.float64)
        if last.sent is not None:
            again += asked_of(manifest, moved, last.sent[part], part)
        for here in _parameters(manifest, part):
            count += here.stop - here.start
            changed += float(np.dot(moved[here], moved[here]))
            dropped += float(np.dot(left[here], left[here]))
            both += float(np.dot(moved[here], left[here]))
    if not dropped:
        return Weights()
    if _astray(manifest, changed, dropped, count):
        return Weights(1.0, 0.0, astray=True)
    low, high = _PRESSING
    pressing = (again / last.asked - low) / (high - low) if last.asked > 0 else 0.0
    owed = math.sqrt(dropped / changed) if changed else math.inf
    pressing = min(max(pressing, 2 * (1 - owed), 0.0), 1.0)
    kept, fresh = (least + pressing * (most - least) for least, most in (_KEPT, _FRESH))
    kept = max(kept, 1 - fresh / owed)
    new = min(max(4 * (1 - both / dropped), 0.0), 1.0)
    return Weights(1 - new * (1 - fresh), new * kept)


def asked_of(manifest: Manifest, change: npt.NDArray[Any], sent: Tensor, part: slice) -> float:
    """Return `<change, sent>` over the parameters among the elements `part`, of which both are.

    `change` is in units, without what was carried; `sent` are a delta's values.
    """
    values = np.asarray(sent, np.float64)
    return sum(float(np.dot(change[here], values[here])) for here in _parameters(manifest, part))


def length_of(manifest: Manifest, residual: Tensor) -> float:
    """Return the Euclidean length of a residual's parameters, in the units of the weights themselves."""
    total = 0.0
    for part in slices(manifest.elements):
        vector = _dropped(manifest, residual, part).astype(np.float64)
        for _, spec, here, _ in segments(manifest, part):
            if spec.kind == "parameter":
                total += float(np.square(np.ldexp(vector[here], spec.exponent)).sum())
    return math.sqrt(total)


def _astray(manifest: Manifest, changed: float, dropped: float, count: int) -> bool:
    """Judge the residual by sums of squares of `count` parameters, in units."""
    times, spreads = _ASTRAY
    # A parameter's unit is 2^(q-1) times its spread at the genesis, and a little more.
    spread = math.ldexp(1.0, 1 - manifest.precision)
    return dropped > times**2 * changed and dropped > count * (spreads * spread) ** 2


def _parameters(manifest: Manifest, part: slice) -> Iterator[slice]:
    return (here for _, spec, here, _ in segments(manifest, part) if spec.kind == "parameter")


def _dropped(manifest: Manifest, residual: Tensor, part: slice) -> _Vector:
    if residual.shape != (manifest.elements,):
        raise RangeError("the residual is not a vector of this model")
    found = np.asarray(residual[part], np.float32)
    if not np.isfinite(found).all():
        raise RangeError("the residual is not a finite vector of this model")
    return found
