"""Distributions as people get them, made once, and environments that hold nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = ROOT / ".tools" / "bin" / "uv"


def run(*command: str | Path, here: Path, **variables: str) -> str:
    """Run a command that must succeed; what it said."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=here,
        env={**clean, **variables},
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True)
class Distributions:
    """The files that a release has."""

    folder: Path

    def file(self, pattern: str) -> Path:
        """The one file of this pattern."""
        (found,) = self.folder.glob(pattern)
        return found

    def install(self, environment: Path, federity: Path, package: str) -> Path:
        """Make an empty environment with `federity` from this file and a package that stands on it; its
        folder of commands.

        What they depend on is of the locked versions, which setting up has fetched: nothing is downloaded.
        """
        run(
            UV,
            *("sync", "--quiet", "--offline", "--frozen", "--package", package),
            *("--no-default-groups", "--no-install-workspace", "--python", sys.executable),
            here=ROOT,
            UV_PROJECT_ENVIRONMENT=str(environment),
        )
        python = environment / "bin" / "python"
        install = (UV, "pip", "install", "--quiet", "--offline", "--python", python)
        # One folder for what Rust builds, so that the crates from the registry are not built once more.
        target = str(ROOT / "target")
        run(
            *install,
            "--no-deps",
            federity,
            self.file(f"{package.replace('-', '_')}-*.whl"),
            here=environment,
            CARGO_TARGET_DIR=target,
        )
        return environment / "bin"


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    folder = tmp_path_factory.mktemp("dist")
    build = (UV, "build", "--quiet", "--offline", "--out-dir", folder, "--package")
    run(*build, "federity", "--sdist", here=ROOT)
    for package in ("federity-keeper", "federity-node"):
        run(*build, package, "--sdist", "--wheel", here=ROOT)
    maturin = (UV, "tool", "run", "--offline", "--from", "maturin>=1.7,<2", "maturin")
    run(*maturin, "build", "--quiet", "--release", "--locked", "--out", folder, here=ROOT / "sdk")
    return Distributions(folder)
