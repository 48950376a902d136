"""A command on a machine, its calls to the file system, and what must hold however one of them ends."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from federity._generated import accounts
from federity.repository.working_copy.worktree import FOLDER, Worktree

HALF, KILL = -1, -2  # as in shim.c

# How each kind of call may end. A read that is cut short, or an open file too many, must not be taken for an
# end; a process is killed where it was about to change something.
ENDS: dict[str, tuple[int, ...]] = {
    "open": (errno.EIO, errno.EMFILE),
    "create": (errno.EMFILE, KILL, errno.ENOSPC),
    "read": (errno.EIO, HALF),
    "write": (KILL, errno.ENOSPC, HALF, errno.EIO),
    "fsync": (errno.EIO, KILL),
    "truncate": (KILL, errno.EIO),
    "rename": (KILL, errno.EIO),
    "link": (KILL, errno.EIO),
    "unlink": (KILL, errno.EIO),
    "mkdir": (errno.ENOSPC, KILL),
}

# Keys, which all share, and what a keeper's process says of itself, which a supervisor reads after its death.
KEPT_APART = {"cache", "health"}


class Warm:
    """A process that runs commands in forks of itself, see `warm.py`."""

    def __init__(self, shim: Path) -> None:
        environment = {
            **os.environ,
            "LD_PRELOAD": str(shim),
            "OMP_NUM_THREADS": "1",
            "RAYON_NUM_THREADS": "1",
        }
        environment.pop("FEDERITY_DEBUG", None)
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("warm.py"))],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, **job: Any) -> dict[str, Any]:
        """Run one command; without `root` nothing is counted."""
        job = {"root": "/nowhere", "call": 0, "how": 0, "book": "", **job}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@dataclass(frozen=True)
class Story:
    """A command, the machine it runs on (a folder that is copied for each point), and where on it."""

    name: str
    machine: Path
    folder: str
    arguments: tuple[str, ...]
    repository: str
    program: str = "federity"
    # What the command may say when its work was done before it failed: exit codes.
    done: tuple[int, ...] = (0, 5)


@dataclass(frozen=True)
class Call:
    """One call of the command: which one it is, of what kind, on what."""

    number: int
    kind: str
    path: str

    @classmethod
    def read(cls, line: str) -> Call:
        """The call that a line of the shim's list is about."""
        number, kind, path = line.split(" ", 2)
        return cls(int(number), kind, path)

    @property
    def place(self) -> tuple[str, str]:
        """Its kind and where it goes, without the names that are hashes and addresses."""
        return self.kind, place(self.path)


@dataclass(frozen=True)
class Machine:
    """What is compared: everybody's money, the head of each branch, all files, and the head's weights."""

    lamports: dict[str, int]
    heads: dict[str, tuple[str, int]]
    files: Counter[str]
    weights: str


def place(path: str) -> str:
    """A path without hashes, addresses and process ids."""
    path = re.sub(r"\b[0-9a-f]{30,}\b", "#", path)
    path = re.sub(r"(store|objects)/[0-9a-f]{2}\b", r"\1/#", path)
    path = re.sub(r"\b[1-9A-HJ-NP-Za-km-z]{32,90}\b", "@", path)
    return re.sub(r"\.writing-\w+", ".writing-", path)


async def _next_verb(folders: list[Path]) -> None:
    """What every verb begins with: it sweeps drafts, and says where HEAD is if a killed one could not.

    A verb that is killed at its last writes has done its work, and need not run again for them.
    """
    for folder in folders:
        async with Worktree(folder).lock():
            pass


