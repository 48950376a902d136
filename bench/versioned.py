"""What a tool that versions models is asked to do in a benchmark, and Federity doing it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

from bench.large import Person, Spent


class Missing(Exception):
    """A tool that is not installed here, by its name."""


class Tool(Protocol):
    """A repository with a remote, used from the command line."""

    name: str
    model: Path

    def begin(self, model: Path) -> None:
        """Make a repository of the weights in a file, and push it. Raises Missing."""

    def commit(self, message: str) -> Spent:
        """Commit the file `model` as it is."""

    def push(self) -> Spent:
        """Send all commits of the branch to the remote."""

    def stored(self) -> int:
        """Bytes in the remote."""

    def clone(self) -> Spent:
        """Somebody else's clone, with weights in a file."""

    def checkout(self, depth: int) -> Spent:
        """In the clone, the weights of so many commits before."""

    def branch(self, name: str) -> None:
        """Make a branch at the head."""

    def switch(self, name: str) -> None:
        """Go to a branch, weights and all."""

    def merge(self, side: str) -> Spent | None:
        """Bring a branch into this one, weights and all; None where the tool cannot."""


class Federity:
    """Federity on the embedded chain, at level 0, with its local store."""

    def __init__(self, root: Path, cache: Path, whole: bool = False) -> None:
        """`whole`: deltas with a value for each weight, in place of the default share."""
        self.name = "Federity, whole" if whole else "Federity"
        self._ratio = ("--ratio", "1") if whole else ()
        self._home = root / "home"
        self._home.mkdir()
        (self._home / "cache").symlink_to(cache)
        self._owner, self._reader = [
            Person(self._home, root / name, self._home / f"{name}.json") for name in ("owner", "reader")
        ]
        self.model = self._owner.model

    def begin(self, model: Path) -> None:
        """See `Tool.begin`."""
        for person in (self._owner, self._reader):
            person.do("key", "new", str(person.key))
            person.do("key", "airdrop", "1000")
        folder = str(self._owner.folder)
        self._owner.do("init", folder, "--model", str(model), "--insecure", "--name", "model")
        self._owner.do("push", "--yes")
        if not self.model.exists():
            shutil.copy(model, self.model)

    def commit(self, message: str) -> Spent:
        """See `Tool.commit`."""
        return self._owner.do("commit", "-m", message, "--samples", "1", *self._ratio)

    def push(self) -> Spent:
        """See `Tool.push`."""
        return self._owner.do("push", "--yes", "--level", "0")

    def stored(self) -> int:
        """See `Tool.stored`."""
        store = self._home / "store"
        return sum(path.stat().st_size for path in store.rglob("*") if path.is_file())

    def clone(self) -> Spent:
        """See `Tool.clone`."""
        return self._reader.do("clone", self._owner.asked("status")["name"], str(self._reader.folder))

    def checkout(self, depth: int) -> Spent:
        """See `Tool.checkout`."""
        return self._reader.do("checkout", f"HEAD~{depth}", "--force")

    def branch(self, name: str) -> None:
        """See `Tool.branch`."""
        self._owner.do("branch", "create", name, "--yes")

    def switch(self, name: str) -> None:
        """See `Tool.switch`."""
        self._owner.do("checkout", name, "--force")

    def merge(self, side: str) -> Spent:
        """See `Tool.merge`: the merge on the chain, and the pull of it."""
        parts = [self._owner.do("merge", side, "--yes"), self._owner.do("pull", "--force")]
        return added(*parts)


def added(*parts: Spent) -> Spent:
    """Several commands as one."""
    return Spent(
        sum(one.seconds for one in parts),
        sum(one.processor_seconds for one in parts),
        max(one.peak for one in parts),
        parts[-1].said,
    )
