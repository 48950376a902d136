"""The protocol's objects: pure, frozen, content-addressed."""

from .accumulator import GENESIS_FRACTION_BITS, VALUE_LIMIT, WEIGHT_ONE, Accumulator
from .delta import MAX_SHIFT, Delta
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
from .lineage import lineage
from .location import Location, LocationKind, Place
from .manifest import CHUNK_ELEMENTS, ConstantSpec, Manifest, TensorSpec
from .quantisation import Change, quantise

__all__ = [
    "CHUNK_ELEMENTS",
    "GENESIS_FRACTION_BITS",
    "MAX_SHIFT",
    "VALUE_LIMIT",
    "WEIGHT_ONE",
    "Accumulator",
    "Base",
    "Change",
    "ConstantSpec",
    "Delta",
    "DeltaInfo",
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
    "lineage",
    "manifest_of",
    "quantise",
]
