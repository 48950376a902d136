"""The conductor: starts the parties' processes, says whose turn it is, and writes down how it went."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from federity.config import EMBEDDED
from federity.demo import forward
from federity.demo.attacks import attack
from federity.demo.data import CONTRIBUTORS, MISSING, ROUNDS, shares
from federity.demo.messages import OnNote, Party, PartyFailed
from federity.demo.result import Contribution, Contributor, Merged, Outcome, Round
from federity.demo.stage import Stage
from federity.demo.team import frameworks
from federity.errors import ConfigError
from federity.progress import OnProgress, each, listening, silent

# What `gather` and `merged` take, and what a round takes, in steps that are told.
GATHERING, IN_A_ROUND = 5, 4


async def run(
    seed: int,
    on_note: OnNote,
    url: str = EMBEDDED,
    on_progress: OnProgress = silent,
    keep: Path | None = None,
) -> Outcome:
    """Run the demo from nothing to the last merge, then the attacks. `on_note` hears who does what,
    `on_progress` how much is left. What it made is left in the new folder `keep`, else nowhere.

    The chain at `url` must give money away: `embedded`, a local validator, devnet. Raises PartyFailed when a
    party's process cannot go on, AttackSucceeded when an attack is not refused, ConfigError (there is
    something at `keep`).
    """
    started = time.monotonic()
    with _folder(keep) as folder:
        stage = Stage(folder)
        on_note("conductor", "dealing the digits")
        await stage.build(shares(seed), url)
        with listening(on_progress):
            team, rounds, merged = await play(stage, seed, ROUNDS, on_note)
            attacks = await attack(stage, on_note)
    return Outcome(seed, rounds, attacks, merged, team, time.monotonic() - started)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Where everything happens: a folder that stays, or one that is gone afterwards. Raises ConfigError."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="federity-demo-") as folder:
            yield Path(folder)
        return
    if keep.exists():
        raise ConfigError(f"There is something at {keep} already.", hint="Name a folder that is not there.")
    yield keep.absolute()


async def play(
    stage: Stage, seed: int, count: int, on_note: OnNote
) -> tuple[tuple[Contributor, ...], tuple[Round, ...], Merged]:
    """Play `count` rounds on a stage that was built. Raises PartyFailed."""
    async with AsyncExitStack() as stack:
        cast = await _Cast.enter(stack, stage, seed, on_note, count)
        team = await cast.gather(seed)
        rounds = tuple([await cast.round(index) for index in range(count)])
        return team, rounds, await cast.merged(rounds, team)


class _Cast:
    """The processes of one run."""

    def __init__(self, stage: Stage, stack: AsyncExitStack, on_note: OnNote, rounds: int) -> None:
        self._steps = iter(each("demo", range(GATHERING + IN_A_ROUND * rounds), "steps"))
        self._stage = stage
        self._stack = stack
        self._on_note = on_note
        self._parties: dict[str, Party] = {}
        self._frameworks = frameworks()

    @classmethod
    async def enter(
        cls, stack: AsyncExitStack, stage: Stage, seed: int, on_note: OnNote, rounds: int
    ) -> _Cast:
        """Start owner and contributors; the keeper follows when there is something to keep."""
        cast = cls(stage, stack, on_note, rounds)
        await cast._start("owner", "federity.demo.owner", str(stage.folder("owner")))
        for number, name in enumerate(CONTRIBUTORS):
            settings = (str(stage.folder(name)), str(stage.test), str(1000 * seed + number))
            await cast._start(name, "federity.demo.contributor", cast._frameworks[name], *settings)
        return cast

    async def _start(self, name: str, *arguments: str) -> None:
        self._parties[name] = await self._stack.enter_async_context(
            _process(name, list(arguments), self._stage, self._on_note)
        )

    def _step(self) -> None:
        """Say that something begins."""
        next(self._steps, None)

    async def _all(self, verb: str, **values: Any) -> dict[str, dict[str, Any]]:
        """Ask all contributors at once."""
        async with asyncio.TaskGroup() as group:
            tasks = {n: group.create_task(self._parties[n].ask(verb, **values)) for n in CONTRIBUTORS}
        return {name: task.result() for name, task in tasks.items()}

    async def gather(self, seed: int) -> tuple[Contributor, ...]:
        """Create, invite, protect, clone; and let everybody see how far they come alone."""
        owner, stage = self._parties["owner"], self._stage
        wallets = {name: str(stage.wallet(name).pubkey) for name in ("keeper", *CONTRIBUTORS)}
        self._step()
        created = await owner.ask("create", seed=seed)
        self._step()
        await owner.ask("invite", keeper=wallets["keeper"], contributors=[wallets[n] for n in CONTRIBUTORS])
        await owner.ask("protect")
        settings = stage.write_keeper_settings(created["url"])
        await self._start("keeper", "federity_keeper", "run", "--json", "--config", str(settings))
        self._step()
        joined = await self._all("join", url=created["url"])
        self._step()
        alone = await self._all("alone", seed=seed)
        return tuple(
            Contributor(
                name=name,
                framework=self._frameworks[name],
                wallet=wallets[name],
                samples=joined[name]["samples"],
                missing=tuple(sorted(missing)),
                accuracy_alone=alone[name]["accuracy"],
            )
            for name, missing in zip(CONTRIBUTORS, MISSING, strict=True)
        )

    async def round(self, index: int) -> Round:
        """The keeper opens, all contribute, the owner reviews, the keeper measures and merges."""
        self._step()
        await self._keeper("opened")
        made = await self._all("contribute", index=index)
        self._step()
        await self._parties["owner"].ask("review")
        self._step()
        measured: dict[str, dict[str, Any]] = {}
        merged = await self._keeper("merged", measured)
        self._step()
        after = await self._all("pull")
        return Round(
            index=index,
            head=merged["head"],
            level=merged["proof_level"],
            transactions=merged["transactions"],
            compute_units=merged["compute_units"],
            lamports=merged["lamports"],
            contributors=tuple(
                Contribution(
                    name=name,
                    accuracy_after=after[name]["accuracy"],
                    hold_out_before=measured[made[name]["commit"]]["before"],
                    hold_out_with=measured[made[name]["commit"]]["figure"],
                    weight=merged["commits"][made[name]["commit"]],
                    **made[name],
                )
                for name in CONTRIBUTORS
            ),
        )

    async def _keeper(self, event: str, measured: dict[str, dict[str, Any]] | None = None) -> dict[str, Any]:
        """Listen to the keeper's log until `event`, collecting its measurements by commit."""
        while True:
            heard = await self._parties["keeper"].hear()
            if heard["event"] == "failed":
                raise PartyFailed(f"The keeper stopped: {heard['message']}")
            self._on_note("keeper", _sentence(heard))
            if heard["event"] == "inspected" and measured is not None:
                measured[heard["commit"]] = heard
            if heard["event"] == event:
                return heard

    async def merged(self, rounds: tuple[Round, ...], team: tuple[Contributor, ...]) -> Merged:
        """Let the owner recheck everything, from chain and store alone."""
        self._step()
        verified = await self._parties["owner"].ask("verify")
        self._step()
        accuracy = rounds[-1].contributors[0].accuracy_after
        alone = sum(contributor.accuracy_alone for contributor in team) / len(team)
        return Merged(
            head=rounds[-1].head,
            accuracy=accuracy,
            gain=accuracy - alone,
            parameters=sum(tensor.size for tensor in forward.initial(0).values()),
            proofs_verified=verified["proofs"],
            verified=verified["ok"] and verified["complete"],
        )


def _sentence(heard: dict[str, Any]) -> str:
    facts = " ".join(f"{name} {heard[name]}" for name in ("round", "message") if name in heard)
    return f"{heard['event']} {facts}".strip()


@asynccontextmanager
async def _process(name: str, arguments: list[str], stage: Stage, on_note: OnNote) -> AsyncIterator[Party]:
    log = stage.folder(name) / "stderr.txt"
    party = await Party.start(name, arguments, stage.environment, log, on_note)
    try:
        yield party
    finally:
        await party.end()
