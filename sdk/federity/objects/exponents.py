"""The manifest of a model: which tensors are versioned, and in which unit each one is counted.

A tensor's unit is a power of two, `2^e`. Over the shifts 0 to 8 the steps of a delta go from `2^(e-q)`
down to `2^(e-q-8)`, with q of 7 for 8 bits and 3 for 4. One shift serves all tensors of an update, so units
say how finely tensors are told apart:

* a parameter: `2^(q-1)` times its root mean square, times the root of its share of the largest tensor's
  elements (at least a quarter). Relative errors of two tensors harm a model alike, and bytes are spent per
  element, so the error that costs least in sum grows with the root of a tensor's size. The steps then go from
  the weights' own spread, as coarse as training from scratch can use, down to a two-hundredth of it, as fine
  as fine-tuning needs.
* a parameter that starts at zero (biases, adapters) says nothing about its scale and is taken to have the
  others' median spread; one that starts far smaller than the others (layer scales) a sixteenth of it.
* a buffer (running statistics) follows the data and not the weights, and what it starts with says nothing
  about where the data will take it (means of 0, variances of 1). So it is counted in digits, each in a unit
  of its own, one of which is 8: up to beyond 2^62, and down to steps below 2^-47. Data of a millionth have
  variances near the first, data in thousands of millions near the last. float16 needs fewer.
* a table among the buffers (several dimensions, or very long), such as positions and sums of a codebook, is
  large and gets fewer digits: the first reaches 8 times its smallest value, and at least 8, the last 2^43.
  Where all are too small for a unit of 8, it is 8 times their root mean square.
"""

import math
from collections.abc import Collection, Mapping

import numpy as np

from ..errors import ManifestMismatch, NonFiniteWeights
from .digits import USUAL
from .dtypes import DTYPES, dtype_name
from .fitness import is_mask, keeps_zeros, require_possible, require_scale
from .manifest import EXPONENTS, ConstantSpec, Kind, Manifest, TensorSpec
from .tensors import Tensor, part_of, parts_of
from .type_names import FLOATS

__all__ = ["manifest_of", "require_finite"]

_STATISTICS, _STATISTICS_F16 = (-48, 62), (-24, 16)
"""The unit of the first digit of statistics is the usual one times two to the first of these; they may change
by two to the second. float16 ends there."""

_TABLE, _TABLE_F16 = 43, 16
"""The last digit of a table reaches changes of two to this."""

_LONG = 1 << 16

_TOLD, _LEAST = 2.0**-7, 2.0**-40
"""Tables that are smaller than the first altogether have units below 8, down to 8 times the last."""


def manifest_of(
    tensors: Mapping[str, Tensor],
    buffers: Collection[str] = (),
    *,
    precision: int = 7,
    metadata: Mapping[str, str] | None = None,
    keep_zeros: bool = False,
) -> Manifest:
    """Return the manifest of a model at its genesis.

    `tensors` maps names to arrays in canonical layout; those named in `buffers` are of kind buffer; those
    that are not floating point, and masks of infinities, become constants. With `keep_zeros` weights that are
    zero stay zero for good, in parameters that are not zero altogether. Raises NonFiniteWeights for NaN or
    infinity, ManifestMismatch for dtypes that cannot be stored, ModelError for a model without weights, and
    for names, shapes and magnitudes that no delta can be about.
    """
    require_possible(tensors)
    names = sorted(tensors, key=str.encode)
    dtypes: dict[str, str] = {}
    for name in names:
        dtype = dtype_name(tensors[name].dtype)
        if dtype is None:
            known = ", ".join(DTYPES)
            raise ManifestMismatch(f"tensor {name!r} has dtype {tensors[name].dtype}; supported are {known}")
        dtypes[name] = dtype
    floats = [
        name for name in names if dtypes[name] in FLOATS and not is_mask(tensors[name], name in buffers)
    ]
    require_finite({name: tensors[name] for name in floats})
    units = _exponents({name: tensors[name] for name in floats}, buffers, precision)
    specs: list[TensorSpec] = []
    offset = 0
    for name in floats:
        kind: Kind = "buffer" if name in buffers else "parameter"
        spec = TensorSpec(
            name,
            tuple(tensors[name].shape),
            dtypes[name],
            kind,
            units[name],
            offset,
            _digits(tensors[name], units[name], precision) if kind == "buffer" else 1,
            keep_zeros and kind == "parameter" and keeps_zeros(tensors[name]),
        )
        specs.append(spec)
        offset += spec.size
    constants = (ConstantSpec(n, tuple(tensors[n].shape), dtypes[n]) for n in names if n not in units)
    return Manifest(tuple(specs), tuple(constants), precision, dict(metadata or {}))


