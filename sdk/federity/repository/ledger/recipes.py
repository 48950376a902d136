"""Recipes of mergekit: which of its methods are exact sums of heads, and of what. Pure: a text, no chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from federity.errors import ConfigError
from federity.parsing import parse_yaml
from federity.repository.ledger.shares import number_of

ONE = Fraction(1)

# What is not one sum of whole heads, and why.
PER_VALUE = "it chooses for each value by its sign or size"
PER_TENSOR = "each tensor has a factor of its own, from lengths and angles that are no whole numbers"
DRAWN = "it leaves out values by chance or by size, and scales up what stays"
ON_A_CURVE = "it goes along a curve: its factors are sines of angles"
NOT_EXACT = {
    "ties": PER_VALUE,
    "dare_ties": PER_VALUE,
    "dare_linear": DRAWN,
    "della": PER_VALUE,
    "della_linear": DRAWN,
    "breadcrumbs": DRAWN,
    "breadcrumbs_ties": PER_VALUE,
    "sce": PER_VALUE,
    "ram": PER_VALUE,
    "ramplus_tl": PER_VALUE,
    "arcee_fusion": PER_VALUE,
    "nearswap": PER_VALUE,
    "model_stock": PER_TENSOR,
    "slerp": ON_A_CURVE,
    "nuslerp": ON_A_CURVE,
    "multislerp": ON_A_CURVE,
    "karcher": ON_A_CURVE,
}
TO_ALL = frozenset({"merge_method", "base_model", "models", "parameters", "dtype", "out_dtype"})


@dataclass(frozen=True)
class Recipe:
    """Heads by what the recipe calls them, each with its factor; `dtypes` is what it wants weights to be."""

    method: str
    factors: Mapping[str, Fraction]
    dtypes: frozenset[str]


def read(text: str) -> Recipe:
    """Read a recipe. Raises ConfigError: not one, or one whose result is no exact sum of heads."""
    try:
        found = parse_yaml(text)
    except ValueError as error:
        raise ConfigError(f"That is no recipe: {error}.") from error
    if not isinstance(found, dict) or not isinstance(found.get("merge_method"), str):
        raise ConfigError("That is no recipe: it has no `merge_method`.")
    method = found["merge_method"]
    if method in NOT_EXACT:
        raise ConfigError(
            f"{method} is no exact sum of heads: {NOT_EXACT[method]}.",
            hint="Run mergekit on what `federity checkout COMMIT --export DIR` writes, and make the result "
            "a commit with `federity commit --replace`.",
        )
    if method not in _METHODS:
        raise ConfigError(
            f"{method!r} is not known; exact are {', '.join(_METHODS)}.",
            hint="docs/merges.md says what others do.",
        )
    if unknown := sorted(str(name) for name in found.keys() - TO_ALL):
        raise ConfigError(
            f"{unknown[0]} is not for weights that stay as they are: only {_names(TO_ALL)} are."
        )
    factors = _METHODS[method](found)
    dtypes = frozenset(str(found[name]) for name in ("dtype", "out_dtype") if found.get(name) is not None)
    return Recipe(method, factors, dtypes)


def _linear(recipe: Mapping[str, Any]) -> Mapping[str, Fraction]:
    """`sum w_i X_i`, over the sum of the weights unless `normalize` is false."""
    options = _options(recipe, {"normalize"})
    weights = _weights(recipe)
    total = sum((weight for _, weight in weights), Fraction(0))
    if _truth(options.get("normalize", True)):
        if not total:
            raise ConfigError("The weights sum to 0, by which none can be divided.")
        weights = [(name, weight / total) for name, weight in weights]
    elif total != ONE:
        raise ConfigError(
            f"The weights sum to {total}: that would scale the frozen base too, and no sum does.",
            hint="Let them sum to 1, or leave `normalize: false` out.",
        )
    return _summed(weights)


def _task_arithmetic(recipe: Mapping[str, Any]) -> Mapping[str, Fraction]:
    """`base + lambda sum w_i (X_i - base)`, over the sum of the weights if `normalize` is true."""
    options = _options(recipe, {"normalize", "lambda"})
    base = recipe.get("base_model")
    if not isinstance(base, str):
        raise ConfigError("task_arithmetic names a `base_model`, from which changes are counted.")
    weights = [(name, weight) for name, weight in _weights(recipe, base) if name != base]
    scale = _number("lambda", options.get("lambda", 1))
    if _truth(options.get("normalize", False)):
        total = sum((weight for _, weight in weights), Fraction(0))
        if not total:
            raise ConfigError("The weights sum to 0, by which none can be divided.")
        scale /= total
    changes = [(name, weight * scale) for name, weight in weights]
    return _summed([*changes, (base, ONE - sum((weight for _, weight in changes), Fraction(0)))])


def _passthrough(recipe: Mapping[str, Any]) -> Mapping[str, Fraction]:
    """One model as it is."""
    _options(recipe, set())
    models = _models(recipe)
    if len(models) != 1 or models[0][1]:
        raise ConfigError("passthrough takes one model as it is; layers of several would be another model.")
    return {models[0][0]: ONE}


_METHODS = {"linear": _linear, "task_arithmetic": _task_arithmetic, "passthrough": _passthrough}


def _models(recipe: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    models = recipe.get("models")
    if not isinstance(models, list) or not models:
        raise ConfigError("A recipe lists its `models`.")
    found: list[tuple[str, Mapping[str, Any]]] = []
    for model in models:
        options = model.get("parameters") or {} if isinstance(model, dict) else None
        if not isinstance(options, dict) or not isinstance(model.get("model"), str):
            raise ConfigError("Each of `models` is a `model`, a branch or commit, with its `parameters`.")
        if unknown := sorted(str(name) for name in model.keys() - {"model", "parameters"}):
            raise ConfigError(f"{model['model']} has {unknown[0]!r}, which is not known.")
        found.append((model["model"], options))
    names = [name for name, _ in found]
    if len({*names}) < len(names):
        raise ConfigError("A model is named twice.")
    return found


def _weights(recipe: Mapping[str, Any], base: str | None = None) -> list[tuple[str, Fraction]]:
    """Each model's weight; of the base, which changed nothing, none is asked."""
    given = _options(recipe, None).get("weight")
    found = []
    for name, options in _models(recipe):
        if unknown := sorted(str(option) for option in options.keys() - {"weight"}):
            raise ConfigError(f"{name} has the parameter {unknown[0]!r}: here there is only its weight.")
        weight = options.get("weight", given)
        if weight is None and name != base:
            raise ConfigError(f"{name} has no weight.")
        found.append((name, _number("weight", 0 if weight is None else weight)))
    return found


def _options(recipe: Mapping[str, Any], known: set[str] | None) -> Mapping[str, Any]:
    options = recipe.get("parameters") or {}
    if not isinstance(options, dict):
        raise ConfigError("`parameters` are names with values.")
    if known is not None and (unknown := sorted(map(str, options.keys() - known - {"weight"}))):
        raise ConfigError(f"{recipe['merge_method']} has no parameter {unknown[0]!r} that is exact here.")
    return options


def _number(name: str, value: Any) -> Fraction:
    """A number as it is written: 0.3 is three tenths."""
    if isinstance(value, list | dict):
        raise ConfigError(f"One {name} for all tensors: a sum of heads has no other.")
    try:
        return number_of(value)
    except ValueError as error:
        raise ConfigError(f"{name}: {error}.") from error


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"normalize: {value!r} is neither true nor false.")
    return value


def _summed(weights: Sequence[tuple[str, Fraction]]) -> Mapping[str, Fraction]:
    found: dict[str, Fraction] = {}
    for name, weight in weights:
        found[name] = found.get(name, Fraction(0)) + weight
    return found


def _names(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
