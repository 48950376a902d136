"""A torch.nn.Module, or its state_dict, as a model.

Versioned are parameters, frozen ones too, persistent buffers, and extra state that is a tensor. A tensor that
several names share is stored once: under the name that its library writes, and where that is not known under
the first of them by name. Wrappers are looked through. Buffers that are not floating point (counters,
position ids) travel with the base as constants.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch

from ..errors import ManifestMismatch, ModelError
from ..objects.differences import NOT_FITTING, require_same, shapes
from ..objects.dtypes import Array
from ..objects.tensors import Tensor
from .readback import same_bits, written
from .torch_names import by_preference, of_transformers
from .torch_state import State, state_of
from .torch_values import DTYPES, memory, require_apart, require_plain, to_numpy, to_torch

__all__ = ["TorchAdapter"]


_RENAMED_HINT = (
    "transformers renames tensors of some architectures as it loads them. If the repository was made of a "
    "file, load that with from_pretrained, and pass the model: to make a repository, or a branch, of it."
)


@dataclass(frozen=True)
class _Held:
    """A tensor of a model: its names, the one to prefer first, and the keys that are it."""

    names: tuple[str, ...]
    keys: tuple[str, ...]
    value: torch.Tensor


class TorchAdapter:
    """Reads tensors from any device and loads them in place: optimisers keep their references."""

    def tensors(self, model: Any, names: Container[str] = ()) -> dict[str, Array]:
        """Return copies of parameters and persistent buffers; raises ModelError for what is not dense.

        Of what is sharded every process has to read, and each gets all of it.
        """
        held = _named(state_of(model), names)
        return {name: to_numpy(name, own.value) for name, own in held.items()}

    def buffers(self, model: Any) -> frozenset[str]:
        """Return the names of persistent buffers and extra state; of a state_dict, as its names tell."""
        state = state_of(model)
        return frozenset(filter(None, map(state.naming(), state.buffers())))

    def load(self, model: Any, tensors: Mapping[str, Tensor]) -> None:
        """Load through PyTorch's own `load_state_dict`, read back, and compare the bits.

        Raises ModelError, naming the tensors, with everything as it was before, when PyTorch refuses or some
        do not arrive.
        """
        state = state_of(model)
        own = _named(state, tensors)
        try:
            require_same(
                {name: (tuple(held.value.shape), DTYPES[held.value.dtype]) for name, held in own.items()},
                shapes(tensors),
                NOT_FITTING,
            )
        except ManifestMismatch as fault:
            if (
                fault.hint == ManifestMismatch.hint
                and own.keys() != tensors.keys()
                and of_transformers(model)
            ):
                raise ManifestMismatch(fault.sentence, hint=_RENAMED_HINT) from None
            raise
        before: dict[str, Array] = {}
        for name, held in own.items():
            if not same_bits(array := to_numpy(name, held.value), tensors[name]):
                before[name] = array
        changed = {name: own[name] for name in before}
        _require_writable(changed)

        def write() -> list[str]:
            _write(state, changed, tensors)
            return _differing(state, tensors, tensors)

        written(
            "PyTorch",
            write,
            lambda: _put_back(state, changed, before),
            told=_sentence,
            why="its state_dict() does not give back what load_state_dict() was given",
            hint="Pass the module that holds these tensors itself.",
        )


def _named(state: State, wanted: Container[str]) -> dict[str, _Held]:
    """The tensors by name, sorted, each piece of memory once, by that of its names which is `wanted`."""
    naming, values, ties, out = state.naming(), state.read(), state.ties(), state.left_out()
    names = {key: name for key in values if (name := naming(key))}
    groups: dict[object, list[str]] = {}
    for key in names:
        require_plain(names[key], values[key])
        groups.setdefault(memory(values[ties.get(key, key)]), []).append(key)
    found: dict[str, _Held] = {}
    for keys in groups.values():
        called = by_preference((names[key] for key in keys), (names[key] for key in keys if key in out))
        name = next((name for name in called if name in wanted), called[0])
        if name in found:
            raise ModelError(
                f"two tensors of the model would be named {name} without its wrappers",
                hint="Pass the model inside the wrapper.",
            )
        found[name] = _Held(called, tuple(keys), values[keys[0]])
    require_apart({name: held.value for name, held in found.items()})
    return {name: found[name] for name in sorted(found, key=str.encode)}


def _require_writable(held: Mapping[str, _Held]) -> None:
    for name, own in held.items():
        if own.value.is_inference():
            raise ModelError(
                f"{name} was made in torch.inference_mode and cannot be written to",
                hint="Make the model outside of it, or clone the tensor.",
            )


def _write(state: State, held: Mapping[str, _Held], tensors: Mapping[str, Tensor]) -> None:
    values: dict[str, torch.Tensor] = {}
    for name, own in held.items():
        made = to_torch(tensors[name], own.value)
        values.update(dict.fromkeys(own.keys, made))
    state.write(values)


def _differing(state: State, wanted: Container[str], tensors: Mapping[str, Tensor]) -> list[str]:
    """The names of tensors that the state does not hold bit for bit, under every key of them."""
    own, values = _named(state, wanted), state.read()
    return [
        name
        for name, tensor in tensors.items()
        if name not in own
        or not all(same_bits(to_numpy(name, values[key]), tensor) for key in own[name].keys)
    ]


def _put_back(state: State, held: Mapping[str, _Held], before: Mapping[str, Array]) -> str:
    """Restore what was there; says so when that is not possible either.

    What PyTorch's loader does not put back is copied to where it lies.
    """
    with suppress(Exception):  # what refused the new values may refuse the old ones
        _write(state, held, before)
    lost = _differing(state, before, before)
    values = state.read()
    for name in lost:
        for key in held[name].keys:
            with suppress(Exception), torch.no_grad():
                values[key].copy_(to_torch(before[name], values[key]))
    lost = _differing(state, before, before) if lost else lost
    return f" and {lost[0]} could not be put back as it was" if lost else ""


def _sentence(cause: BaseException) -> str:
    """The last line of PyTorch's reason, which says what; the first says where."""
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return lines[-1] if lines else type(cause).__name__