class Trial:
    """Runs one story in every way, each time on a copy of its machine under `room`."""

    def __init__(self, story: Story, warm: Warm, room: Path) -> None:
        self.story, self._warm, self._room = story, warm, room

    def reference(self) -> tuple[Machine, list[Call]]:
        """What the machine is like when nothing fails, and the calls that were made."""
        root, book = self._copy("reference"), self._room / "calls"
        book.unlink(missing_ok=True)
        said = self._run(root, book=str(book))
        assert said["code"] == 0, said
        calls = [Call.read(line) for line in book.read_text().splitlines()]
        return self._look(root), calls

    def point(self, call: Call, how: int, reference: Machine) -> list[str]:
        """Break one call, run the command again, and say what is wrong then."""
        root = self._copy(f"{call.number}-{how}")
        wrong = []
        first = self._run(root, call=call.number, how=how)
        if how == KILL:
            if first["code"] not in (-signal.SIGKILL, 0):
                wrong.append(f"killed, it ended with {first}")
        else:
            wrong += ugly(first)
        again = first if first["code"] == 0 else self._run(root)
        wrong += ugly(again)
        if again["code"] not in self.story.done:
            return [*wrong, f"the second run ended with {again}; the first with {first}"]
        found = self._look(root)
        for what in ("lamports", "heads", "files", "weights"):
            mine, theirs = getattr(found, what), getattr(reference, what)
            if mine != theirs:
                wrong.append(f"{what}: {difference(mine, theirs)}; the first run ended with {first}")
        shutil.rmtree(root)
        return wrong

    def _copy(self, name: str) -> Path:
        root = self._room / self.story.name / name
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.story.machine, root, symlinks=True)
        return root

    def _run(self, root: Path, call: int = 0, how: int = 0, book: str = "") -> dict[str, Any]:
        story = self.story
        return self._warm.run(
            program=story.program,
            arguments=[argument.replace("{root}", str(root)) for argument in story.arguments],
            folder=str(root / story.folder),
            home=str(root / "home"),
            root=str(root),
            call=call,
            how=how,
            book=book,
        )

    def _look(self, root: Path) -> Machine:
        copies = [path.parent for path in root.rglob(FOLDER) if (path / "config.toml").is_file()]
        asyncio.run(_next_verb(copies))
        with closing(sqlite3.connect(root / "home" / "chain" / "chain.sqlite3")) as database:
            rows = database.execute(
                "SELECT address, lamports, data FROM accounts WHERE lamports > 0"
            ).fetchall()
        branches = [accounts.Branch.decode(d) for _, _, d in rows if d[:8] == accounts.Branch.DISCRIMINATOR]
        files = Counter(
            place(str(path.relative_to(root)))
            for path in root.rglob("*")
            if path.is_file()
            and not KEPT_APART & {*path.parts}
            and not path.name.startswith("chain.sqlite3-")
        )
        return Machine(
            {address.hex(): lamports for address, lamports, _ in rows},
            {bytes(b.name).rstrip(b"\0").decode(): (str(b.head), b.head_seq) for b in branches},
            files,
            self._weights(root) if branches else "",
        )

    def _weights(self, root: Path) -> str:
        """The head's weights as a newcomer gets them from chain and store."""
        said = self._warm.run(
            program="federity",
            arguments=["-k", str(root / "home" / "id.json"), "clone", self.story.repository, "newcomer"],
            folder=str(root),
            home=str(root / "home"),
        )
        assert said["code"] == 0, said
        return hashlib.sha256((root / "newcomer" / "model.safetensors").read_bytes()).hexdigest()


def ugly(said: dict[str, Any]) -> list[str]:
    """What no command may say, however it fails."""
    text = said["out"] + said["err"]
    lines = [line for line in said["err"].splitlines() if line.strip()]
    bad = [word for word in ("Traceback", "unexpected ", "Exception ignored") if word in text]
    if said["code"] == 1:
        bad.append("exit code 1")
    if said["code"] > 0 and not lines:
        bad.append("no sentence")
    return [f"{' and '.join(bad)}: {said}"] if bad else []


def difference(mine: Any, theirs: Any) -> str:
    """Where two dictionaries, counters or texts differ."""
    if not isinstance(mine, dict):
        return f"{mine} and not {theirs}"
    return ", ".join(
        f"{name}: {mine.get(name)} and not {theirs.get(name)}"
        for name in sorted(mine.keys() | theirs.keys())
        if mine.get(name) != theirs.get(name)
    )
