"""What there is to send: what training changed, and what earlier deltas dropped.

Error feedback adds what was dropped to the next change (Stich, Cordonnier, Jaggi 2018; Karimireddy et al.
2019). That is right for gradients. But who trains for epochs from a head that lacks it learns most of it once
more, and adding it would send it twice. So of each tensor's residual r only the share is carried that the
fresh change x does not hold already: `1 - <x, r> / <r, r>`, between 0 and 1. What training took no notice of
is carried whole. Of buffers nothing is: running statistics are measured anew in every training.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..errors import NonFiniteWeights, RangeError
from .chunks import slices
from .exponents import require_finite
from .manifest import Manifest
from .segments import segments
from .tensors import Tensor, part_of, parts_of

__all__ = ["carry_of", "change_of", "variances_of"]

_Vector = npt.NDArray[np.float32]


def change_of(
    manifest: Manifest,
    current: Mapping[str, Tensor],
    head: Mapping[str, Tensor],
    residual: Tensor | None = None,
    part: slice | None = None,
    *,
    carry: Sequence[float] | None = None,
) -> _Vector:
    """Return `(current - head) / unit + carry * residual` of the elements `part` (default: of all), float32.

    `carry` has one share for each tensor (default: 1), see `carry_of`. The mappings and the residual,
    float32[n], may be views of files: of tensors that are contiguous, only `part` is read. Raises
    ManifestMismatch when tensors differ from the manifest's, NonFiniteWeights for NaN or infinity in
    `current`, RangeError for a residual of another length or one that is not finite.
    """
    manifest.check(current)
    manifest.check(head)
    part = part or slice(0, manifest.elements)
    change = np.zeros(part.stop - part.start, np.float32)
    if residual is not None:
        change += _dropped(manifest, residual, part)
    for number, spec, here, there in segments(manifest, part):
        if carry is not None:
            change[here] *= np.float32(carry[number])
        wide = np.float64 if spec.dtype == "F64" else np.float32
        mine = current[spec.name].reshape(-1)[there]
        require_finite({spec.name: mine})
        difference = mine.astype(wide) - head[spec.name].reshape(-1)[there].astype(wide)
        with np.errstate(over="ignore"):
            change[here] += np.ldexp(difference, -spec.exponent).astype(np.float32)
        if not np.isfinite(change[here]).all():
            raise NonFiniteWeights(f"tensor {spec.name!r} has changed by more than a delta can hold")
    return change


def carry_of(
    manifest: Manifest,
    current: Mapping[str, Tensor],
    head: Mapping[str, Tensor],
    residual: Tensor,
) -> tuple[float, ...]:
    """Return the share, 0 to 1, of each tensor's residual that training did not learn again.

    `current` was trained from `head`, which lacks the residual. Of a buffer's it is 0. Goes over all chunks
    once; raises what `change_of` raises.
    """
    again, whole = np.zeros(len(manifest.tensors)), np.zeros(len(manifest.tensors))
    for part in slices(manifest.elements):
        fresh = change_of(manifest, current, head, None, part).astype(np.float64)
        dropped = _dropped(manifest, residual, part).astype(np.float64)
        for number, _, here, _ in segments(manifest, part):
            again[number] += np.dot(fresh[here], dropped[here])
            whole[number] += np.dot(dropped[here], dropped[here])
    shares = np.divide(again, whole, out=np.zeros(len(whole)), where=whole > 0)
    return tuple(
        0.0 if spec.kind == "buffer" else float(share)
        for spec, share in zip(manifest.tensors, 1 - np.clip(shares, 0, 1), strict=True)
    )


def variances_of(manifest: Manifest, current: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the buffers that hold nothing negative, such as running variances.

    A step of a delta may be larger than a small variance, and one rounded to below zero makes a model that
    answers NaN, one rounded to nearly zero one that explodes. So what is sent of these leaves at least half
    of the smaller of what was and what is to be, and so does any average of such deltas.
    """
    return {
        spec.name: current[spec.name]
        for spec in manifest.tensors
        if spec.kind == "buffer"
        and not any((part_of(current[spec.name], part) < 0).any() for part in parts_of(spec.size))
    }


def _dropped(manifest: Manifest, residual: Tensor, part: slice) -> _Vector:
    if residual.shape != (manifest.elements,):
        raise RangeError("the residual is not a vector of this model")
    found = np.asarray(residual[part], np.float32)
    if not np.isfinite(found).all():
        raise RangeError("the residual is not a finite vector of this model")
    return found
