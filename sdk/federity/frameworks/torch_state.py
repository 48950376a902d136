"""What holds tensors of PyTorch: a module, or the state_dict of one. Both read and write by its keys."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import torch

from .mistakes import refuse_optimiser
from .statistics_names import statistics_among
from .torch_names import cleaned, naming, not_written

__all__ = ["State", "state_of"]

_EXTRA = "_extra_state"


class State(Protocol):
    """Values by key, as PyTorch itself gives and takes them."""

    def naming(self) -> Callable[[str], str]:
        """Return the function from keys to names; empty for what is not versioned."""
        ...

    def read(self) -> Mapping[str, Any]:
        """Return the values, the tensors themselves where PyTorch gives them."""
        ...

    def write(self, values: Mapping[str, Any]) -> None:
        """Give these values to some keys, through PyTorch's own loader; raises whatever that raises."""
        ...

    def ties(self) -> dict[str, str]:
        """Return keys of tensors that are other keys' without sharing their memory."""
        ...

    def left_out(self) -> frozenset[str]:
        """Return the keys that their library leaves out when they are tied."""
        ...

    def buffers(self) -> frozenset[str]:
        """Return the keys that training does not move."""
        ...


def state_of(model: Any) -> State:
    """Return what reads and writes a module or a state_dict."""
    return _Module(model) if isinstance(model, torch.nn.Module) else _Dict(model)


class _Module:
    """A module: its own `state_dict` and `load_state_dict`, and of sharded ones those of all processes."""

    def __init__(self, model: torch.nn.Module) -> None:
        self._model = model
        sharded = sys.modules.get("torch.distributed.fsdp")
        kind = None if sharded is None else sharded.FullyShardedDataParallel
        self._sharded = [] if kind is None else [m for m in model.modules() if isinstance(m, kind)]

    def naming(self) -> Callable[[str], str]:
        return naming(self._model)

    def read(self) -> Mapping[str, Any]:
        if not self._sharded:
            state: Mapping[str, Any] = self._model.state_dict(keep_vars=True)
            return state
        from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict

        return get_model_state_dict(self._model, options=StateDictOptions(full_state_dict=True))

    def write(self, values: Mapping[str, Any]) -> None:
        if self._sharded:
            from torch.distributed.checkpoint.state_dict import StateDictOptions, set_model_state_dict

            whole = {**self.read(), **values}
            set_model_state_dict(self._model, whole, options=StateDictOptions(full_state_dict=True))
            return
        state = self._model.state_dict()
        # What loads looks for the versions of modules beside the values: a new dict would lose them.
        new = OrderedDict({**state, **values})
        new._metadata = getattr(state, "_metadata", {})  # type: ignore[attr-defined]
        self._model.load_state_dict(new)

    def ties(self) -> dict[str, str]:
        found: dict[str, str] = {}
        paths = {module: path for path, module in self._model.named_modules()}
        for module in self._sharded:
            handle = getattr(module, "_handle", None)
            for info in getattr(getattr(handle, "flat_param", None), "_shared_param_infos", ()):
                path = cleaned(f"{paths[module]}." if paths[module] else "")
                one = ".".join(part for part in (info.module_name, info.param_name) if part)
                other = ".".join(part for part in (info.prim_module_name, info.prim_param_name) if part)
                found[cleaned(path + one)] = cleaned(path + other)
        return found

    def left_out(self) -> frozenset[str]:
        return not_written(self._model)

    def buffers(self) -> frozenset[str]:
        model = self._model
        held = {cleaned(key) for key, _ in model.named_buffers(remove_duplicate=False)}
        trained = {cleaned(key) for key, _ in model.named_parameters(remove_duplicate=False)}
        return frozenset(
            key
            for key, value in self.read().items()
            if key in held
            or key.rpartition(".")[2] == _EXTRA
            # A flat parameter of FSDP hides the names of those that are in it.
            or not (self._sharded or key in trained or isinstance(value, torch.nn.Parameter))
        )


class _Dict:
    """A state_dict, which is loaded in place: with that of a live module the module is loaded."""

    def __init__(self, tensors: Mapping[str, Any]) -> None:
        refuse_optimiser(tensors, "the tensors")
        self._tensors = tensors

    def naming(self) -> Callable[[str], str]:
        return str

    def read(self) -> Mapping[str, Any]:
        return self._tensors

    def write(self, values: Mapping[str, Any]) -> None:
        with torch.no_grad():
            for key, value in values.items():
                self._tensors[key].copy_(value)

    def ties(self) -> dict[str, str]:
        return {}

    def left_out(self) -> frozenset[str]:
        return frozenset()

    def buffers(self) -> frozenset[str]:
        return statistics_among(self._tensors)
