"""What there is to send: what training changed, and what earlier deltas dropped.

Error feedback adds what was dropped to the next change (Stich, Cordonnier, Jaggi 2018; Karimireddy et al.
2019), here a share of it that `carry` chooses. Of buffers nothing is added: running statistics are measured
anew in every training.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..errors import NonFiniteWeights, RangeError
from .exponents import require_finite
from .manifest import Manifest
from .segments import segments
from .tensors import Tensor, part_of, parts_of

__all__ = ["change_of", "variances_of"]

_Vector = npt.NDArray[np.float32]


def change_of(
    manifest: Manifest,
    current: Mapping[str, Tensor],
    head: Mapping[str, Tensor],
    residual: Tensor | None = None,
    part: slice | None = None,
    *,
    carry: float = 1.0,
) -> _Vector:
    """Return `(current - head) / unit + carry * residual` of the elements `part` (default: all), float32.

    Of a buffer the residual is not added. The mappings and the residual, float32[n], may be views of files:
    of tensors that are contiguous, only `part` is read. Raises ManifestMismatch when tensors differ from the
    manifest's, NonFiniteWeights for NaN or infinity in `current`, RangeError for a residual of another length
    or one that is not finite.
    """
    manifest.check(current)
    manifest.check(head)
    part = part or slice(0, manifest.elements)
    change = np.zeros(part.stop - part.start, np.float32)
    if residual is not None:
        change += _dropped(manifest, residual, part)
    for _, spec, here, there in segments(manifest, part):
        change[here] *= np.float32(carry if spec.kind == "parameter" else 0)
        wide = np.float64 if spec.dtype == "F64" else np.float32
        mine = current[spec.name].reshape(-1)[there]
        require_finite({spec.name: mine})
        difference = mine.astype(wide) - head[spec.name].reshape(-1)[there].astype(wide)
        with np.errstate(over="ignore"):
            change[here] += np.ldexp(difference, -spec.exponent).astype(np.float32)
        if not np.isfinite(change[here]).all():
            raise NonFiniteWeights(f"tensor {spec.name!r} has changed by more than a delta can hold")
    return change


def variances_of(manifest: Manifest, current: Mapping[str, Tensor]) -> frozenset[str]:
    """Return the buffers that hold nothing negative, such as running variances.

    A step of a delta may be larger than a small variance, and one rounded down to below zero makes a model
    that answers NaN. Rounded up, what is sent adds up to no less than `current`, as does any average of such.
    """
    return frozenset(
        spec.name
        for spec in manifest.tensors
        if spec.kind == "buffer"
        and not any((part_of(current[spec.name], part) < 0).any() for part in parts_of(spec.size))
    )


def _dropped(manifest: Manifest, residual: Tensor, part: slice) -> _Vector:
    if residual.shape != (manifest.elements,):
        raise RangeError("the residual is not a vector of this model")
    found = np.asarray(residual[part], np.float32)
    if not np.isfinite(found).all():
        raise RangeError("the residual is not a finite vector of this model")
    return found
