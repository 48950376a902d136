"""The loop: look, plan, act. Nothing is remembered that the chain does not say again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

from solders.pubkey import Pubkey

import federity
from federity.chain.base import ChainClient
from federity.errors import (
    ChainDamaged,
    ChainUnavailable,
    ConfigError,
    FederityError,
    FileUnavailable,
    NotFound,
    StorageFull,
)
from federity.repository.repository import Repository
from federity.repository.working_copy.worktree import MODEL
from federity.session import Session
from federity_keeper.config import MOST_PATIENCE, Config
from federity_keeper.evaluation import Evaluator, load_evaluator
from federity_keeper.events import Log
from federity_keeper.health import Health
from federity_keeper.jobs.compare import compare
from federity_keeper.jobs.inspect import inspect
from federity_keeper.journal import Journal
from federity_keeper.metrics import serving
from federity_keeper.planner import (
    Accept,
    Action,
    Compare,
    Expire,
    Inspect,
    Lock,
    Merge,
    OpenRound,
    Repost,
    State,
    plan,
)
from federity_keeper.readiness import Finding, findings
from federity_keeper.submitter import Submitter
from federity_keeper.watcher import watch

__all__ = ["Keeper", "open_keeper", "pause"]


class Keeper:
    """One keeper of one branch. Made by `open_keeper`."""

    def __init__(
        self, repository: Repository, journal: Journal, config: Config, evaluator: Evaluator | None, log: Log
    ) -> None:
        """Take the keeper's own working copy, whose session sends through a `Submitter`."""
        self._repository = repository
        self._journal = journal
        self._config = config
        self._evaluator = evaluator
        self._log = log
        self._submitter = cast(Submitter, repository.workspace.session.chain)
        self.health = Health(config.state / "health")
        # Whether nothing has failed since all was last found as it should be, and whether the evaluator has
        # not been seen to work since it last failed.
        self._sure = False
        self._doubted = evaluator is not None

    async def run(self, stop: asyncio.Event) -> None:
        """Look, plan and act until `stop` is set.

        Outages, and whatever keeps the keeper from being ready, are waited out with growing pauses; a full
        disk or a damaged chain is raised.
        """
        failures = 0
        while not stop.is_set():
            busy = False
            try:
                # The cause of a failure may be one that an owner has to mend; each of those has a name.
                if self._sure or await self._ready():
                    busy = await self.step()
            except (StorageFull, ChainDamaged):
                raise
            except FederityError as error:
                self._complain("error", error)
            failures = 0 if self._sure else failures + 1
            if not busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause(self._config.interval, failures))

    async def check(self, measure: bool = True) -> list[Finding]:
        """Look at all that the keeper needs, at its evaluator only to `measure`, as that may take long.

        Raises ChainUnavailable, WalletError, NotFound.
        """
        evaluator = self._evaluator if measure else None
        found = [finding async for finding in findings(self._repository.workspace, self._config, evaluator)]
        for finding in found:
            if finding.subject == "role":
                self.health.role = finding.found
            if finding.subject == "balance":
                self.health.balance = finding.number
        self.health.ready = not any(finding.error for finding in found)
        self.health.write()
        self._doubted &= not (measure and self.health.ready)
        return found

    async def _ready(self) -> bool:
        errors = [finding.error for finding in await self.check(self._doubted) if finding.error]
        for error in errors:
            self._complain("not_ready", error)
        self.health.write()
        self._sure = not errors
        return self._sure

    async def once(self) -> None:
        """Act until there is nothing left to do but wait.

        Raises what keeps the keeper from being ready, then the error that a plan could not get past.
        """
        for finding in await self.check():
            if finding.error:
                raise finding.error
        refused = None
        while True:
            state = await self._look()
            actions = self._plan(state)
            if not actions:
                if not self.health.actions:
                    self._log.write("idle", round=self.health.round, head=state.head, slot=state.slot)
                return
            try:
                unread = None
                for action in actions:
                    try:
                        await self._act(action)
                    except FileUnavailable as error:
                        if not _concerns_one(action, error):
                            raise
                        unread = error
                if unread is not None:
                    raise unread
            except FederityError as error:
                # Another keeper was faster, or the step is truly refused: then the same state is refused
                # twice, whatever the slot.
                if refused == replace(state, slot=0):
                    raise
                refused = replace(state, slot=0)
                self._complain("refused", error)

    async def step(self) -> bool:
        """Look once and do what there is to do; whether there was anything, all of it done."""
        state = await self._look()
        unread = False
        for action in self._plan(state):
            try:
                await self._act(action)
            except (StorageFull, ChainDamaged, ChainUnavailable):
                raise
            except FederityError as error:
                self._complain("refused", error, action=type(action).__name__.lower())
                if not _concerns_one(action, error):
                    return False
                unread = True
        if unread:
            return False
        self.health.error = ""
        return bool(self._plan(state))

    async def _look(self) -> State:
        self.health.looks += 1
        try:
            if self._submitter.unknown:
                await _recover(self._submitter, self._log)
            state = await watch(self._repository.workspace)
        except ChainUnavailable as error:
            self.health.slot, self.health.error = None, error.sentence
            self.health.write()
            raise
        self.health.slot, self.health.head = state.slot, state.head
        self.health.round = None if state.round is None else state.round.index
        self.health.write()
        return state

    def _plan(self, state: State) -> list[Action]:
        return plan(state, self._journal.verdicts(), self._config.policy, self._journal.distances())

    def _complain(self, event: str, error: FederityError, **facts: object) -> None:
        self._sure = False
        self._doubted |= isinstance(error, ConfigError)
        self.health.refusals += 1
        self.health.error = error.sentence
        self._log.write(event, error=type(error).__name__, message=error.sentence, hint=error.hint, **facts)

    async def _act(self, action: Action) -> None:
        repository = self._repository
        match action:
            case OpenRound():
                report = await repository.round_open()
                self._log.write("opened", round=int(report.subject), transactions=report.cost.transactions)
            case Inspect(commit):
                await self._inspect(commit)
            case Compare(commits):
                self._journal.compare(await compare(repository.workspace, commits))
                self._log.write("compared", commits=list(commits))
            case Accept(commit):
                accepted = await repository.accept(commit)
                self._log.write("accepted", id=accepted.id, commit=commit, waiting_for=accepted.waiting_for)
            case Lock(index):
                await repository.round_lock()
                self._log.write("locked", round=index)
            case Merge(index, weights):
                await self._merge(index, weights)
            case Expire(index):
                await repository.round_expire()
                self._log.write("expired", round=index)
            case Repost(head):
                posted = await repository.repost(head)
                self._log.write("posted", commit=head, transactions=posted.cost.transactions)
        self.health.actions += 1

    async def _inspect(self, commit: str) -> None:
        workspace, policy = self._repository.workspace, self._config.policy
        verdict = await inspect(workspace, Pubkey.from_string(commit), self._evaluator, policy)
        self._journal.decide(commit, verdict)
        self._log.write(
            "inspected",
            id=verdict.blob_hash.hex(),
            commit=commit,
            sound=verdict.opened and verdict.sound,
            reason=verdict.reason,
            figure=verdict.figure,
            before=verdict.before,
        )

    async def _merge(self, index: int, weights: Mapping[str, int] | None) -> None:
        report = await self._repository.merge(weights=weights)
        if not report.finished:
            self._log.write("waiting", round=index, waiting_for=report.waiting_for)
            return
        self._log.write(
            "merged",
            round=index,
            head_id=report.head_id,
            head=report.head,
            head_seq=report.head_seq,
            proof_level=report.level,
            ids=[part.id for part in report.commits],
            commits={part.commit: part.weight for part in report.commits},
            left_out={left.commit: left.reason for left in report.left_out},
            transactions=report.cost.transactions,
            compute_units=report.cost.compute_units,
            lamports=report.cost.lamports,
            uploaded_bytes=report.cost.uploaded_bytes,
        )
        self._journal.forget(frozenset())


