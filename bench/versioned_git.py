"""Git LFS, DVC and Git-Theta doing what `bench.versioned.Tool` asks, with a folder as the remote."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bench.large import Spent, measured
from bench.versioned import Missing, added

TOOLS = Path(__file__).resolve().parents[1] / ".tools"
PLACES = [TOOLS / name / "bin" for name in ("git-theta", "dvc", "git-lfs")]
DRIVER = Path(__file__).with_name("theta_merge.py")
FILE = "model.safetensors"


class GitLfs:
    """Git with its large files in LFS."""

    name = "Git LFS"
    needs: tuple[str, ...] = ("git", "git-lfs")

    def __init__(self, root: Path, cache: Path) -> None:
        """Keep all of it, and git's settings, below `root`."""
        del cache
        self._here, self._there, self._remote = root / "here", root / "there", root / "remote.git"
        self.model = self._here / FILE
        self._environment = {
            "HOME": str(root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_THETA_CHECKPOINT_TYPE": "safetensors",
            "DVC_NO_ANALYTICS": "1",
            "PATH": os.pathsep.join([*map(str, PLACES), os.environ["PATH"]]),
        }

    def begin(self, model: Path) -> None:
        """See `Tool.begin`."""
        for needed in self.needs:
            if shutil.which(needed, path=self._environment["PATH"]) is None:
                raise Missing(needed)
        self._here.mkdir()
        for name, value in (
            ("user.name", "bench"),
            ("user.email", "bench@example.org"),
            ("init.defaultBranch", "main"),
            ("protocol.file.allow", "always"),
        ):
            self._git("config", "--global", name, value)
        self._git("init", "--bare", str(self._remote))
        self._git("init")
        self._git("remote", "add", "origin", self._remote.as_uri())
        self._prepare()
        shutil.copy(model, self.model)
        self.commit("first")
        self.push()

    def commit(self, message: str) -> Spent:
        """See `Tool.commit`."""
        return added(self._git("add", "-A"), self._git("commit", "-m", message))

    def push(self) -> Spent:
        """See `Tool.push`."""
        return self._git("push", "origin", "HEAD")

    def stored(self) -> int:
        """See `Tool.stored`."""
        return sum(path.stat().st_size for path in self._remote.rglob("*") if path.is_file())

    def clone(self) -> Spent:
        """See `Tool.clone`."""
        return self._git("clone", self._remote.as_uri(), str(self._there))

    def checkout(self, depth: int) -> Spent:
        """See `Tool.checkout`."""
        return self._git("checkout", f"HEAD~{depth}", at=self._there)

    def branch(self, name: str) -> None:
        """See `Tool.branch`."""
        self._git("branch", name)

    def switch(self, name: str) -> None:
        """See `Tool.switch`."""
        self._git("checkout", name)

    def merge(self, side: str) -> Spent | None:
        """See `Tool.merge`: of two versions of one file git knows no merge."""
        try:
            return self._git("merge", "-m", "both", side)
        except RuntimeError:
            return None

    def _prepare(self) -> None:
        self._git("lfs", "install")
        self._git("lfs", "track", FILE)

    def _git(self, *words: str, at: Path | None = None) -> Spent:
        return self._run("git", "-C", str(at or self._here), *words)

    def _run(self, program: str, *words: str) -> Spent:
        path = shutil.which(program, path=self._environment["PATH"])
        return measured(path or program, *words, **self._environment)


class GitTheta(GitLfs):
    """Git-Theta, which keeps tensors one by one in LFS, and averages in a merge."""

    name = "Git-Theta"
    needs = ("git", "git-lfs", "git-theta")

    def merge(self, side: str) -> Spent | None:
        """See `Tool.merge`."""
        return self._git("merge", "-m", "both", side)

    def _prepare(self) -> None:
        self._git("lfs", "install")
        self._git("theta", "install")
        python = PLACES[0] / "python"
        self._git("config", "--global", "merge.theta.driver", f"{python} {DRIVER} %O %A %B %P")
        self._git("theta", "track", FILE)


class Dvc(GitLfs):
    """DVC, with its cache's remote in a folder beside git's."""

    name = "DVC"
    needs = ("git", "dvc")

    def commit(self, message: str) -> Spent:
        """See `Tool.commit`."""
        return added(self._dvc("add", FILE), super().commit(message))

    def push(self) -> Spent:
        """See `Tool.push`."""
        return added(self._dvc("push"), super().push())

    def clone(self) -> Spent:
        """See `Tool.clone`."""
        return added(super().clone(), self._dvc("pull", at=self._there))

    def checkout(self, depth: int) -> Spent:
        """See `Tool.checkout`."""
        return added(super().checkout(depth), self._dvc("pull", at=self._there))

    def switch(self, name: str) -> None:
        """See `Tool.switch`."""
        super().switch(name)
        self._dvc("checkout", "--force")

    def stored(self) -> int:
        """See `Tool.stored`."""
        blobs = self._remote.with_name("blobs")
        return super().stored() + sum(path.stat().st_size for path in blobs.rglob("*") if path.is_file())

    def _prepare(self) -> None:
        self._dvc("init")
        self._dvc("remote", "add", "-d", "blobs", str(self._remote.with_name("blobs")))

    def _dvc(self, *words: str, at: Path | None = None) -> Spent:
        return self._run("dvc", "--cd", str(at or self._here), *words)
