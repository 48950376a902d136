"""One run of a command: its arguments, its console, and the session and working copy it names."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from federity.cli.failures import Refused
from federity.cli.output import Console, Result, size, sol

if TYPE_CHECKING:
    from federity import Repository, Session
    from federity.progress import Progress as Step
    from federity.repository.reports import Cost


class Priced(Protocol):
    """A report that says what its verb costs."""

    @property
    def cost(self) -> Cost:
        """What was, or would be, spent."""


P = TypeVar("P", bound=Priced)


@dataclass(frozen=True)
class Invocation:
    """What a command function gets."""

    args: argparse.Namespace
    console: Console

    @asynccontextmanager
    async def session(self, url: str | None = None) -> AsyncIterator[Session]:
        """Connect to the chain that `--url`, else `url`, else the settings name."""
        import federity

        args = self.args
        async with federity.connect(
            args.url or url,
            keypair=args.keypair,
            fee_payer=args.fee_payer,
            commitment=args.commitment,
            program=args.program,
        ) as session:
            yield session

    def local(self) -> Repository:
        """The working copy without a chain. Raises WorktreeError."""
        from federity import Repository

        return Repository.open(None)

    @asynccontextmanager
    async def repository(self) -> AsyncIterator[Repository]:
        """The working copy with the chain it lives on. Raises WorktreeError, WrongCluster."""
        from federity import Repository

        url = self.local().workspace.worktree.config().url
        async with self.session(url) as session:
            yield Repository.open(session)

    def on_progress(self, step: Step) -> None:
        """Draw what a verb is doing; this is an `OnProgress`."""
        self.console.line.update(step.stage, step.done, step.total, step.unit)

    async def pay(self, action: str, verb: Callable[[bool], Awaitable[P]]) -> P:
        """Run `verb(dry_run)` after its cost was shown and agreed to.

        With `--dry-run` the verb only says what it would do. With `--yes` it runs at once. Raises
        Refused when nobody can be asked, or the answer is no.
        """
        if self.args.dry_run:
            return await verb(True)
        if not self.args.yes:
            if not self.console.interactive:
                raise Refused(
                    f"{action} costs SOL and nobody can be asked here: add --yes, or --dry-run for the price"
                )
            price = (await verb(True)).cost
            if not self.console.ask(f"{action}: {describe(price)}. Go on?"):
                raise Refused("nothing was sent")
        return await verb(False)

    def priced(self, report: Priced, document: dict[str, object], text: str) -> Result:
        """A result that ends with what it cost."""
        label = "would cost" if self.args.dry_run else "cost"
        return Result(document, f"{text}\n{label}: {describe(report.cost)}")


def describe(cost: Cost) -> str:
    """A cost in words: `2 transactions, 0.000015 SOL fees, 0.00204 SOL rent, 1.2 kB uploaded`."""
    parts = [
        f"{cost.transactions} transaction{'' if cost.transactions == 1 else 's'}",
        f"{sol(cost.fees)} fees" + (f" ({sol(cost.priority)} of them for priority)" if cost.priority else ""),
    ]
    if cost.rent:
        parts.append(f"{sol(cost.rent)} rent")
    if cost.uploaded_bytes:
        parts.append(f"{size(cost.uploaded_bytes)} uploaded")
    return ", ".join(parts)
