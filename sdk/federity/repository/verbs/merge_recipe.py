"""`merge --config`: the head that a recipe of mergekit makes of heads, exact, or a commit of that."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from federity.repository.ledger.shares import number_of, share_of
from federity.repository.reports.operation_reports import OperationReport
from federity.repository.verbs.operate import Standing, operate
from federity.repository.verbs.saying import Saying, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federity.repository.ledger.shares import Share
    from federity.repository.working_copy.workspace import Workspace

MOST = 1 << 16


def suited(workspace: Workspace, path: Path) -> recipes.Recipe | Made:
    """A recipe for this model. Raises ConfigError (not one, or no exact sum of heads), FileUnavailable."""
    recipe = read(path)
    kept = sorted({str(DTYPES[spec.dtype]) for spec in workspace.manifest.tensors})
    if other := sorted(recipe.dtypes - ({*kept} if len(kept) == 1 else set())):
        raise ConfigError(
            f"The recipe wants {other[0]}, and weights stay what they are: {', '.join(kept)}.",
            hint="Leave `dtype` and `out_dtype` out.",
        )
    return recipe


def words(recipe: recipes.Recipe) -> str:
    """What is said of a recipe's result without a message."""
    return f"Merge {listed([*recipe.factors])} by {recipe.method}"


async def merge_recipe(
    workspace: Workspace,
    there: Standing,
    factors: Mapping[Any, Share],
    said: Saying,
    dry_run: bool,
    on_progress: OnProgress,
) -> OperationReport:
    """The sum of heads that a recipe says, each with its factor; the caller holds the lock. Raises as
    `Repository.merge_recipe`.
    """
    head = there.branch.head
    found: dict[Pubkey, Fraction] = {}
    for name, factor in factors.items():
        address = await resolve(workspace, name)
        commit = await workspace.commit(address)
        workspace.check_lineage(bytes(commit.lineage))
        check_history(address, commit)
        found[address] = found.get(address, Fraction(0)) + number_of(factor)
    shares = {address: share_of(factor) for address, factor in found.items()}
    below = await graph(workspace, head, *shares)
    wanted = sums.exact(below.pasts, head, shares, "recipe")
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