def require_finite(tensors: Mapping[str, Tensor]) -> None:
    """Raise NonFiniteWeights, naming the first tensor that holds NaN or infinity."""
    for name, tensor in tensors.items():
        for part in parts_of(tensor.size):
            # bfloat16 is widened to be looked at; a signalling NaN makes numpy warn of what is refused here.
            with np.errstate(invalid="ignore"):
                finite = bool(np.isfinite(part_of(tensor, part)).all())
            if not finite:
                raise NonFiniteWeights(f"tensor {name!r} holds NaN or infinite values")


def _rms(tensor: Tensor) -> float:
    peak, squares = 0.0, 0.0
    for part in parts_of(tensor.size):
        peak = max(peak, float(np.abs(part_of(tensor, part).astype(np.float64)).max()))
    if peak > 0:
        for part in parts_of(tensor.size):
            # Scaled by the peak, so that squares of very small or large float64 neither vanish nor overflow.
            squares += float(np.square(part_of(tensor, part).astype(np.float64) / peak).sum())
    return peak * math.sqrt(squares / max(tensor.size, 1))


def _is_table(tensor: Tensor) -> bool:
    """Whether a buffer is more than a statistic for each channel or column."""
    return tensor.size > min(max(tensor.shape, default=1), _LONG)


def _room(tensor: Tensor, rms: float) -> float:
    """Return how far the first digit of a table should reach."""
    if 0 < rms < _TOLD:
        return 8 * max(rms, _LEAST)
    least = rms
    for part in parts_of(tensor.size):
        values = np.abs(part_of(tensor, part).astype(np.float64))
        least = min(least, float(values.min(where=values > 0, initial=least)))
    return 8 * max(least, 1.0)


def _power(scale: float) -> int:
    """Return the smallest e with 2^e >= scale, without a logarithm that machines might round differently."""
    mantissa, exponent = math.frexp(scale)
    return exponent - 1 if mantissa == 0.5 else exponent


def _exponents(tensors: Mapping[str, Tensor], buffers: Collection[str], precision: int) -> dict[str, int]:
    rms = {name: _rms(tensor) for name, tensor in tensors.items()}
    known = sorted(scale for name, scale in rms.items() if scale > 0 and name not in buffers)
    median = known[len(known) // 2] if known else 1 / 16
    largest = max((tensors[name].size for name in tensors if name not in buffers), default=1)
    found: dict[str, int] = {}
    for name, scale in rms.items():
        if name in buffers:
            e = (
                _power(_room(tensors[name], scale))
                if _is_table(tensors[name])
                else USUAL + _range(tensors[name])[0]
            )
        else:
            spread = max(scale, median / 16) if scale > 0 else median
            share = max(math.sqrt(tensors[name].size / max(largest, 1)), 1 / 4)
            e = _power(2 ** (precision - 1) * spread * share)
        require_scale(name, e, scale)
        found[name] = e
    return found


def _range(tensor: Tensor) -> tuple[int, int]:
    return _STATISTICS_F16 if dtype_name(tensor.dtype) == "F16" else _STATISTICS


def _digits(tensor: Tensor, exponent: int, precision: int) -> int:
    """The number of digits of a buffer whose first one has this unit: at least two, where there is room."""
    bits, furthest = precision + 1, _range(tensor)[1]
    if _is_table(tensor):
        furthest = _TABLE_F16 if dtype_name(tensor.dtype) == "F16" else _TABLE
    return 1 + min(max(-(-(furthest - exponent) // bits), 1), (EXPONENTS[-1] - exponent) // bits)
