"""Recipes of mergekit that are no exact sum of heads, but whose result a commit is made for. Pure.

DARE, DELLA and Breadcrumbs leave values out of each model's change to the base, and Model Stock goes a share
of its own for each tensor of the way to the models' mean. What a commit is made of is written into its
message, so that anybody can make it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from federity.errors import ConfigError
from federity.repository.ledger.recipe_text import (
    Options,
    base_of,
    check_fields,
    dtypes,
    models,
    number,
    options,
    total,
    truth,
    weight,
)

FIELDS = frozenset(
    {"merge_method", "base_model", "models", "parameters", "dtype", "out_dtype", "random_seed"}
)
# By method: what a model has beside its weight, each with what it is unless named.
METHODS: Mapping[str, Mapping[str, str]] = {
    "dare_linear": {"density": "1"},
    "della_linear": {"density": "1", "epsilon": "0.15"},
    "breadcrumbs": {"density": "1", "gamma": "0.01"},
    "model_stock": {},
}
RESCALED = frozenset({"dare_linear", "della_linear"})
STOCK = "model_stock"
MODELS = 16
# What a fraction is written of, so that it can be read again.
MOST = 10**18 - 1
# mergekit's own, of masks that are none of these methods': it changes nothing.
IDLE = "int8_mask"


@dataclass(frozen=True)
class Part:
    """A model of a recipe: `factor` is what its change counts, `settings` what its mask is made by."""

    model: str
    factor: Fraction
    settings: Mapping[str, Fraction]


@dataclass(frozen=True)
class Made:
    """A recipe whose result is `base` and what it makes of the changes of the `parts` to that.

    `rescale`: what a mask leaves of a tensor is scaled up until its magnitudes sum to what all of it summed
    to. `filter_wise`: a share for each row in place of each tensor.
    """

    method: str
    base: str
    parts: tuple[Part, ...]
    rescale: bool
    filter_wise: bool
    seed: int
    dtypes: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The base and the models."""
        return self.base, *(part.model for part in self.parts)

    def text(self, addresses: Mapping[str, str]) -> str:
        """The recipe with addresses for names: one text for one result."""
        lines = [f"merge_method: {self.method}", f'base_model: "{addresses[self.base]}"', "models:"]
        for part in self.parts:
            lines.append(f'- model: "{addresses[part.model]}"')
            if self.method != STOCK:
                own = {"weight": part.factor, **part.settings}
                listed = ", ".join(f"{name}: {_written(value)}" for name, value in own.items())
                lines.append(f"  parameters: {{{listed}}}")
        if self.method == STOCK:
            lines.append(f"parameters: {{filter_wise: {_truth(self.filter_wise)}}}")
        else:
            lines += [f"parameters: {{rescale: {_truth(self.rescale)}}}", f"random_seed: {self.seed}"]
        return "\n".join(lines) + "\n"


def read(recipe: Options) -> Made:
    """Read the fields of a recipe of one of `METHODS`. Raises ConfigError."""
    method, base = recipe["merge_method"], base_of(recipe)
    check_fields(recipe, FIELDS)
    if method == STOCK:
        given = options(recipe, {"filter_wise"})
        parts = tuple(Part(name, Fraction(1), {}) for name, _ in models(recipe, []) if name != base)
        if len(parts) < 2:
            raise ConfigError("model_stock is of angles between changes: it takes two models or more.")
    else:
        named = {"weight", *METHODS[method]}
        given = options(recipe, named | {"normalize", "lambda", "rescale", IDLE})
        parts = _masked(recipe, given, method, base)
        if not parts:
            raise ConfigError("The recipe has no model but its base.")
    if len(parts) > MODELS:
        raise ConfigError(f"A recipe has {MODELS} models at most here, and this one {len(parts)}.")
    return Made(
        method,
        base,
        parts,
        truth("rescale", given.get("rescale", method in RESCALED)),
        truth("filter_wise", given.get("filter_wise", False)),
        _seed(recipe.get("random_seed", 0)),
        dtypes(recipe),
    )


def _masked(recipe: Options, given: Options, method: str, base: str) -> tuple[Part, ...]:
    """Models with the factor that weight, `lambda` and `normalize` make, and what masks are made by."""
    found = [
        (name, weight(name, own), _settings(name, own, METHODS[method]))
        for name, own in models(recipe, ["weight", *METHODS[method]])
        if name != base
    ]
    scale = number("lambda", given.get("lambda", 1))
    if truth("normalize", given.get("normalize", False)):
        scale /= total([share for _, share, _ in found])
    parts = tuple(Part(name, share * scale, settings) for name, share, settings in found)
    for part in parts:
        for value in (part.factor, *part.settings.values()):
            if max(abs(value.numerator), value.denominator) > MOST:
                raise ConfigError(f"{part.model}: a number of so many digits cannot be kept; write fewer.")
    return parts


def _settings(name: str, own: Options, defaults: Mapping[str, str]) -> Mapping[str, Fraction]:
    found = {key: number(key, own.get(key, default)) for key, default in defaults.items()}
    density = found["density"]
    if not 0 < density <= 1:
        raise ConfigError(f"{name}: a density is more than 0 and at most 1, and {density} is not.")
    epsilon = found.get("epsilon", Fraction(0))
    if density < 1 and not (0 <= epsilon < density and density + epsilon < 1):
        raise ConfigError(f"{name}: density less and more epsilon are between 0 and 1.")
    if not 0 <= found.get("gamma", Fraction(0)) <= 1:
        raise ConfigError(f"{name}: gamma is a share, 0 to 1.")
    return found


def _seed(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 64:
        raise ConfigError("random_seed is a whole number from 0 to 2^64 - 1.")
    return value


def _written(value: Fraction) -> str:
    """A number as `number_of` reads it: a decimal fraction where it is one of few digits."""
    text = f"{float(value):.15g}"
    return text if Fraction(text) == value and "e" not in text else str(value)


def _truth(value: bool) -> str:
    return "true" if value else "false"