def _concerns_one(action: Action, error: FederityError) -> bool:
    """Whether only this action is in trouble: a blob cannot be read now, and the others' may."""
    return (
        isinstance(action, Inspect)
        and isinstance(error, FileUnavailable)
        and not isinstance(error, StorageFull)
    )


@asynccontextmanager
async def open_keeper(config: Config, log: Log, chain: ChainClient | None = None) -> AsyncIterator[Keeper]:
    """Connect, send once more what a crash may have left unsent, and open or clone the keeper's working copy.

    `chain` takes the place of the one that the settings name. Its health is served and on disk while inside.
    Raises ConfigError, NotFound, ChainError, WalletError.
    """
    evaluator = load_evaluator(config.evaluator, config.evaluation, config.folder)
    journal = Journal(config.state)
    async with federity.connect(config.url, keypair=config.keypair) as outer:
        submitter = Submitter(chain or outer.chain, journal)
        await _recover(submitter, log)
        session = Session(
            chain=cast(ChainClient, submitter),
            storage=outer.storage,
            prover=outer.prover,
            url=outer.url,
            keypair=outer.wallet,
            fee_payer=outer.payer,
        )
        keeper = Keeper(await _working_copy(session, config), journal, config, evaluator, log)
        labels = {"repository": config.repository, "branch": config.branch}
        with serving(config.metrics, keeper.health, labels):
            try:
                yield keeper
            finally:
                keeper.health.end()


def pause(interval: float, failures: int) -> float:
    """Seconds until the next look: `interval`, doubled by each failure in a row up to `MOST_PATIENCE`."""
    return max(interval, min(interval * 2.0 ** min(failures, 32), MOST_PATIENCE))


async def _recover(submitter: Submitter, log: Log) -> None:
    for prepared, outcome in await submitter.recover():
        log.write("recovered", signature=str(prepared.signature), outcome=outcome)


async def _working_copy(session: Session, config: Config) -> Repository:
    if not (config.path / ".federity" / "config.toml").exists():
        return await Repository.clone(session, config.repository, config.path, branch=config.branch)
    repository = Repository.open(session, config.path)
    if repository.url != config.repository:
        raise NotFound(f"{config.path} is a working copy of {repository.url}, not of {config.repository}.")
    if not (config.path / MODEL).exists():
        await repository.pull()  # its clone was interrupted
    return repository
