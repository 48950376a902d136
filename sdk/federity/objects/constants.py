"""Tensors that travel with the base: integers that count, and what must not change.

Integers cannot be averaged, so no delta holds them. Training moves some all the same. A counter (batches
seen, models averaged) and the state of a random generator are the trainer's own: they stay with the model in
hand. Any other, such as a mask or an index, decides what a model answers: its change is refused by name.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from ..errors import ModelError
from .manifest import ConstantSpec, Manifest
from .tensors import Tensor, bytes_of, part_of, parts_of

__all__ = ["moved_counters", "with_counters_of"]

_COUNTERS: Final = ("I64", "I32", "I16", "U64", "U32", "U16")


def moved_counters(
    manifest: Manifest, current: Mapping[str, Tensor], base: Mapping[str, Tensor]
) -> tuple[str, ...]:
    """Return the counters and generators' states that are not the base's.

    Raises ModelError, naming them, for other constants that are not.
    """
    moved = [
        spec
        for spec in manifest.constants
        if any(
            bytes_of(part_of(current[spec.name], part)) != bytes_of(part_of(base[spec.name], part))
            for part in parts_of(base[spec.name].size)
        )
    ]
    if lost := [spec.name for spec in moved if not _counts(spec) and not _generates(spec)]:
        more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
        raise ModelError(
            f"{', '.join(lost[:5])}{more} changed, and no delta can hold that: integers, flags and masks are "
            "those of the genesis",
            hint="Put back what it was (`federity pull` loads it), keep it out of the model (a buffer with "
            "persistent=False), or start a branch that has it: `federity branch create NAME --model FILE`.",
        )
    return tuple(spec.name for spec in moved)


def with_counters_of(
    manifest: Manifest, own: Mapping[str, Tensor], tensors: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Return `tensors` with what the model `own` counted: of counters the larger, of generators its own.

    Averages that go on by a count (`momentum=None`, `AveragedModel`) would start over from the genesis'.
    """
    found = dict(tensors)
    for spec in manifest.constants:
        mine, theirs = own.get(spec.name), tensors[spec.name]
        if mine is None or (mine.shape, mine.dtype) != (theirs.shape, theirs.dtype):
            continue
        if _generates(spec) or (_counts(spec) and np.asarray(mine).item() > np.asarray(theirs).item()):
            found[spec.name] = mine
    return found


def _counts(spec: ConstantSpec) -> bool:
    """Whether a constant is a single number; bytes and booleans are flags."""
    return spec.dtype in _COUNTERS and np.prod(spec.shape, dtype=np.int64) == 1


def _generates(spec: ConstantSpec) -> bool:
    """Whether a constant is the state of a random generator, as Keras and JAX keep it."""
    return spec.dtype == "U32" and spec.shape == (2,)
