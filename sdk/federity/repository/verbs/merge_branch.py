"""`merge BRANCH...`: the head with all, or a share, of what other branches did since they parted, exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity.errors import ConfigError
from federity.progress import OnProgress
from federity.repository.ledger import sums
from federity.repository.ledger.changes import check_history
from federity.repository.ledger.holdings import beyond, parted
from federity.repository.ledger.past import graph
from federity.repository.ledger.references import name_at, resolve
from federity.repository.ledger.shares import Share, equal, share_of
from federity.repository.reports.operation_reports import OperationReport
from federity.repository.verbs.operate import Standing, operate
from federity.repository.verbs.saying import Saying, merging

if TYPE_CHECKING:
    from federity.repository.ledger.merging import Factors
    from federity.repository.ledger.past import Graph
    from federity.repository.working_copy.workspace import Workspace


@dataclass(frozen=True)
class Manner:
    """How sides come in: by shares of what they did, or of themselves in an `average`; or only whole, as
    what the head becomes (`ff_only`).
    """

    weights: Mapping[Any, Share] = field(default_factory=dict)
    average: bool = False
    ff_only: bool = False


async def merge_branch(
    workspace: Workspace,
    there: Standing,
    sides: Sequence[Any],
    manner: Manner,
    message: str | None,
    dry_run: bool,
    on_progress: OnProgress,
) -> OperationReport:
    """See `Repository.merge_branch`; the caller holds the lock."""
    head = there.branch.head
    addresses = [await resolve(workspace, side) for side in sides]
    for address in addresses:
        commit = await workspace.commit(address)
        workspace.check_lineage(bytes(commit.lineage))
        check_history(address, commit)
    if len({*addresses}) < len(addresses):
        raise ConfigError("The same commit is named twice.")
    shares = await _shares(workspace, head, dict(zip(addresses, sides, strict=True)), manner)
    combined = sums.averaged if manner.average else sums.merged
    below = await graph(workspace, head, *addresses)
    wanted = combined(below, head, shares)
    if not manner.average and all(0 < share <= 1 for share in shares.values()):
        await _check_once(workspace, below, wanted, [head, *addresses])
    if manner.ff_only and wanted.what != "fast-forward":
        raise ConfigError(
            "The head has gone on since they parted: it cannot be fast-forwarded.",
            hint="Merge without `--ff-only`.",
        )
    word = "Average" if manner.average else "Merge"
    said = Saying.of(message, await merging(workspace, word, sides, addresses, there.branch))
    return await operate(workspace, there, wanted, addresses, said, dry_run, on_progress)


async def _check_once(workspace: Workspace, below: Graph, wanted: sums.Sum, heads: Sequence[Pubkey]) -> None:
    """Refuse to take a change in twice that the head, or a side, has by a pick. Raises ConfigError."""
    wrong = beyond(below, await parted(workspace, below), wanted, heads)
    if not wrong:
        return
    at, held = next(iter(wrong.items()))
    name = await name_at(workspace, at)
    if held > 0:
        raise ConfigError(
            f"The merge would take in the change of {name} {held} times: it was picked, too.",
            hint=f"Take it out of this branch first: `federity revert {name}`, then merge.",
        )
    raise ConfigError(
        f"The merge would take out the change of {name} twice: more than one of these reverted it.",
        hint=f"Bring it back into this branch first: `federity cherry-pick {name}`, then merge.",
    )


async def _shares(workspace: Workspace, head: Pubkey, sides: Mapping[Pubkey, Any], manner: Manner) -> Factors:
    """The share of each side, and in an average the head's. Raises ConfigError."""
    given = {await resolve(workspace, name): share_of(share) for name, share in manner.weights.items()}
    heads = [head, *sides] if manner.average else [*sides]
    if unknown := [name for name, at in zip(manner.weights, given, strict=True) if at not in heads]:
        raise ConfigError(
            f"{unknown[0]} has a weight, and is not among what is merged.",
            hint="HEAD has one in an average only." if head in given else None,
        )
    if not manner.average:
        return {side: given.get(side, sums.ONE) for side in sides}
    if not given:
        return dict(zip(heads, equal(len(heads)), strict=True))
    if missing := [name for side, name in sides.items() if side not in given]:
        raise ConfigError(
            f"{missing[0]} has no share of the average.", hint="Name one for each, or for none."
        )
    rest = sums.ONE - sum((share for at, share in given.items() if at != head), Fraction(0))
    return {**given, head: given.get(head, rest)}
