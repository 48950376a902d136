"""Recipes of mergekit: the exact ones against the papers' formulae in floats, the others refused by name."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from federity._generated.constants import KIND_GENESIS, KIND_MERGE
from federity.errors import ConfigError
from federity.repository.ledger import made_recipes, recipes, sums
from federity.repository.ledger.past import Graph, Node
from federity.repository.ledger.shares import share_of

NAMES = "abcd"
QUANTUM = 2.0**-20


def key(name: str) -> Pubkey:
    return Pubkey(name.encode().ljust(32, b"\0"))


def node(kind: int, parent: str) -> Node:
    commit: Any = SimpleNamespace(kind=kind, parent=key(parent) if parent else Pubkey.default())
    return Node(commit)


# The genesis g, the head h, and four heads that parted there.
GRAPH = Graph(
    {key("g"): node(KIND_GENESIS, ""), key("h"): node(KIND_MERGE, "g")}
    | {key(name): node(KIND_MERGE, "h") for name in NAMES}
)


def made(text: str, integers: dict[str, npt.NDArray[np.int64]]) -> npt.NDArray[np.float64]:
    """What the program adds up for a recipe, in units of weights: whole numbers over `2^m`."""
    factors = {key(name): share_of(factor) for name, factor in recipes.read(text).factors.items()}
    found = sums.exact(GRAPH.pasts, key("h"), factors, "recipe")
    total = np.zeros(5, np.int64)
    for term in found.terms:
        total += term.factor * integers[term.commit.rstrip(b"\0").decode()]
    return total * QUANTUM / (1 << found.m)


def listed(weights: dict[str, str]) -> str:
    lines = [f"  - model: {name}\n    parameters: {{weight: {weight}}}\n" for name, weight in weights.items()]
    return "models:\n" + "".join(lines)


@st.composite
def vectors(draw: st.DrawFn) -> dict[str, npt.NDArray[np.int64]]:
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    return {name: random.integers(-(2**30), 2**30, 5) for name in "gh" + NAMES} | {"g": np.zeros(5, np.int64)}


weight = st.integers(-64, 64).map(lambda number: str(number / 32))


@given(vectors(), st.lists(st.integers(1, 60), min_size=2, max_size=4))
def test_linear_is_the_weighted_mean_of_weights(integers: Any, parts: list[int]) -> None:
    # Weights whose sum is a power of two, so that the mean is exact.
    parts[-1] += (1 << sum(parts).bit_length()) - sum(parts)
    weights = {name: str(part / 16) for name, part in zip(NAMES, parts, strict=False)}
    base = np.linspace(-1, 1, 5)
    models = {name: base + QUANTUM * integers[name] for name in weights}
    wanted = sum(float(part) * models[name] for name, part in weights.items()) / sum(
        map(float, weights.values())
    )
    text = "merge_method: linear\n" + listed(weights)
    found = base + made(text, integers)
    assert np.abs(found - wanted).max() <= QUANTUM


@given(vectors(), st.lists(weight, min_size=1, max_size=4), st.sampled_from(["0.5", "1", "-1", "2"]))
def test_task_arithmetic_adds_changes_to_the_base_model(integers: Any, given_: list[str], scale: str) -> None:
    weights = dict(zip(NAMES, given_, strict=False))
    if not any(map(float, given_)):
        return
    base = np.linspace(-1, 1, 5)
    start = base + QUANTUM * integers["h"]
    changes = (float(part) * (base + QUANTUM * integers[name] - start) for name, part in weights.items())
    wanted = start + float(scale) * sum(changes)
    text = f"merge_method: task_arithmetic\nbase_model: h\n{listed(weights)}parameters: {{lambda: {scale}}}\n"
    assert np.abs(base + made(text, integers) - wanted).max() <= QUANTUM


def test_task_arithmetic_may_count_from_the_genesis_and_lists_its_base() -> None:
    task = "merge_method: task_arithmetic\n"
    text = task + "base_model: g\nmodels: [{model: g}, {model: a}]\nparameters: {weight: 0.5}"
    assert recipes.read(text).factors == {"a": Fraction(1, 2), "g": Fraction(1, 2)}
    text = task + f"base_model: h\n{listed({'a': '3', 'b': '1'})}parameters: {{normalize: true}}"
    assert recipes.read(text).factors == {"a": Fraction(3, 4), "b": Fraction(1, 4), "h": 0}


def test_passthrough_is_one_model_as_it_is() -> None:
    assert recipes.read("merge_method: passthrough\nmodels: [{model: a}]\ndtype: float32").factors == {"a": 1}


@pytest.mark.parametrize("method", sorted(recipes.NOT_DONE))
def test_methods_that_are_no_sums_say_why(method: str) -> None:
    with pytest.raises(ConfigError, match=f"^{method} is no exact sum of heads: [a-z]") as refused:
        recipes.read(f"merge_method: {method}\nmodels: [{{model: a}}]")
    assert "commit --replace" in str(refused.value)


LINEAR = "merge_method: linear\n"
DARE = "merge_method: dare_linear\n"
DELLA = "merge_method: della_linear\n"
ONE_MASKED = DARE + "base_model: a\n" + listed({"b": "0.001"})
ONE_RANKED = DELLA + "base_model: a\n" + listed({"b": "1"})
STOCK = "merge_method: model_stock\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no `merge_method`"),
        ("a: [", "no recipe: it is not YAML"),
        ("a: &x [1]\nb: [*x, *x]", "alias"),
        ("merge_method: linear\nmerge_method: slerp", "twice"),
        ("[" * 100, "nested"),
        ("x" * 70_000, "longer"),
        ("merge_method: !!python/name:os.system x", "no recipe"),
        ("merge_method: mine", "'mine' is not known; there are linear, task_arithmetic, passthrough, dare"),
        (LINEAR, "lists its `models`"),
        (LINEAR + "slices: []\nmodels: [{model: a}]", "slices"),
        (LINEAR + "tokenizer_source: union\nmodels: [{model: a}]", "tokenizer_source"),
        (LINEAR + "models: [{model: a}]", "a has no weight"),
        (LINEAR + "models: [a]", "Each of `models`"),
        (LINEAR + listed({"a": "1"}) + "  - model: a\n", "named twice"),
        (LINEAR + listed({"a": "[0, 1]"}), "One weight for all tensors"),
        (LINEAR + listed({"a": "true"}), "no number"),
        (LINEAR + listed({"a": "1e999999999"}), "no number"),
        (LINEAR + listed({"a": ".inf"}), "no number"),
        (LINEAR + listed({"a": "1", "b": "-1"}), "sum to 0"),
        (LINEAR + listed({"a": "1", "b": "1"}) + "parameters: {normalize: false}", "scale the frozen base"),
        (LINEAR + listed({"a": "1"}) + "parameters: {normalize: perhaps}", "neither true nor false"),
        (LINEAR + listed({"a": "1"}) + "parameters: {density: 0.5}", "'density'"),
        (LINEAR + "models: [{model: a, parameters: {density: 1}}]", "'density'"),
        ("merge_method: task_arithmetic\n" + listed({"a": "1"}), "base_model"),
        ("merge_method: passthrough\nmodels: [{model: a}, {model: b}]", "one model as it is"),
        (DARE + "models: [{model: b}]", "dare_linear names a `base_model`"),
        (DARE + "base_model: a\nmodels: [{model: a}]", "no model but its base"),
        (DARE + "base_model: a\nmodels: [{model: b}]", "b has no weight"),
        (ONE_MASKED + "parameters: {gamma: 0.1}", "no parameter 'gamma'"),
        (ONE_MASKED + "parameters: {density: 0}", "density is more than 0"),
        (ONE_MASKED + "parameters: {density: [1, 0]}", "for all tensors"),
        (ONE_MASKED + "random_seed: -1", "random_seed is a whole number"),
        (ONE_MASKED + "parameters: {rescale: 1}", "neither true nor false"),
        (ONE_MASKED + "parameters: {lambda: 1/999999999999999989}", "so many digits"),
        (ONE_RANKED + "parameters: {density: 0.9}", "more epsilon"),
        (ONE_RANKED + "parameters: {density: 0.1}", "less and more epsilon"),
        (STOCK + "base_model: a\nmodels:\n" + "".join(f"- model: m{i}\n" for i in range(17)), "16 models"),
        (STOCK + "base_model: a\nmodels: [{model: a}, {model: b}]", "two models or more"),
        (STOCK + "base_model: a\n" + listed({"b": "1", "c": "1"}), "here there is none"),
    ],
)  # fmt: skip
def test_what_is_no_recipe_or_says_more_than_is_done_is_refused(text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why.replace("[", r"\[")):
        recipes.read(text)


def test_a_third_is_no_exact_share() -> None:
    text = LINEAR + listed({"a": "1", "b": "2"})
    with pytest.raises(ConfigError, match="1/3 of a head is no exact sum"):
        made(text, {})


@given(
    st.sampled_from(["dare_linear", "della_linear", "breadcrumbs", "model_stock"]),
    st.lists(st.decimals("-2", "2", places=3), min_size=2, max_size=4, unique=True),
    st.integers(0, 2**64 - 1),
    st.booleans(),
)
def test_a_made_recipe_is_read_again_from_what_a_message_has_of_it(
    method: str, weights: list[Any], seed: int, whether: bool
) -> None:
    stock = method == "model_stock"
    names = dict(zip(NAMES, map(str, weights), strict=False))
    text = "".join(
        f"- model: {name}\n" + ("" if stock else f"  parameters: {{weight: {w}}}\n")
        for name, w in names.items()
    )
    more = "filter_wise" if stock else "density: 1/3, lambda: 0.7, rescale"
    recipe = recipes.read(
        f"merge_method: {method}\nbase_model: h\nmodels:\n- model: h\n{text}"
        f"parameters: {{{more}: {str(whether).lower()}}}\n" + ("" if stock else f"random_seed: {seed}\n")
    )
    assert isinstance(recipe, made_recipes.Made)
    assert [part.model for part in recipe.parts] == [*names]
    assert recipe.seed == (0 if stock else seed)
    said = recipe.text({name: str(key(name)) for name in ["h", *names]})
    again = recipes.read(said)
    assert isinstance(again, made_recipes.Made)
    assert again.text({str(key(name)): str(key(name)) for name in ["h", *names]}) == said
    assert [part.factor for part in again.parts] == [part.factor for part in recipe.parts]
