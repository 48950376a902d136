"""The machines that commands suffer on, and the process that they suffer in."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from faults.points import Story, Warm

MODEL = "model.safetensors"
KEEPER = """
repository = "{repository}"
path = "keeper"
keypair = "home/keeper.json"

[policy]
quorum = 2
retry_slots = 1
"""


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    shim = tmp_path_factory.mktemp("shim") / "shim.so"
    source = Path(__file__).with_name("shim.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(source), "-ldl"], check=True)
    process = Warm(shim)
    yield process
    process.close()


class Stage:
    """A machine under `root`, and what people do on it before the story."""

    def __init__(self, root: Path, warm: Warm) -> None:
        self.root, self._warm = root, warm

    def do(self, folder: str, *arguments: str, key: str = "id") -> str:
        """Run a command that must succeed."""
        home = self.root / "home"
        said = self._warm.run(
            program="federity",
            arguments=["-k", str(home / f"{key}.json"), *arguments],
            folder=str(self.root / folder),
            home=str(home),
        )
        assert said["code"] == 0, said
        return str(said["out"])

    def person(self, key: str) -> str:
        """Somebody with money; their address."""
        self.do(".", "key", "new", str(self.root / "home" / f"{key}.json"))
        self.do(".", "key", "airdrop", "10", key=key)
        wallet: str = json.loads(self.do(".", "whoami", "--json", key=key))["wallet"]
        return wallet

    def train(self, folder: str, seed: int) -> None:
        """Change the weights of a working copy a little."""
        draws, path = np.random.default_rng(seed), self.root / folder / MODEL
        trained = {
            name: (value + 0.02 * draws.standard_normal(value.shape)).astype(np.float32)
            for name, value in load_file(path).items()
        }
        save_file(trained, path)

    def commit(self, folder: str, seed: int, key: str = "id") -> None:
        """Train and commit."""
        self.train(folder, seed)
        self.do(folder, "commit", "-m", f"step {seed}", "--samples", "10", key=key)

    def push(self, folder: str, key: str = "id") -> None:
        """Push without proofs."""
        self.do(folder, "push", "--yes", "--level", "0", key=key)


Told = Callable[[str], Story]


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Told:
    """A story by its name. All start from what was before them."""
    room = tmp_path_factory.mktemp("machines")
    found: dict[str, Story] = {}

    def copied(stage: Stage, name: str) -> Path:
        shutil.copytree(stage.root, room / name, symlinks=True)
        return room / name

    def tell(stage: Stage, name: str, folder: str, repository: str, *arguments: str, **more: object) -> None:
        if more.get("program") != "federity-keeper":
            arguments = ("-k", "{root}/home/id.json", *arguments)
        machine = copied(stage, name)
        found[name] = Story(name, machine, folder, arguments, repository, **more)  # type: ignore[arg-type]

    stage = Stage(room / "solo", warm)
    (stage.root / "home").mkdir(parents=True)
    (stage.root / "digits").mkdir()
    (stage.root / "home" / "cache").symlink_to(tmp_path_factory.mktemp("cache"))
    owner = stage.person("id")
    digits = f"{owner}/digits"
    draws = np.random.default_rng(0)
    model = {"layer.weight": draws.standard_normal((8, 16)), "layer.bias": draws.standard_normal(8)}
    save_file(
        {name: value.astype(np.float32) for name, value in model.items()}, stage.root / "digits" / MODEL
    )
    (room / "round").mkdir()
    shutil.copytree(stage.root, room / "round", symlinks=True, dirs_exist_ok=True)
    init = ("init", "--name", "digits", "--insecure")

    # One author. An `init` that failed after its last write has made the working copy: then it is one (4).
    tell(stage, "init", "digits", digits, *init, done=(0, 4))
    stage.do("digits", *init)
    tell(stage, "publish", "digits", digits, "push", "--yes", "--level", "0")
    stage.push("digits")
    stage.do(".", "clone", digits, "behind")
    stage.train("digits", 1)
    tell(stage, "commit", "digits", digits, "commit", "-m", "step", "--samples", "10")
    stage.do("digits", "commit", "-m", "step", "--samples", "10")
    tell(stage, "push", "digits", digits, "push", "--yes", "--level", "0")
    stage.push("digits")
    tell(stage, "pull", "behind", digits, "pull")
    # A `clone` that failed after its last write has made the working copy: then it is one (4).
    tell(stage, "clone", ".", digits, "clone", digits, "copy", done=(0, 4))

    # Two authors and a round, merged by the owner or by a keeper.
    for name, *rules in (("merge",), ("keeper", "--weighting", "keeper")):
        stage = Stage(room / f"round {name}", warm)
        shutil.copytree(room / "round", stage.root, symlinks=True)
        stage.do("digits", *init, "--protected", "--approvals", "0", *rules)
        stage.push("digits")
        for person, role in (("ann", "contributor"), ("keeper", "keeper")):
            stage.do("digits", "member", "add", stage.person(person), "--role", role, "--yes")
        stage.do("digits", "round", "open", "--yes")
        stage.do(".", "clone", digits, "ann", key="ann")
        for seed, (folder, key) in enumerate((("digits", "id"), ("ann", "ann")), 1):
            stage.commit(folder, seed, key)
            stage.push(folder, key)
        (stage.root / "keeper.toml").write_text(KEEPER.format(repository=digits))
        if name == "merge":
            # When it failed after the last transaction, there is no round left to merge (50).
            tell(stage, name, "digits", digits, "merge", "--yes", done=(0, 50))
        else:
            tell(
                stage,
                name,
                ".",
                digits,
                "run",
                "--once",
                "--config",
                "keeper.toml",
                program="federity-keeper",
            )
    return found.__getitem__
