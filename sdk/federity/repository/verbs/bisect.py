"""`bisect`: find the first bad commit, by halving what lies between a good one and a bad one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity.errors import ConfigError, NothingToDo
from federity.progress import OnProgress
from federity.repository.ledger.bisection import Step, step
from federity.repository.ledger.past import graph
from federity.repository.ledger.references import name_at, resolve
from federity.repository.reports.bisect_reports import BisectReport
from federity.repository.verbs.checkout import checkout
from federity.repository.verbs.restore import restore
from federity.repository.working_copy.bisecting import Search

if TYPE_CHECKING:
    from federity.repository.reports.local_reports import RestoreReport
    from federity.repository.working_copy.workspace import Workspace

GOOD, BAD, SKIP = "good", "bad", "skip"


async def start(workspace: Workspace, bad: Any, good: Sequence[Any], on_progress: OnProgress) -> BisectReport:
    """See `Repository.bisect_start`."""
    await workspace.check_chain()
    search = Search(
        bad="" if bad is None else str(await resolve(workspace, bad)),
        good=tuple([str(await resolve(workspace, one)) for one in good]),
    )
    return await _next(workspace, search, on_progress)


async def mark(
    workspace: Workspace, verdict: str, commits: Sequence[Any], on_progress: OnProgress
) -> BisectReport:
    """See `Repository.bisect_mark`."""
    await workspace.check_chain()
    search = workspace.worktree.bisecting.read()
    named = tuple([str(await resolve(workspace, one)) for one in commits])
    if not named and not search.looked:
        raise ConfigError(f"Name the {verdict} commit: no commit of the search is in hand yet.")
    named = named or (search.looked,)
    if verdict == BAD:
        if len(named) != 1:
            raise ConfigError("One commit is the bad one: name one.")
        search = replace(search, bad=named[0])
    elif verdict == GOOD:
        search = replace(search, good=tuple(dict.fromkeys((*search.good, *named))))
    else:
        search = replace(search, skipped=(*search.skipped, *named))
    return await _next(workspace, search, on_progress)


async def reset(workspace: Workspace, on_progress: OnProgress) -> RestoreReport:
    """See `Repository.bisect_reset`."""
    workspace.worktree.bisecting.read()
    report = await restore(workspace, "HEAD", None, on_progress)
    async with workspace.worktree.lock("bisect"):
        workspace.worktree.bisecting.end()
    return report


async def _next(workspace: Workspace, search: Search, on_progress: OnProgress) -> BisectReport:
    """Look at the next commit, and keep what was said once its weights are in hand."""
    found = await _step(workspace, search)
    looked = found.next if found is not None and not found.found else None
    if looked is not None:
        await checkout(workspace, str(looked), None, False, on_progress)
    search = replace(search, looked=search.looked if looked is None else str(looked))
    async with workspace.worktree.lock("bisect"):
        workspace.worktree.bisecting.write(search)
    if found is None:
        return BisectReport()
    suspects = found.suspects
    if looked is None and not found.found:
        raise NothingToDo(
            f"Only commits that were skipped are left: one of {len(suspects)} is the first bad one.",
            hint="`federity bisect reset` ends the search.",
        )
    first = suspects[0] if found.found else None
    return BisectReport(
        left=len(suspects) - 1,
        looked="" if looked is None else str(looked),
        looked_id="" if looked is None else await name_at(workspace, looked),
        first_bad="" if first is None else str(first),
        first_bad_id="" if first is None else await name_at(workspace, first),
    )


async def _step(workspace: Workspace, search: Search) -> Step | None:
    """What there is to look at; None until a bad and a good commit were named."""
    if not search.bad or not search.good:
        return None
    bad, good, skipped = (
        [Pubkey.from_string(one) for one in named] for named in ((search.bad,), search.good, search.skipped)
    )
    return step(await graph(workspace, bad[0]), bad[0], good, skipped)
