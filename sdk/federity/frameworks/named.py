"""A model whose names are not the repository's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import objects
from ..errors import ManifestMismatch, ModelError

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from ..objects.tensors import Tensor

__all__ = ["Named", "NamedAdapter", "match"]


@dataclass(frozen=True)
class Named:
    """A model of any framework, `names` mapping its own modules or tensors to the repository's.

    `Named(model, {"conv2d": "0", "dense": "3"})`: what the model calls `conv2d.weight` is the repository's
    `0.weight`. The longest entry that fits decides; a whole tensor's name fits itself; what no entry fits
    keeps its name. An empty name is that of the whole model: `{"module": ""}` takes a wrapper's prefix away,
    `{"": "module"}` adds it.
    """

    model: Any
    names: Mapping[str, str] = field(default_factory=dict)


class NamedAdapter:
    """Renames what the model's own adapter reads and writes."""

    def tensors(self, model: Named, names: Container[str] = ()) -> dict[str, Tensor]:
        """Return the model's tensors by the repository's names; raises ModelError for names that clash."""
        found = _adapter(model).tensors(model.model, _Own(model.names, names))
        return {new: found[old] for new, old in _renamed(model, found).items()}

    def buffers(self, model: Named) -> frozenset[str]:
        """Return the model's buffers by the repository's names."""
        return frozenset(_new(model.names, old)[1] for old in _adapter(model).buffers(model.model))

    def load(self, model: Named, tensors: Mapping[str, Tensor]) -> None:
        """Load by the model's own names; a name that the model lacks stays as it is and is refused there."""
        adapter = _adapter(model)
        old = _renamed(model, adapter.tensors(model.model, _Own(model.names, tensors)))
        adapter.load(model.model, {old.get(name, name): tensor for name, tensor in tensors.items()})


@dataclass(frozen=True)
class _Own:
    """A model's own names, as far as they are called by one of `wanted`."""

    names: Mapping[str, str]
    wanted: Container[str]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _new(self.names, name)[1] in self.wanted


def match(model: Any, tensors: Mapping[str, Tensor]) -> Named:
    """Name a model's modules as those of `tensors` that have the same tensors, by last name, shape and dtype.

    Modules that have the right name already keep it; where all names differ in one prefix, as a wrapper's do,
    it is taken away or added. Raises ManifestMismatch, naming them, for modules that fit nothing and for
    those that fit several alike: which is which only their author knows.
    """
    held = _adapter(Named(model)).tensors(model, tensors)
    if (prefix := objects.prefix_between(objects.shapes(held), objects.shapes(tensors))) is not None:
        return Named(model, {prefix: ""})
    if (prefix := objects.prefix_between(objects.shapes(tensors), objects.shapes(held))) is not None:
        return Named(model, {"": prefix})
    own, wanted = _modules(held), _modules(tensors)
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
            faults.append(f"{_listed(mine)} fit {_listed(theirs)} alike, with tensors that look the same")
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
        prefix, new = _new(model.names, name)
        used.add(prefix)
        if not new:
            raise ModelError(f"{name} would be left without a name", hint="Map it to one.")
        if new in found:
            raise ModelError(
                f"{found[new]} and {name} would both be named {new}", hint="Map them to different names."
            )
        found[new] = name
    if unknown := [prefix for prefix in sorted(model.names.keys() - used) if not _another(model, prefix)]:
        raise ModelError(
            f"the model has no {_listed(unknown)}", hint=f"Its tensors are {_listed(sorted(tensors))}."
        )
    return found


def _another(model: Named, prefix: str) -> bool:
    """Tell whether a prefix is that of another name of a tied tensor."""
    only = {prefix: prefix}
    return any(_new(only, name)[0] for name in _adapter(model).tensors(model.model, _Under(only)))


@dataclass(frozen=True)
class _Under:
    """All names that an entry fits."""

    names: Mapping[str, str]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _new(self.names, name)[0] is not None


def _new(names: Mapping[str, str], name: str) -> tuple[str | None, str]:
    """Which entry fits a model's own name, and the repository's name for it."""
    ends = [i for i, letter in enumerate(name) if letter == "."]
    prefix = next((name[:end] for end in (len(name), *reversed(ends), 0) if name[:end] in names), None)
    if prefix is None:
        return None, name
    rest = name[len(prefix) :].removeprefix(".")
    return prefix, ".".join(part for part in (names[prefix], rest) if part)


def _modules(tensors: Mapping[str, Tensor]) -> dict[str, frozenset[Any]]:
    """What each module has: the last names of its tensors with shape and dtype."""
    found: dict[str, set[Any]] = defaultdict(set)
    for name, looks in objects.shapes(tensors).items():
        path, dot, last = name.rpartition(".")
        found[path if dot else name].add((last, looks))
    return {path: frozenset(looks) for path, looks in found.items()}


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown or "nothing"
