"""Saying how two sets of tensors differ."""

from collections.abc import Mapping
from typing import Final

from ..errors import ManifestMismatch
from .dtypes import dtype_name
from .tensors import Tensor

__all__ = ["NOT_FITTING", "Shapes", "prefix_between", "require_same", "shapes"]

NOT_FITTING: Final = "the weights do not fit the model"
"""How the sentence starts when weights are loaded into a model that they are not for."""

Shapes = Mapping[str, tuple[tuple[int, ...], str]]
"""Shape and safetensors dtype by name."""

_SHOWN = 5

_ALIKE = 3
"""Names that a copy may be of; where more look like it, saying so helps nobody."""


def shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return shape and safetensors dtype of each tensor."""
    return {name: (t.shape, dtype_name(t.dtype) or str(t.dtype)) for name, t in tensors.items()}


def require_same(wanted: Shapes, given: Shapes, sentence: str) -> None:
    """Raise ManifestMismatch, the sentence followed by what differs, unless both are the same."""
    faults = [
        *(f"{name} is missing" for name in sorted(wanted.keys() - given.keys())),
        *(f"{name} is unexpected" for name in sorted(given.keys() - wanted.keys())),
    ]
    for name in sorted(wanted.keys() & given.keys()):
        (shape, dtype), (own_shape, own_dtype) = wanted[name], given[name]
        if shape != own_shape:
            faults.append(f"{name} has shape {list(own_shape)}, not {list(shape)}")
        elif dtype != own_dtype:
            faults.append(f"{name} has dtype {own_dtype}, not {dtype}")
    if faults:
        more = f" and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise ManifestMismatch(f"{sentence}: {'; '.join(faults[:_SHOWN])}{more}", hint=_hint(wanted, given))


def prefix_between(longer: Shapes, shorter: Shapes) -> str | None:
    """Return what stands before every name on one side, with a dot, and is all in which they differ."""
    first = min(shorter, default="")
    for name in longer:
        prefix = name.removesuffix(f".{first}")
        if prefix != name and {f"{prefix}.{n}": looks for n, looks in shorter.items()} == dict(longer):
            return prefix
    return None


def _hint(wanted: Shapes, given: Shapes) -> str | None:
    """What to do about names that differ in a way that says why; None where the class's hint is as good."""
    prefix = prefix_between(wanted, given) or prefix_between(given, wanted)
    if prefix is not None:
        return (
            f"The names differ in {prefix!r} alone, as a wrapper's do: pass the model inside the wrapper; or "
            f'federity.Named(model, {{"{prefix}": ""}}) takes it from the names of a model, and '
            f'federity.Named(model, {{"": "{prefix}"}}) adds it.'
        )
    missing, extra = wanted.keys() - given.keys(), given.keys() - wanted.keys()
    tied = [(one, other) for one in sorted(missing) for other in sorted(extra) if wanted[one] == given[other]]
    if len(missing) == len(extra) == len(tied) == 1:
        one, other = tied[0]
        return (
            f"{one} and {other} look alike: if they are one tied tensor, or one layer under two names, "
            "say so with federity.Named(model, {its name: the repository's})."
        )
    if copies := _copies(missing, wanted, given) or _copies(extra, given, wanted):
        pairs = ", ".join(f"{copy} may be {' or '.join(held)}" for copy, held in copies[:_SHOWN])
        return (
            f"A tied tensor is stored once, under the name that its library writes: {pairs}. Pass the model "
            "itself, where a tie shows, or leave the copy out. A layer of its own starts a branch: "
            "`federity branch create NAME --model FILE`."
        )
    return None


def _copies(names: set[str], side: Shapes, other: Shapes) -> list[tuple[str, list[str]]]:
    """Names on one side alone, each with the few on both sides that look alike; none if one has no such."""
    if side.keys() - other.keys() != names or other.keys() - side.keys():
        return []
    alike = [(name, [held for held in sorted(other) if side[held] == side[name]]) for name in sorted(names)]
    return alike if all(1 <= len(held) <= _ALIKE for _, held in alike) else []
