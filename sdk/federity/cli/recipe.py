"""`federity merge --config` and `--check`: what a recipe of mergekit makes, as a sum or as a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.cli.history_text import subject
from federity.cli.operation_text import operation_text
from federity.cli.output import Result, short
from federity.repository.reports.recipe_reports import CheckedRecipe, MadeCommit

if TYPE_CHECKING:
    from federity.cli.invocation import Invocation
    from federity.repository.reports.operation_reports import OperationReport
    from federity.repository.repository import Repository

DIFFERENT = 1


async def merged(invocation: Invocation) -> Result:
    """Do what the recipe says: a commit is made here and costs nothing, a sum is paid for."""
    from federity.repository.verbs import merge_recipe

    args = invocation.args

    async def merge(repository: Repository, dry_run: bool) -> OperationReport | MadeCommit:
        return await repository.merge_recipe(
            args.config, message=args.message, dry_run=dry_run, on_progress=invocation.on_progress
        )

    if merge_recipe.makes_commit(args.config):
        async with invocation.reading() as repository:
            made = await merge(repository, args.dry_run)
        return Result(made.to_json(), _text(made, args.dry_run))
    async with invocation.moving() as repository:
        report = await invocation.pay(f"Merging by {args.config}", lambda dry_run: merge(repository, dry_run))
    return invocation.priced(report, report.to_json(), _text(report, args.dry_run))


def _text(report: OperationReport | MadeCommit, dry_run: bool) -> str:
    return made_text(report) if isinstance(report, MadeCommit) else operation_text(report, dry_run)


async def checked(invocation: Invocation) -> Result:
    """Make a commit anew of its message, and say whether it is that."""
    async with invocation.reading() as repository:
        report = await repository.check_recipe(invocation.args.check, on_progress=invocation.on_progress)
    return Result(report.to_json(), checked_text(report), 0 if report.ok else DIFFERENT)


def made_text(report: MadeCommit) -> str:
    """A commit that a recipe made, how near it is to the recipe, and what follows."""
    made = report.commit
    values = f"{made.nonzero} of {made.elements} values"
    if report.dry_run:
        lines = [f"{report.method}: a commit of {values} would be made"]
    else:
        lines = [f"{short(made.id)}: {subject(made.message)} ({values}, {made.delta_bytes} bytes)"]
    lines.append(f"each within half a step of the recipe; a step is {report.step:g} of its tensor's unit")
    if not report.dry_run:
        lines.append("`federity pull` loads it, `federity push` sends it")
    return "\n".join(lines)


def checked_text(report: CheckedRecipe) -> str:
    """Whether a commit is what its recipe makes."""
    name = short(report.commit)
    if report.ok:
        return f"{name} is what its recipe makes ({report.method}), value by value"
    return f"{name} is not what its recipe makes ({report.method}): {report.other} values differ"
