"""The text of a recipe of mergekit, and what its fields say. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from federity.errors import ConfigError
from federity.parsing import parse_yaml
from federity.repository.ledger.shares import number_of

Options = Mapping[str, Any]


def parsed(text: str) -> Options:
    """The fields of a recipe. Raises ConfigError for what is none."""
    try:
        found = parse_yaml(text)
    except ValueError as error:
        raise ConfigError(f"That is no recipe: {error}.") from error
    if not isinstance(found, dict) or not isinstance(found.get("merge_method"), str):
        raise ConfigError("That is no recipe: it has no `merge_method`.")
    return found


def check_fields(recipe: Options, known: frozenset[str]) -> None:
    """Refuse fields that this recipe cannot have here. Raises ConfigError."""
    if unknown := sorted(str(name) for name in recipe.keys() - known):
        raise ConfigError(
            f"{unknown[0]} is not for weights that stay as they are: only {', '.join(sorted(known))} are."
        )


def dtypes(recipe: Options) -> frozenset[str]:
    """What a recipe wants weights to be."""
    return frozenset(str(recipe[name]) for name in ("dtype", "out_dtype") if recipe.get(name) is not None)


def models(recipe: Options, known: Collection[str]) -> list[tuple[str, Options]]:
    """Each model with its parameters, those named for all of them among these: of the `known` ones.

    Raises ConfigError.
    """
    listed = recipe.get("models")
    if not isinstance(listed, list) or not listed:
        raise ConfigError("A recipe lists its `models`.")
    given = {name: value for name, value in options(recipe).items() if name in known}
    found: list[tuple[str, Options]] = []
    for model in listed:
        own = model.get("parameters") or {} if isinstance(model, dict) else None
        if not isinstance(own, dict) or not isinstance(model.get("model"), str):
            raise ConfigError("Each of `models` is a `model`, a branch or commit, with its `parameters`.")
        name = model["model"]
        if unknown := sorted(str(key) for key in model.keys() - {"model", "parameters"}):
            raise ConfigError(f"{name} has {unknown[0]!r}, which is not known.")
        if unknown := sorted(str(key) for key in own.keys() - {*known}):
            only = f"only {', '.join(known)}" if known else "none"
            raise ConfigError(f"{name} has the parameter {unknown[0]!r}: here there is {only}.")
        found.append((name, {**given, **own}))
    names = [name for name, _ in found]
    if len({*names}) < len(names):
        raise ConfigError("A model is named twice.")
    return found


def options(recipe: Options, known: Collection[str] | None = None) -> Options:
    """The parameters of the whole recipe. Raises ConfigError, also for one that is not `known`."""
    found = recipe.get("parameters") or {}
    if not isinstance(found, dict):
        raise ConfigError("`parameters` are names with values.")
    if known is not None and (unknown := sorted(map(str, found.keys() - {*known}))):
        raise ConfigError(f"{recipe['merge_method']} has no parameter {unknown[0]!r} that is done here.")
    return found


def base_of(recipe: Options) -> str:
    """The model that changes are counted from. Raises ConfigError."""
    base = recipe.get("base_model")
    if not isinstance(base, str):
        raise ConfigError(f"{recipe['merge_method']} names a `base_model`, from which changes are counted.")
    return base


def weight(name: str, given: Options) -> Fraction:
    """A model's weight. Raises ConfigError."""
    if given.get("weight") is None:
        raise ConfigError(f"{name} has no weight.")
    return number("weight", given["weight"])


def number(name: str, value: Any) -> Fraction:
    """A number as it is written: 0.3 is three tenths. Raises ConfigError."""
    if isinstance(value, list | dict):
        raise ConfigError(f"One {name} for all tensors: there is no other here.")
    try:
        return number_of(value)
    except ValueError as error:
        raise ConfigError(f"{name}: {error}.") from error


def truth(name: str, value: Any) -> bool:
    """What is true or false. Raises ConfigError."""
    if not isinstance(value, bool):
        raise ConfigError(f"{name}: {value!r} is neither true nor false.")
    return value


def total(weights: Collection[Fraction]) -> Fraction:
    """What weights are divided by that are to be a mean. Raises ConfigError."""
    found = sum(weights, Fraction(0))
    if not found:
        raise ConfigError("The weights sum to 0, by which none can be divided.")
    return found
