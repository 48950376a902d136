"""The element types of tensors, by their safetensors names. No array is needed for it."""

from typing import Final

__all__ = ["FLOATS", "TYPES"]

TYPES: Final = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "bfloat16",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "u1",
    "BOOL": "?",
}
"""Every type a model file may hold, and what numpy calls it."""

FLOATS: Final = ("F64", "F32", "F16", "BF16")
"""The types whose tensors are versioned; tensors of the others are constants."""
