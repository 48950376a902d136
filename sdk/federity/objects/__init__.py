"""The protocol's objects: pure, frozen, content-addressed."""

from typing import TYPE_CHECKING

from federity import lazy

from .lineage import lineage  # now: the module has its name, and would take its place

if TYPE_CHECKING:
    from .accumulator import GENESIS_FRACTION_BITS, VALUE_LIMIT, WEIGHT_ONE, Accumulator
    from .delta import MAX_SHIFT, Delta, nonzero_units
    from .differences import prefix_between, shapes
    from .encoding import (
        Base,
        DeltaInfo,
        accumulator_parts,
        base_parts,
        decode_accumulator,
        decode_base,
        decode_delta,
        decode_delta_info,
        delta_parts,
        encode_accumulator,
        encode_base,
        encode_delta,
    )
    from .exponents import manifest_of
    from .feedback import change_of
    from .location import Location, LocationKind, Place
    from .manifest import MAX_JSON, ConstantSpec, Manifest, TensorSpec
    from .quantisation import Change, quantise
    from .slices import CHUNK_ELEMENTS
    from .tensors import LazyTensor, flat

__all__ = [
    "CHUNK_ELEMENTS",
    "GENESIS_FRACTION_BITS",
    "MAX_JSON",
    "MAX_SHIFT",
    "VALUE_LIMIT",
    "WEIGHT_ONE",
    "Accumulator",
    "Base",
    "Change",
    "ConstantSpec",
    "Delta",
    "DeltaInfo",
    "LazyTensor",
    "Location",
    "LocationKind",
    "Manifest",
    "Place",
    "TensorSpec",
    "accumulator_parts",
    "base_parts",
    "change_of",
    "decode_accumulator",
    "decode_base",
    "decode_delta",
    "decode_delta_info",
    "delta_parts",
    "encode_accumulator",
    "encode_base",
    "encode_delta",
    "flat",
    "lineage",
    "manifest_of",
    "nonzero_units",
    "prefix_between",
    "quantise",
    "shapes",
]

_HOMES = {
    "accumulator": ["GENESIS_FRACTION_BITS", "VALUE_LIMIT", "WEIGHT_ONE", "Accumulator"],
    "delta": ["MAX_SHIFT", "Delta", "nonzero_units"],
    "differences": ["prefix_between", "shapes"],
    "encoding": [
        "Base",
        "DeltaInfo",
        "accumulator_parts",
        "base_parts",
        "decode_accumulator",
        "decode_base",
        "decode_delta",
        "decode_delta_info",
        "delta_parts",
        "encode_accumulator",
        "encode_base",
        "encode_delta",
    ],
    "exponents": ["manifest_of"],
    "feedback": ["change_of"],
    "location": ["Location", "LocationKind", "Place"],
    "manifest": ["MAX_JSON", "ConstantSpec", "Manifest", "TensorSpec"],
    "quantisation": ["Change", "quantise"],
    "slices": ["CHUNK_ELEMENTS"],
    "tensors": ["LazyTensor", "flat"],
}

if not TYPE_CHECKING:
    __getattr__ = lazy.names(__name__, _HOMES)
