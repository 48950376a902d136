"""What recipes make of changes, against the papers' formulae in floats: within one of the smallest units."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from federity.objects.masks import Lots, lots
from federity.repository.ledger import recipes
from federity.repository.ledger.made_recipes import Made, Part
from federity.repository.ledger.making import combined

SHAPES = [(40,), (8, 9), (3, 4, 5), (), (0, 3)]
Floats = npt.NDArray[np.float64]


def draw(part: Part, shape: tuple[int, ...]) -> Lots:
    return lots(5, part.model.encode().ljust(32, b"\0"), "t", shape)


def made(method: str, **parameters: object) -> Made:
    options = ", ".join(f"{name}: {str(value).lower()}" for name, value in parameters.items())
    weights = "" if method == "model_stock" else ", parameters: {weight: %s}"
    models = [
        f"{{model: {name}{weights % w if weights else ''}}}" for name, w in zip("abc", WEIGHTS, strict=True)
    ]
    found = recipes.read(
        f"merge_method: {method}\nbase_model: h\nmodels: [{', '.join(models)}]\nparameters: {{{options}}}"
    )
    assert isinstance(found, Made)
    return found


WEIGHTS = ("0.3", "-0.7", "1.1")


def changes(shape: tuple[int, ...]) -> list[npt.NDArray[np.int64]]:
    random = np.random.default_rng(len(shape))
    common = random.integers(-(2**30), 2**30, shape)
    return [np.asarray(common + random.integers(-(2**30), 2**30, shape)) for _ in WEIGHTS]


def scaled_up(masked: Floats, whole: Floats) -> Floats:
    after = np.abs(masked).sum()
    return masked * (np.abs(whole).sum() / after) if after else masked


def check(recipe: Made, shape: tuple[int, ...], mask: Any, rescale: bool, scale: float = 1.0) -> None:
    given = changes(shape)
    wanted = np.zeros(shape)
    for part, change, weight in zip(recipe.parts, given, WEIGHTS, strict=True):
        masked = np.where(mask(change, draw(part, shape)), change, 0).astype(np.float64)
        kept = scaled_up(masked, change.astype(np.float64)) if rescale else masked
        wanted += float(weight) * scale * kept
    found = combined(recipe, given, lambda part: draw(part, shape))
    assert found.shape == shape
    if found.size:
        assert np.abs(found - wanted).max() <= 3


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rescale", [True, False])
def test_dare_keeps_by_lot_and_scales_up(shape: tuple[int, ...], rescale: bool) -> None:
    recipe = made("dare_linear", density="0.4", rescale=rescale)
    check(recipe, shape, lambda change, drawn: drawn < 0.4, rescale)


@pytest.mark.parametrize("shape", SHAPES)
def test_della_keeps_large_ones_of_a_row_more_likely(shape: tuple[int, ...]) -> None:
    def mask(change: Any, drawn: Any) -> Any:
        rows = np.abs(change.reshape(1, -1) if change.ndim < 2 else change)
        ranks = np.apply_along_axis(lambda row: row.argsort().argsort(), 1, rows) if rows.size else rows
        count = rows.shape[1]
        place = ranks / (count - 1) if count > 1 else 0.5
        return drawn < np.broadcast_to(0.35 + 0.2 * place, rows.shape).reshape(change.shape)

    recipe = made("della_linear", density="0.45", epsilon="0.1")
    check(recipe, shape, mask, True)


@pytest.mark.parametrize("shape", SHAPES)
def test_breadcrumbs_leaves_out_both_tails_and_scales_nothing(shape: tuple[int, ...]) -> None:
    def mask(change: Any, _: Any) -> Any:
        size, sizes = change.size, np.sort(np.abs(change).reshape(-1))
        kept, top = int(0.6 * size), int(0.1 * size)
        inside = sizes[size - kept - top : size - top]
        return np.isin(np.abs(change), inside)

    recipe = made("breadcrumbs", density="0.6", gamma="0.1")
    check(recipe, shape, mask, False)


def test_density_1_lambda_and_normalize_are_plain_task_arithmetic() -> None:
    recipe = made("dare_linear", normalize=True, **{"lambda": "0.5"})
    check(recipe, (40,), lambda change, drawn: drawn < 2, False, 0.5 / 0.7)
    assert recipe.parts[0].factor == Fraction(3, 14)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("filter_wise", [True, False])
def test_model_stock_goes_a_share_of_the_way_to_the_mean(shape: tuple[int, ...], filter_wise: bool) -> None:
    given = changes(shape)
    found = combined(made("model_stock", filter_wise=filter_wise), given, lambda _: np.zeros(shape))
    assert found.shape == shape
    if not found.size:
        return
    width = shape[-1] if filter_wise and shape else found.size
    rows = np.stack([change.reshape(-1, width) for change in given]).astype(np.float64)
    unit = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    cosine = np.mean([(unit[i] * unit[j]).sum(-1) for i in range(3) for j in range(i)], axis=0)
    share = 3 * cosine / (1 + 2 * cosine)
    wanted = share[:, None] * rows.mean(0)
    assert np.abs(found.reshape(-1, width) - wanted).max() <= 2 + 1e-9 * np.abs(wanted).max()


def test_a_change_of_nothing_is_not_scaled() -> None:
    zero = [np.zeros(6, np.int64)] * 3
    recipe = made("dare_linear", density="0.4")
    assert not combined(recipe, zero, lambda part: draw(part, (6,))).any()
