"""The README's text runs as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from support.people import weights

pytestmark = [pytest.mark.svm, pytest.mark.prover]

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def block(language: str) -> str:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return str(text)


def environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "FEDERITY_HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }


def run(*command: str, here: Path) -> str:
    done = subprocess.run(
        command, cwd=here, env=environment(here / "home"), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_begins_with_the_two_commands() -> None:
    commands = [line.split("#")[0].strip() for line in README.splitlines() if line.startswith("    ")]
    assert commands[:2] == ["make demo", "make test"]
    assert README.index("make demo") < 50


def test_no_code_is_there_that_is_not_run() -> None:
    assert re.findall(r"^```(\w+)$", README, re.MULTILINE) == ["python", "sh"]


def test_the_example_is_short() -> None:
    assert len([line for line in block("python").splitlines() if line.strip()]) < 25


def test_the_example_runs(tmp_path: Path) -> None:
    run("federity", "key", "new", "wallet.json", here=tmp_path)
    assert re.search(r"^ok: +yes$", run(sys.executable, "-c", block("python"), here=tmp_path), re.MULTILINE)


def test_the_commands_run(tmp_path: Path) -> None:
    save_file(weights(), tmp_path / "trained.safetensors")
    training = f"{sys.executable} ../train.py"
    (tmp_path / "train.py").write_text(
        "import numpy, safetensors.numpy as st\n"
        "old = st.load_file('model.safetensors')\n"
        "st.save_file({n: t + numpy.float32(0.01) for n, t in old.items()}, 'model.safetensors')\n"
    )
    script = re.sub(r"^# train on.*$", training, block("sh"), flags=re.MULTILINE)
    assert training in script
    out = run("bash", "-euc", script, here=tmp_path)
    assert "every check passed" in out
    before, after = (
        load_file(tmp_path / "trained.safetensors"),
        load_file(tmp_path / "digits" / "model.safetensors"),
    )
    assert all(np.abs(after[name] - before[name]).max() > 0.005 for name in before)
