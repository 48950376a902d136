"""Recipes of mergekit: which of its methods are exact sums of heads, and of what, which a commit is made for,
and which are not done. Pure: a text, no chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from federity.errors import ConfigError
from federity.repository.ledger import made_recipes
from federity.repository.ledger.recipe_text import (
    Options,
    base_of,
    check_fields,
    dtypes,
    models,
    number,
    options,
    parsed,
    total,
    truth,
    weight,
)

ONE = Fraction(1)

# What is neither one sum of whole heads nor made here, and why.
PER_VALUE = "it chooses for each value by its sign or size among all models"
ON_A_CURVE = "it goes along a curve: its factors are sines of angles"
NOT_DONE = {
    "ties": PER_VALUE,
    "dare_ties": PER_VALUE,
    "della": PER_VALUE,
    "breadcrumbs_ties": PER_VALUE,
    "sce": PER_VALUE,
    "ram": PER_VALUE,
    "ramplus_tl": PER_VALUE,
    "arcee_fusion": PER_VALUE,
    "nearswap": PER_VALUE,
    "slerp": ON_A_CURVE,
    "nuslerp": ON_A_CURVE,
    "multislerp": ON_A_CURVE,
    "karcher": ON_A_CURVE,
}
FIELDS = frozenset({"merge_method", "base_model", "models", "parameters", "dtype", "out_dtype"})


@dataclass(frozen=True)
class Recipe:
    """Heads by what the recipe calls them, each with its factor; `dtypes` is what it wants weights to be."""

    method: str
    factors: Mapping[str, Fraction]
    dtypes: frozenset[str]


def read(text: str) -> Recipe | made_recipes.Made:
    """Read a recipe. Raises ConfigError: not one, one whose result is no exact sum of heads and not made by
    a commit, or one that says more than is done.
    """
    found = parsed(text)
    method = found["merge_method"]
    if method in NOT_DONE:
        raise ConfigError(
            f"{method} is no exact sum of heads: {NOT_DONE[method]}.",
            hint="Run mergekit on what `federity checkout COMMIT --export DIR` writes, and make the result "
            "a commit with `federity commit --replace`.",
        )
    if method in made_recipes.METHODS:
        return made_recipes.read(found)
    if method not in _METHODS:
        raise ConfigError(
            f"{method!r} is not known; there are {', '.join((*_METHODS, *made_recipes.METHODS))}.",
            hint="docs/merges.md says what others do.",
        )
    check_fields(found, FIELDS)
    return Recipe(method, _METHODS[method](found), dtypes(found))


def _linear(recipe: Options) -> Mapping[str, Fraction]:
    """`sum w_i X_i`, over the sum of the weights unless `normalize` is false."""
    given = options(recipe, {"normalize", "weight"})
    weights = [(name, weight(name, own)) for name, own in models(recipe, ["weight"])]
    if truth("normalize", given.get("normalize", True)):
        whole = total([share for _, share in weights])
        weights = [(name, share / whole) for name, share in weights]
    elif (whole := sum((share for _, share in weights), Fraction(0))) != ONE:
        raise ConfigError(
            f"The weights sum to {whole}: that would scale the frozen base too, and no sum does.",
            hint="Let them sum to 1, or leave `normalize: false` out.",
        )
    return _summed(weights)


def _task_arithmetic(recipe: Options) -> Mapping[str, Fraction]:
    """`base + lambda sum w_i (X_i - base)`, over the sum of the weights if `normalize` is true."""
    given = options(recipe, {"normalize", "lambda", "weight"})
    base = base_of(recipe)
    weights = [(name, weight(name, own)) for name, own in models(recipe, ["weight"]) if name != base]
    scale = number("lambda", given.get("lambda", 1))
    if truth("normalize", given.get("normalize", False)):
        scale /= total([share for _, share in weights])
    changes = [(name, share * scale) for name, share in weights]
    return _summed([*changes, (base, ONE - sum((share for _, share in changes), Fraction(0)))])


def _passthrough(recipe: Options) -> Mapping[str, Fraction]:
    """One model as it is."""
    options(recipe, set())
    found = models(recipe, [])
    if len(found) != 1:
        raise ConfigError("passthrough takes one model as it is; layers of several would be another model.")
    return {found[0][0]: ONE}


_METHODS = {"linear": _linear, "task_arithmetic": _task_arithmetic, "passthrough": _passthrough}


def _summed(weights: Sequence[tuple[str, Fraction]]) -> Mapping[str, Fraction]:
    found: dict[str, Fraction] = {}
    for name, share in weights:
        found[name] = found.get(name, Fraction(0)) + share
    return found
