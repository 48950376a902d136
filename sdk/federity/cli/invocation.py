"""One run of a command: its arguments, its console, and the session and working copy it names."""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from federity.cli.output import Console, Result, short, sol
from federity.cli.parties import Parties
from federity.cli.refused import Refused
from federity.errors import ChainUnavailable, InsufficientFunds, WorktreeError

if TYPE_CHECKING:
    from federity import Repository, Session
    from federity.keypairs import KeypairFile
    from federity.progress import Progress as Step
    from federity.repository.reports import Cost
    from federity.repository.working_copy.settings import WorktreeConfig


class Priced(Protocol):
    """A report that says what its verb costs."""

    @property
    def cost(self) -> Cost:
        """What was, or would be, spent."""


P = TypeVar("P", bound=Priced)

NOTHING_SENT = "nothing was sent"
OFFLINE = "FEDERITY_OFFLINE"


@dataclass
class Invocation:
    """What a command function gets; it notes who acts, and what the payer has when a price is known."""

    args: argparse.Namespace
    console: Console
    acting: Session | None = None
    balance: int | None = None

    @asynccontextmanager
    async def session(self, here: WorktreeConfig | None = None) -> AsyncIterator[Session]:
        """Connect as the options say, else as the working copy `here` remembers, else as the settings say."""
        import federity
        from federity.keypairs import KeypairFile

        args = self.args
        if _none_is_asked():
            raise ChainUnavailable(
                f"`{args.typed}` needs the chain, and {OFFLINE} says that none is asked.",
                hint="Unset it when the chain can be reached.",
            )
        payer = None if args.fee_payer is None else KeypairFile(args.fee_payer, "--fee-payer")
        async with federity.connect(
            args.url or (None if here is None else here.url),
            keypair=self.keypair(here),
            fee_payer=payer,
            commitment=args.commitment,
            program=args.program,
            storage=getattr(args, "storage", None) or (None if here is None else here.storage or None),
        ) as session:
            self.acting = session
            yield session

    def keypair(self, here: WorktreeConfig | None = None) -> KeypairFile:
        """The keypair file that acts: `--keypair`, or the one that is found. Raises ConfigError."""
        from federity.config import Config
        from federity.keypairs import find

        remembered = None if here is None else here.wallet_file
        return find(self.args.keypair, remembered, Config.read())

    def local(self) -> Repository:
        """The working copy without a chain. Raises WorktreeError."""
        from federity import Repository

        return Repository.open(None)

    def here(self) -> WorktreeConfig | None:
        """What the working copy that the command runs in remembers, if it runs in one."""
        try:
            local = self.local()
        except WorktreeError:
            return None
        return local.workspace.worktree.config()

    @asynccontextmanager
    async def repository(self) -> AsyncIterator[Repository]:
        """The working copy with the chain it lives on. Raises WorktreeError, WrongCluster."""
        from federity import Repository

        async with self.session(self.local().workspace.worktree.config()) as session:
            yield Repository.open(session)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Repository]:
        """The working copy with its chain to read from; where that cannot be reached, or with
        FEDERITY_OFFLINE, with what was fetched of it, which is said. Raises as `repository`, and
        ChainUnavailable when nothing was fetched.
        """
        local = self.local()
        config = local.workspace.worktree.config()
        if getattr(self.args, "offline", False):
            yield type(local).open(self._apart(local, None))
            return
        async with AsyncExitStack() as stack:
            try:
                session = await stack.enter_async_context(self.session(config))
            except ChainUnavailable as error:
                session = self._apart(local, error)
            yield type(local).open(session)

    @asynccontextmanager
    async def moving(self) -> AsyncIterator[Repository]:
        """The working copy with its chain; with `--offline`, or with FEDERITY_OFFLINE, with what was fetched
        of it, which is said: what is asked of that is queued. Raises as `repository`, and ChainUnavailable
        when nothing was fetched.
        """
        local = self.local()
        if self.args.offline or _none_is_asked():
            yield type(local).open(self._apart(local, None))
            return
        async with AsyncExitStack() as stack:
            try:
                repository = await stack.enter_async_context(self.repository())
            except ChainUnavailable as error:
                if local.workspace.worktree.history.read() is not None:
                    error.hint = "With --offline it is worked out on what was fetched, and waits for a push."
                raise
            yield repository

    def _apart(self, local: Repository, error: ChainUnavailable | None) -> Session:
        """What was fetched, after it was said when. Raises the error, or another, when nothing was."""
        from federity.cli.output import moment
        from federity.repository.working_copy import offline

        worktree = local.workspace.worktree
        try:
            known = local.as_of()
        except ChainUnavailable as nothing:
            raise error or nothing from None
        self.console.note(f"offline: as of slot {known.slot}, fetched {moment(known.time)}")
        self.acting = offline.session(worktree, self.keypair(worktree.config()))
        return self.acting

    @asynccontextmanager
    async def starting(self) -> AsyncIterator[Session]:
        """A session to make a repository with; where the chain cannot be reached, which is said, one without
        it: the first push asks it.
        """
        from federity.config import Config, resolve_url
        from federity.repository.working_copy import offline

        async with AsyncExitStack() as stack:
            try:
                session = await stack.enter_async_context(self.session())
            except ChainUnavailable:
                url = resolve_url(self.args.url or Config.read().url)
                session = self.acting = offline.nowhere(url, self.keypair())
                self.console.note("offline: no chain was asked; the first `federity push` asks it")
            yield session

    def called(self) -> Callable[[str], str]:
        """What a table says for a wallet: its contact's name, else the start of its address.

        Raises ConfigError.
        """
        from federity.cli.contact import contacts

        names = {address: name for name, address in contacts().all().items()}
        return lambda address: names.get(address) or short(address)

    def who(self, wallet: str) -> str:
        """A wallet as a person named it and, where that is not its address, the address that is meant.

        Raises ConfigError, WalletError.
        """
        from federity.cli.contact import contacts
        from federity.wallet import address_of

        address = str(address_of(wallet, contacts()))
        return wallet if wallet == address else f"{wallet} ({address})"

    def on_progress(self, step: Step) -> None:
        """Draw what a verb is doing; this is an `OnProgress`."""
        self.console.line.update(step.stage, step.done, step.total, step.unit)

    async def pay(self, action: str, verb: Callable[[bool], Awaitable[P]]) -> P:
        """Run `verb(dry_run)` after its cost was shown and agreed to.

        With `--dry-run` the verb only says what it would do. With `--yes` it runs at once. Raises
        Refused when nobody can be asked, or the answer is no.
        """
        if self.acting is not None and not self.acting.reaches:
            return await verb(self.args.dry_run)
        if self.args.dry_run:
            estimate = await verb(True)
            await self._look_at_the_purse()
            return estimate
        if not self.args.yes:
            if not self.console.interactive:
                raise Refused(
                    f"{action} costs SOL and nobody can be asked here: add --yes, or --dry-run for the price"
                )
            price = (await verb(True)).cost
            await self._look_at_the_purse()
            self._refuse_without_funds(action, price)
            if self.acting is not None:
                self.console.note(Parties.of(self.acting).text(self.balance))
            if not self.console.ask(f"{action}: {price}. Go on?", NOTHING_SENT):
                raise Refused(NOTHING_SENT)
        return await verb(False)

    async def _look_at_the_purse(self) -> None:
        if self.acting is not None:
            self.balance = await self.acting.chain.balance(self.acting.payer.pubkey)

    def _refuse_without_funds(self, action: str, price: Cost) -> None:
        if self.acting is not None and self.balance is not None and self.balance < price.lamports:
            raise InsufficientFunds(
                f"{action} costs {sol(price.lamports)}; {self.acting.payer.pubkey} has {sol(self.balance)}."
            )

    def priced(self, report: Priced, document: dict[str, object], text: str) -> Result:
        """A result that ends with who signed, who paid, and what it cost."""
        cost = f"{'would cost' if self.args.dry_run else 'cost'}: {report.cost}"
        if self.acting is None:
            return Result(document, f"{text}\n{cost}")
        if not self.acting.reaches:
            return Result(document, text)
        parties = Parties.of(self.acting)
        short = self.balance is not None and self.balance < report.cost.lamports
        missing = f"\nthe payer has {sol(self.balance or 0)}: too little" if short else ""
        said = f"{text}\n{parties.text()}\n{cost}{missing}"
        return Result({**document, **parties.to_json(self.balance)}, said)


def _none_is_asked() -> bool:
    """Whether the environment says that no chain is asked."""
    return os.environ.get(OFFLINE, "") not in {"", "0"}
