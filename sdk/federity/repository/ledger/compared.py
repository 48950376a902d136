"""What two models have in common, to the bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from federity.objects.tensors import bytes_of, part_of, parts_of

if TYPE_CHECKING:
    from federity.objects.tensors import Tensor


@dataclass(frozen=True)
class Compared:
    """Names of tensors, sorted: `carried` are the same bits in both, `changed` have other values, `reshaped`
    another shape or dtype, `added` are only in the later model, `dropped` only in the earlier one.
    """

    carried: tuple[str, ...]
    changed: tuple[str, ...]
    reshaped: tuple[str, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The numbers in words."""
        total = sum(map(len, (self.carried, self.changed, self.reshaped, self.added)))
        rest = [
            f"{len(names)} {what}"
            for what, names in (
                ("with other values", self.changed),
                ("of another shape", self.reshaped),
                ("new", self.added),
                ("dropped", self.dropped),
            )
            if names
        ]
        return ", ".join([f"{len(self.carried)} of {total} tensors carry over to the bit", *rest])


def compared(before: Mapping[str, Tensor], after: Mapping[str, Tensor]) -> Compared:
    """Compare two models tensor by tensor, a part of each at a time."""
    carried, changed, reshaped = [], [], []
    for name in sorted(before.keys() & after.keys()):
        old, new = before[name], after[name]
        if (tuple(old.shape), old.dtype) != (tuple(new.shape), new.dtype):
            reshaped.append(name)
        elif all(bytes_of(part_of(old, part)) == bytes_of(part_of(new, part)) for part in parts_of(old.size)):
            carried.append(name)
        else:
            changed.append(name)
    return Compared(
        tuple(carried),
        tuple(changed),
        tuple(reshaped),
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
    )
