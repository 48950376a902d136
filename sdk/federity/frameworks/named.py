"""A model whose names are not the repository's."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ManifestMismatch, ModelError
from ..objects.differences import shapes
from ..objects.tensors import Tensor

__all__ = ["Named", "NamedAdapter", "match"]


@dataclass(frozen=True)
class Named:
    """A model of any framework, `names` mapping its own modules or tensors to the repository's.

    `Named(model, {"conv2d": "0", "dense": "3"})`: what the model calls `conv2d.weight` is the repository's
    `0.weight`. The longest entry that fits decides; a whole tensor's name fits itself; what no entry fits
    keeps its name.
    """

    model: Any
    names: Mapping[str, str] = field(default_factory=dict)


class NamedAdapter:
    """Renames what the model's own adapter reads and writes."""

    def tensors(self, model: Named) -> dict[str, Tensor]:
        """Return the model's tensors by the repository's names; raises ModelError for names that clash."""
        found = _adapter(model).tensors(model.model)
        return {new: found[old] for new, old in _renamed(model, found).items()}

    def buffers(self, model: Named) -> frozenset[str]:
        """Return the model's buffers by the repository's names."""
        adapter = _adapter(model)
        own = adapter.buffers(model.model)
        return frozenset(
            new for new, old in _renamed(model, adapter.tensors(model.model)).items() if old in own
        )

    def load(self, model: Named, tensors: Mapping[str, Tensor]) -> None:
        """Load by the model's own names; a name that the model lacks stays as it is and is refused there."""
        adapter = _adapter(model)
        old = _renamed(model, adapter.tensors(model.model))
        adapter.load(model.model, {old.get(name, name): tensor for name, tensor in tensors.items()})


def match(model: Any, tensors: Mapping[str, Tensor]) -> Named:
    """Name a model's modules as those of `tensors` that have the same tensors, by last name, shape and dtype.

    Modules that have the right name already keep it. Raises ManifestMismatch, naming them, for modules that
    fit nothing and for those that fit several alike: which is which only their author knows.
    """
    own, wanted = _modules(_adapter(Named(model)).tensors(model)), _modules(tensors)
    kept = {path for path in own if own[path] == wanted.get(path)}
    alike: dict[frozenset[Any], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, modules in enumerate((own, wanted)):
        for path, looks in modules.items():
            if path not in kept:
                alike[looks][side].append(path)
    faults = []
    for mine, theirs in alike.values():
        if len(mine) != len(theirs):
            faults.append(f"the model has {_listed(mine)} where the repository has {_listed(theirs)}")
        elif len(mine) > 1:
            faults.append(f"{_listed(mine)} fit {_listed(theirs)} alike")
    if faults:
        raise ManifestMismatch(
            f"the names of the model's modules cannot be told by their shapes: {'; '.join(faults)}",
            hint="Say which is which: Named(model, {its name: the repository's}).",
        )
    return Named(model, {mine[0]: theirs[0] for mine, theirs in alike.values()})


def _adapter(model: Named) -> Any:
    from .base import adapter_for

    return adapter_for(model.model)


def _renamed(model: Named, tensors: Mapping[str, Tensor]) -> dict[str, str]:
    """The model's own names by the repository's."""
    found: dict[str, str] = {}
    used = set()
    for name in tensors:
        ends = [i for i, letter in enumerate(name) if letter == "."]
        prefix = next((name[:end] for end in (len(name), *reversed(ends)) if name[:end] in model.names), None)
        new = name
        if prefix is not None:
            used.add(prefix)
            new = model.names[prefix] + name[len(prefix) :]
        if new in found:
            raise ModelError(
                f"{found[new]} and {name} would both be named {new}", hint="Map them to different names."
            )
        found[new] = name
    if unknown := sorted(model.names.keys() - used):
        raise ModelError(
            f"the model has no {_listed(unknown)}", hint=f"Its tensors are {_listed(sorted(tensors))}."
        )
    return found


def _modules(tensors: Mapping[str, Tensor]) -> dict[str, frozenset[Any]]:
    """What each module has: the last names of its tensors with shape and dtype."""
    found: dict[str, set[Any]] = defaultdict(set)
    for name, looks in shapes(tensors).items():
        path, dot, last = name.rpartition(".")
        found[path if dot else name].add((last, looks))
    return {path: frozenset(looks) for path, looks in found.items()}


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown or "nothing"
