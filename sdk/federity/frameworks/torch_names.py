"""What a module's tensors are called: without the wrappers around it, and tied ones as its library does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch.nn.parallel import DataParallel, DistributedDataParallel
from torch.optim.swa_utils import AveragedModel

__all__ = ["by_preference", "cleaned", "naming", "not_written", "of_transformers", "unwrapped"]

_FSDP = "_fsdp_wrapped_module"


def unwrapped(model: torch.nn.Module) -> torch.nn.Module:
    """Return the model inside all wrappers around it."""
    inside = _inside(model)
    return model if inside is None else unwrapped(getattr(model, inside))


def naming(model: torch.nn.Module) -> Callable[[str], str]:
    """Return the function from a state_dict's keys to names; empty for what is a wrapper's own business.

    That is the count of an `AveragedModel`: how often this trainer has averaged.
    """
    wrappers, counts = set(), set()
    for path, module in model.named_modules(remove_duplicate=False):
        inside = _inside(module)
        if inside is not None and inside != _FSDP:
            wrappers.add(cleaned(_under(path, inside)))
        if isinstance(module, AveragedModel):
            counts.add(cleaned(_under(path, "n_averaged")))

    def name(key: str) -> str:
        parts = key.split(".")
        paths = (".".join(parts[: end + 1]) for end in range(len(parts)))
        kept = [part for part, path in zip(parts, paths, strict=True) if path not in wrappers]
        return "" if key in counts else ".".join(kept)

    return name if wrappers else str


def not_written(model: torch.nn.Module) -> frozenset[str]:
    """Return the keys that transformers leaves out of a file when they are tied, the model's or a part's."""
    found: set[str] = set()
    for path, module in model.named_modules(remove_duplicate=False):
        tied = getattr(module, "all_tied_weights_keys", None) or getattr(module, "_tied_weights_keys", None)
        if isinstance(tied, list | dict):
            found.update(cleaned(_under(path, str(key))) for key in tied)
    return frozenset(found)


def cleaned(key: str) -> str:
    """Return a parameter's name as a state_dict has it: FSDP leaves out the part that it adds itself."""
    return key.replace(f"{_FSDP}.", "")


def by_preference(names: Iterable[str], left_out: Iterable[str]) -> tuple[str, ...]:
    """Sort the names of a tied tensor: the one its library writes first, then by their bytes.

    A library that would leave out all writes the last of them.
    """
    ordered, out = sorted(names, key=str.encode), set(left_out)
    if out.issuperset(ordered):
        return (ordered[-1], *ordered[:-1])
    return tuple(sorted(ordered, key=lambda name: name in out))


def _inside(module: Any) -> str | None:
    """The attribute in which a wrapper keeps the module that it wraps, or None when it is none."""
    if isinstance(module, DataParallel | DistributedDataParallel | AveragedModel):
        return "module"
    compiled = sys.modules.get("torch._dynamo.eval_frame")
    if compiled is not None and isinstance(module, compiled.OptimizedModule):
        return "_orig_mod"
    sharded = sys.modules.get("torch.distributed.fsdp")
    if sharded is not None and isinstance(module, sharded.FullyShardedDataParallel):
        return _FSDP
    return None


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def of_transformers(model: Any) -> bool:
    """Whether a model, wrapped or not, is one of the transformers library."""
    inner = unwrapped(model) if isinstance(model, torch.nn.Module) else model
    return any(kind.__module__.split(".")[0] == "transformers" for kind in type(inner).__mro__)
