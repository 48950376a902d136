"""Recipes that are no exact sum: the commit that they make, what it says, and that others make it anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from solders.pubkey import Pubkey

from e2e.team import Team, Tensors, trained, weights
from federity.cli.recipe import checked_text, made_text
from federity.errors import ConfigError, NothingToDo
from federity.objects.masks import lots
from federity.repository.reports.operation_reports import OperationReport
from federity.repository.reports.recipe_reports import MadeCommit
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm

WHOLE = {"ratio": 1.0}


async def branches(team: Team) -> Repository:
    """Two branches that parted at `main~1`, one push on each; `main` is checked out."""
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    await owner.branch_create("side")
    for seed, name in enumerate(("side", "main"), 1):
        model = weights()
        await owner.checkout(name, model)
        await owner.commit(trained(model, seed), "training", **WHOLE)
        await owner.push(level=0)
    return owner


def recipe(team: Team, text: str) -> Path:
    path = team.root / "recipe.yml"
    path.write_text(text)
    return path


def of(method: str, parameters: str = "") -> str:
    weight = "" if method == "model_stock" else ", parameters: {weight: %s}"
    return (
        f"merge_method: {method}\nbase_model: main~1\nmodels:\n- {{model: main~1}}\n"
        f"- {{model: main{weight and weight % '0.7'}}}\n- {{model: side{weight and weight % '0.3'}}}\n"
        f"parameters: {{{parameters}}}\n"
    )


async def made(owner: Repository, path: Path, **options: bool) -> MadeCommit:
    report = await owner.merge_recipe(path, **options)
    assert isinstance(report, MadeCommit)
    return report


async def head(owner: Repository) -> Tensors:
    """The weights of HEAD with its local commits."""
    model = weights(7)
    await owner.pull(model)
    return model


async def floats(owner: Repository, *names: str) -> list[Tensors]:
    return [dict(await owner.tensors(name)) for name in names]


def near(owner: Repository, found: Tensors, wanted: Tensors, step: float) -> None:
    """No further than half a step, and what floats round."""
    for spec in owner.workspace.manifest.tensors:
        off = np.abs(found[spec.name].astype(np.float64) - wanted[spec.name]).max()
        assert off <= step / 2 * 2.0**spec.exponent + 1e-6, spec.name


async def test_dare_is_made_here_pushed_and_made_anew_by_others(team: Team) -> None:
    owner = await branches(team)
    base, main, side = await floats(owner, "main~1", "main", "side")
    addresses = {name: (await owner.show(name)).address for name in ("main", "side", "main~1")}
    path = recipe(team, of("dare_linear", "density: 0.5, lambda: 8") + "random_seed: 11\n")
    before = owner.workspace.worktree.commits.all()
    planned = await made(owner, path, dry_run=True)
    assert (owner.workspace.worktree.commits.all(), planned.commit.id) == (before, "")
    assert "would be made" in made_text(planned)
    report = await made(owner, path)
    assert (report.commit.shift, report.commit.nonzero) == (planned.commit.shift, planned.commit.nonzero)
    assert "Merge main and side by dare_linear" in made_text(report)
    for part in (*addresses.values(), "random_seed: 11", "density: 0.5", "rescale: true"):
        assert part in report.commit.message
    # The formula of the paper in floats, with the lots that the recipe's seed draws.
    wanted: Tensors = {}
    for name in base:
        wanted[name] = base[name].astype(np.float64)
        for model, weight, at in ((main, 5.6, "main"), (side, 2.4, "side")):
            change = model[name].astype(np.float64) - base[name]
            drawn = lots(11, bytes(Pubkey.from_string(addresses[at])), name, change.shape)
            kept = np.where(drawn < 0.5, change, 0)
            wanted[name] += weight * kept * np.abs(change).sum() / np.abs(kept).sum()
    near(owner, await head(owner), wanted, report.step)
    assert (await owner.check_recipe(report.commit)).ok
    # The same once more says what rounding left, in finer steps, until the finest.
    finer = await made(owner, path)
    assert finer.step < report.step
    near(owner, await head(owner), wanted, finer.step)
    with pytest.raises(NothingToDo, match="HEAD is what the recipe makes"):
        for _ in range(3):
            await owner.merge_recipe(path)
    await owner.push(level=0)
    other = await team.clone("other", owner.url)
    checked = await other.check_recipe(report.commit.id)
    assert checked.ok
    assert checked.message == "Merge main and side by dare_linear"
    assert "value by value" in checked_text(checked)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("della_linear", "density: 0.5, epsilon: 0.2"),
        ("breadcrumbs", "density: 0.6, gamma: 0.1, lambda: 0.5"),
        ("model_stock", "filter_wise: false"),
    ],
)
async def test_other_methods_are_made_and_checked(team: Team, method: str, parameters: str) -> None:
    owner = await branches(team)
    report = await made(owner, recipe(team, of(method, parameters)), message="ours")
    assert report.commit.message.startswith("ours\n\nmerge_method: " + method)
    checked = await owner.check_recipe("HEAD")
    assert (checked.ok, checked.method, checked.message) == (True, method, "ours")
    assert checked.nonzero == report.commit.nonzero > 0
    if method != "model_stock":
        return
    base, main, side = await floats(owner, "main~1", "main~0", "side")
    wanted: Tensors = {}
    for name in base:
        changes = [(model[name].astype(np.float64) - base[name]).ravel() for model in (main, side)]
        cosine = changes[0] @ changes[1] / np.linalg.norm(changes[0]) / np.linalg.norm(changes[1])
        share = 2 * cosine / (1 + cosine)
        wanted[name] = base[name] + share * np.mean(changes, axis=0).reshape(base[name].shape)
    near(owner, await head(owner), wanted, report.step)


async def test_what_claims_a_recipe_and_is_not_of_it_is_told(team: Team) -> None:
    owner = await branches(team)
    report = await made(owner, recipe(team, of("dare_linear", "density: 0.5")))
    lie = report.commit.message.replace("random_seed: 0", "random_seed: 1")
    model = await head(owner)
    await owner.commit(trained(model, 9), lie, **WHOLE)
    await owner.push(level=0)
    checked = await owner.check_recipe("HEAD")
    assert not checked.ok
    assert checked.other > 0
    assert "values differ" in checked_text(checked)
    with pytest.raises(ConfigError, match="holds no recipe"):
        await owner.check_recipe("side")
    with pytest.raises(ConfigError, match="not one update alone"):
        await owner.check_recipe("side~1")


async def test_refused_before_anything_is_made(team: Team) -> None:
    owner = await branches(team)
    before = [path for path in owner.workspace.worktree.path.rglob("*") if "lock" not in path.name]
    for text, why in (
        (of("dare_linear", "density: 0.5").replace("side", "main~0"), "same commit"),
        (of("dare_linear", "lambda: 3000"), "by more than one commit holds"),
        (of("breadcrumbs") + "dtype: bfloat16\n", "wants bfloat16"),
    ):
        with pytest.raises(ConfigError, match=why):
            await owner.merge_recipe(recipe(team, text))
    after = [path for path in owner.workspace.worktree.path.rglob("*") if "lock" not in path.name]
    assert sorted(before) == sorted(after)


async def test_sums_are_sums_still(team: Team) -> None:
    owner = await branches(team)
    text = of("task_arithmetic").replace("0.7", "0.75").replace("0.3", "0.25")
    report = await owner.merge_recipe(recipe(team, text))
    assert isinstance(report, OperationReport)
