"""The two sides of a scenario: git on a file of numbers, Federity on a model with the same numbers.

Training adds 1 to a number. What a word means on each side, where the two differ in spelling, is here and
nowhere else; `docs/guides/from_git.md` has the same list for people.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from federity.cli.main import main

NUMBERS = 8
MODEL = "model.safetensors"
TEXT = "numbers.txt"
# Lines between two numbers: git takes changes that touch each other for conflicts, sums do not.
APART = 8


@dataclass(frozen=True)
class View:
    """What somebody sees: the numbers in hand and what the tool says about them."""

    numbers: tuple[int, ...]
    branch: str
    dirty: bool
    ahead: int
    log: tuple[str, ...]
    stashed: int
    tags: tuple[str, ...]


class Git:
    """git in a clone of a bare repository."""

    def __init__(self, root: Path) -> None:
        self.here = root / "git"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": str(root),
            **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }

    @classmethod
    def start(cls, root: Path) -> None:
        """Make the remote and a clone with one commit that is pushed."""
        git = cls(root)
        git._git("init", "--quiet", "--bare", "--initial-branch=main", "remote", here=root)
        git._git("clone", "--quiet", "remote", git.here.name, here=root)
        settings = ("pull.rebase true", "push.autoSetupRemote true", "remote.origin.url ../remote")
        for setting in settings:
            git._git("config", *setting.split())
        git._write([0] * NUMBERS)
        git._git("add", TEXT)
        git._git("commit", "--quiet", "-m", "genesis")
        git._git("push", "--quiet", "-u", "origin", "HEAD:main")

    def do(self, words: list[str]) -> bool:
        """Say whether it was done."""
        verb, rest = words[0], words[1:]
        if verb == "commit":
            return self._try("commit", "--quiet", "-a", *rest)
        if verb in ("revert", "cherry-pick", "merge"):
            # A sum is a commit on the branch that all share: on the side of git it is pushed at once.
            if verb == "merge" and self._try("merge-base", "--is-ancestor", rest[-1], "HEAD"):
                return False  # git says "Already up to date." and that it succeeded
            how = {"merge": ["--no-ff", "--no-edit"], "revert": ["--no-edit"], "cherry-pick": []}[verb]
            if verb == "revert" and self._try("rev-parse", "--verify", "--quiet", f"{rest[-1]}^2"):
                how += [
                    "-m",
                    "1",
                ]  # what the side brought: the only thing that a revert of a merge means here
            return self._try(verb, *how, *rest) and self._try("push", "--quiet")
        if rest == ["push"] and not self.view().dirty:
            return False  # git says that there is nothing to stash, and that it succeeded
        if verb == "branch-create":
            return self._try("branch", *rest) and self._try("push", "--quiet", "-u", "origin", rest[0])
        if verb in ("switch-c", "checkout-b"):
            name, letter = verb.split("-")
            return self._try(name, f"-{letter}", *rest) and self._try(
                "push", "--quiet", "-u", "origin", rest[0]
            )
        if verb == "restore":
            return self._try("restore", *rest, TEXT)
        return self._try(*words)

    def train(self, number: int) -> None:
        numbers = list(self._numbers())
        numbers[number] += 1
        self._write(numbers)

    def view(self) -> View:
        return View(
            self._numbers(),
            self._out("branch", "--show-current"),
            bool(self._out("status", "--porcelain", "--untracked-files=no")),
            int(self._out("rev-list", "--count", "@{upstream}..")),
            tuple(map(_plain, self._out("log", "--first-parent", "--format=%s").splitlines())),
            len(self._out("stash", "list").splitlines()),
            tuple(self._out("tag").splitlines()),
        )

    def _numbers(self) -> tuple[int, ...]:
        lines = (self.here / TEXT).read_text().splitlines()
        return tuple(int(line) for line in lines[:: APART + 1])

    def _write(self, numbers: list[int]) -> None:
        lines = [
            line
            for place, number in enumerate(numbers)
            for line in (str(number), *(f"number {place}, line {n}" for n in range(APART)))
        ]
        (self.here / TEXT).write_text("\n".join(lines) + "\n")

    def _try(self, *words: str) -> bool:
        return self._git(*words, check=False).returncode == 0

    def _out(self, *words: str) -> str:
        return self._git(*words).stdout.strip()

    def _git(
        self, *words: str, check: bool = True, here: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *words],
            cwd=here or self.here,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=check,
        )


class Federity:
    """The command line, in this process, in a working copy of a published repository."""

    def __init__(self, here: Path, keypair: Path) -> None:
        self.here, self._keypair = here, keypair
        self.said = ""

    def do(self, words: list[str]) -> bool:
        """Say whether it was done; a traceback or a usage error is neither."""
        verb, rest = words[0], words[1:]
        pays = ["--yes"]
        if verb == "commit":
            return self._run("commit", "--ratio", "1", *rest)
        if verb == "push":
            return self._run("push", "--level", "0", *pays)
        if verb == "reset" and rest[0] == "--hard":
            return self._run("reset", *rest, "--force")  # what was trained is not lost without it
        if verb in ("revert", "cherry-pick", "merge"):
            # The chain computes the sum; `pull` loads it.
            return self._run(verb, *rest, *pays) and self._run("pull")
        if verb == "branch-create":
            return self._run("branch", *rest, *pays)
        if verb in ("switch-c", "checkout-b"):
            name, letter = verb.split("-")
            return self._run(name, f"-{letter}", *rest, *pays)
        if verb == "tag":
            return self._run(verb, *rest, *pays)
        return self._run(*words)

    def train(self, number: int) -> None:
        tensors = {name: value.copy() for name, value in load_file(self.here / MODEL).items()}
        tensors["w"][number] += 1
        save_file(tensors, self.here / MODEL)

    def view(self) -> View:
        status = self._json("status")
        return View(
            tuple(int(n) for n in np.rint(load_file(self.here / MODEL)["w"])),
            status["branch"],
            bool(status["modified"]),
            len(status["commits"]),
            tuple(_plain(commit["message"]) for commit in self._json("log", "--first-parent")),
            len(self._json("stash", "list")),
            tuple(tag["name"] for tag in self._json("tag")),
        )

    def _json(self, *words: str) -> Any:
        assert self._run(*words, "--json"), self.said
        return json.loads(self.said)

    def _run(self, *words: str) -> bool:
        out, err = io.StringIO(), io.StringIO()
        before = Path.cwd()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = main(["-k", str(self._keypair), "-C", str(self.here), *words])
        finally:
            os.chdir(before)
        self.said = out.getvalue() if code == 0 else err.getvalue()
        assert code not in (1, 2), self.said
        return code == 0


def _plain(subject: str) -> str:
    """A message's first line, without what each side says about sums in words of its own."""
    subject = subject.partition("\n")[0]
    for start, kind in (('Revert "', "revert"), ("Merge ", "merge")):
        if subject.startswith(start):
            return kind
    return subject
