"""What weights are told apart by: whether there is anything to commit, and what a model card names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from federity.objects.tensors import Tensor, bytes_of, part_of, parts_of
from federity.progress import tell


def digest(tensors: Mapping[str, Tensor]) -> str:
    """The identity of weights: sha256 over names and bytes of canonical tensors, in the order of names."""
    state = hashlib.sha256()
    done, total = 0, sum(tensor.size for tensor in tensors.values())
    for name in sorted(tensors):
        tensor = tensors[name]
        state.update(f"{name}\0{tensor.dtype.str}\0{tensor.shape}\0".encode())
        for part in parts_of(tensor.size):
            tell("hashing weights", done, total, "values")
            state.update(bytes_of(part_of(tensor, part)))
            done += part.stop - part.start
    tell("hashing weights", total, total, "values")
    return state.hexdigest()
