"""`merge --config`: the head that a recipe of mergekit makes of heads, exact, or a commit of that."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity.errors import ConfigError
from federity.files import reading
from federity.objects.dtypes import DTYPES
from federity.progress import OnProgress
from federity.repository.ledger import recipes, sums
from federity.repository.ledger.changes import check_history
from federity.repository.ledger.made_recipes import Made
from federity.repository.ledger.past import graph
from federity.repository.ledger.references import resolve
from federity.repository.ledger.shares import share_of
from federity.repository.reports.operation_reports import OperationReport
from federity.repository.reports.recipe_reports import MadeCommit
from federity.repository.verbs import merge_made
from federity.repository.verbs.operate import operate, standing
from federity.repository.verbs.saying import Saying, listed

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

MOST = 1 << 16


async def merge_recipe(
    workspace: Workspace, path: Path, message: str | None, dry_run: bool, on_progress: OnProgress
) -> OperationReport | MadeCommit:
    """See `Repository.merge_recipe`."""
    recipe = read(path)
    kept = sorted({str(DTYPES[spec.dtype]) for spec in workspace.manifest.tensors})
    if other := sorted(recipe.dtypes - ({*kept} if len(kept) == 1 else set())):
        raise ConfigError(
            f"The recipe wants {other[0]}, and weights stay what they are: {', '.join(kept)}.",
            hint="Leave `dtype` and `out_dtype` out.",
        )
    async with workspace.worktree.lock("merge"):
        if isinstance(recipe, Made):
            return await merge_made.make(workspace, recipe, message, dry_run, on_progress)
        there = await standing(workspace)
        head = there.branch.head
        factors: dict[Pubkey, Fraction] = {}
        for name, factor in recipe.factors.items():
            address = await resolve(workspace, name)
            commit = await workspace.commit(address)
            workspace.check_lineage(bytes(commit.lineage))
            check_history(address, commit)
            factors[address] = factors.get(address, Fraction(0)) + factor
        shares = {address: share_of(factor) for address, factor in factors.items()}
        below = await graph(workspace, head, *shares)
        wanted = sums.exact(below.pasts, head, shares, "recipe")
        said = Saying.of(message, f"Merge {listed([*recipe.factors])} by {recipe.method}")
        return await operate(workspace, there, wanted, [*shares], said, dry_run, on_progress)


def read(path: Path) -> recipes.Recipe | Made:
    """The recipe in a file. Raises ConfigError, FileUnavailable."""
    with reading(path), path.open("rb") as file:
        data = file.read(MOST + 1)
    try:
        return recipes.read(data.decode())
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no text.") from error


def makes_commit(path: Path) -> bool:
    """Whether the recipe in a file makes a local commit, for which no chain is asked. Raises as `read`."""
    return isinstance(read(path), Made)
