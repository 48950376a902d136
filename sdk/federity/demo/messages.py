"""How the conductor of the demo talks to the parties' processes: a line of JSON each way.

Only words and figures pass: who shall do what, and how it went. Models and updates travel through chain and
store.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from federity.errors import FederityError
from federity.progress import Progress

Verb = Callable[..., Awaitable[dict[str, Any]]]
OnNote = Callable[[str, str], None]


class PartyFailed(FederityError):
    """A party's process ended, or answered with an error."""


async def serve(verbs: Mapping[str, Verb]) -> None:
    """Answer requests from stdin until it ends."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        request = json.loads(line)
        verb = verbs[request.pop("verb")]
        try:
            say({"done": await verb(**request)})
        except FederityError as error:
            say({"error": f"{type(error).__name__}: {error}"})


def say(message: Mapping[str, Any]) -> None:
    """Write one message."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def note(progress: Progress) -> None:
    """Pass a verb's progress on; this is an `OnProgress`."""
    share = f" {progress.done:.0f}/{progress.total:.0f}" if progress.total > 1 else ""
    say({"note": f"{progress.stage}{share}"})


class Party:
    """A process of one party, as the conductor sees it."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path, on_note: OnNote) -> None:
        """Take the process and the file of its standard error; `on_note` hears the party's name and what it
        is doing.
        """
        self.name = name
        self.process = process
        self._log = log
        self._on_note = on_note

    @classmethod
    async def start(
        cls, name: str, arguments: list[str], environment: Mapping[str, str], log: Path, on_note: OnNote
    ) -> Party:
        """Start `python -m ...` with an environment; what it and its libraries say beside goes to `log`."""
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=dict(environment),
            )
        return cls(name, process, log, on_note)

    async def ask(self, verb: str, **values: Any) -> dict[str, Any]:
        """Ask for a verb and wait for the answer. Raises PartyFailed."""
        if self.process.stdin is None:
            raise PartyFailed(f"{self.name} cannot be spoken to.")
        self.process.stdin.write(json.dumps({"verb": verb, **values}).encode() + b"\n")
        await self.process.stdin.drain()
        while True:
            message = await self.hear()
            if "done" in message:
                done: dict[str, Any] = message["done"]
                return done
            if "error" in message:
                raise PartyFailed(f"{self.name} could not {verb}: {message['error']}")
            self._on_note(self.name, str(message.get("note", "")))

    async def hear(self) -> dict[str, Any]:
        """Return the next message. Raises PartyFailed when the process has ended."""
        line = await self.process.stdout.readline() if self.process.stdout is not None else b""
        if not line:
            code = await self.process.wait()
            *_, last = ["nothing", *self._log.read_text(errors="replace").split("\n")[:-1]]
            raise PartyFailed(f"The process of {self.name} ended with code {code} and said last: {last}")
        message: dict[str, Any] = json.loads(line)
        return message

    async def end(self) -> None:
        """End the process: ask by closing its input or by SIGTERM, and insist after five seconds."""
        if self.process.returncode is not None:
            return
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), 5)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
