"""What all verbs share that change one fact on the chain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.output import Result

if TYPE_CHECKING:
    from federity.repository.reports import TransactionReport


async def transaction(
    invocation: Invocation, action: str, verb: Callable[[bool], Awaitable[TransactionReport]]
) -> Result:
    """Show the cost, ask, run `verb(dry_run)` and report."""
    report = await invocation.pay(action, verb)
    return invocation.priced(report, report.to_json(), f"{report.action} {report.subject}".rstrip())
