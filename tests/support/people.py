"""People at the real command line, each with a wallet, on a machine of their own or a shared one."""

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from federity import errors

Tensors = dict[str, np.ndarray]
MODEL = "model.safetensors"


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Person:
    """Somebody with a wallet, on a machine whose chain and store are under `home`, in the folder `here`."""

    home: Path
    here: Path
    keypair: Path

    def run(self, *arguments: str, file_limit: int | None = None) -> Outcome:
        """Run `federity`; `file_limit` is the size in bytes at which the disk is full."""

        def limit() -> None:
            if file_limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

        environment = {**os.environ, "FEDERITY_HOME": str(self.home), "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("FEDERITY_DEBUG", None)
        done = subprocess.run(
            [sys.executable, "-m", "federity.cli.main", "-k", str(self.keypair), *arguments],
            cwd=self.here,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            preexec_fn=limit,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def do(self, *arguments: str) -> str:
        """Run a command that must succeed."""
        outcome = self.run(*arguments)
        assert outcome.code == 0, outcome
        return outcome.out

    def refused(
        self, kind: type[errors.FederityError], *arguments: str, file_limit: int | None = None
    ) -> str:
        """Run a command that must end with `kind`: its code, one line of sentences, no traceback."""
        outcome = self.run(*arguments, file_limit=file_limit)
        assert outcome.code == kind.exit_code, outcome
        lines = outcome.err.strip().splitlines()
        assert len(lines) == 1, outcome
        assert lines[0].startswith("federity: ")
        assert lines[0].endswith((".", "!", "?"))
        assert "FEDERITY_DEBUG" not in outcome.err
        return lines[0]

    def at(self, here: Path) -> "Person":
        """The same person in another folder."""
        return replace(self, here=here)

    def newcomer(self, name: str) -> "Person":
        """Somebody else on the same machine, with money."""
        other = replace(self, keypair=self.home / f"{name}.json")
        other.do("key", "new", str(other.keypair))
        other.do("key", "airdrop", "10")
        return other

    def address(self) -> str:
        """The wallet's address."""
        wallet: str = json.loads(self.do("whoami", "--json"))["wallet"]
        return wallet

    def train(self, seed: int = 1) -> Tensors:
        """Change the working copy's weights a little, as training does."""
        step = weights(seed, 0.01)
        tensors = {name: value + step[name] for name, value in load_file(self.here / MODEL).items()}
        self.write(tensors)
        return tensors

    def write(self, tensors: Tensors) -> None:
        """Put weights into the working copy."""
        save_file(tensors, self.here / MODEL)

    def files(self) -> dict[str, bytes]:
        """Every file of the working copy that a reader would see."""
        return {
            str(path.relative_to(self.here)): path.read_bytes()
            for path in sorted(self.here.rglob("*"))
            if path.is_file() and path.name != "lock"
        }

    def blobs(self) -> list[Path]:
        """The files of the store."""
        return [path for path in sorted((self.home / "store").rglob("*")) if path.is_file()]


def weights(seed: int = 0, scale: float = 1.0) -> Tensors:
    """A small model: one layer of 8 x 16 and its bias."""
    random = np.random.default_rng(seed)
    return {
        "layer.weight": (scale * random.standard_normal((8, 16))).astype(np.float32),
        "layer.bias": (scale * random.standard_normal(8)).astype(np.float32),
    }


def start(root: Path, *options: str, model: Tensors | None = None, level: int = 0) -> Person:
    """A machine under `root` with one published repository in `digits`, made with these options."""
    person = Person(root / "home", root / "digits", root / "home" / "id.json")
    person.here.mkdir(parents=True)
    person.do("key", "new", str(person.keypair))
    person.do("key", "airdrop", "10")
    # For everybody on this machine: what a commit declares is a story of its own.
    person.do("config", "set", "samples", "1")
    person.write(weights() if model is None else model)
    person.do("init", "--name", "digits", "--insecure", *options)
    person.do("push", "--yes", "--level", str(level))
    return person
