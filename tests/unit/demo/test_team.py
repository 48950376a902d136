"""Who trains with what, on a machine with and one without TensorFlow."""

import json
import subprocess
import sys

import pytest

from federity.demo.data import CONTRIBUTORS

PROGRAM = """
import json, sys
for name in sys.argv[1:]:
    sys.modules[name] = None
from federity.demo.team import frameworks
loaded = {name for name, module in sys.modules.items() if module}
print(json.dumps([frameworks(), sorted({"torch", "tensorflow", "keras"} & loaded)]))
"""


def asked(*absent: str) -> tuple[dict[str, str], list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *absent], capture_output=True, text=True, check=True
    )
    team, loaded = json.loads(done.stdout)
    return team, loaded


def test_one_contributor_uses_tensorflow_where_it_is_installed_and_nothing_is_loaded_to_know() -> None:
    team, loaded = asked()
    assert list(team) == list(CONTRIBUTORS)
    assert list(team.values()) == ["torch", "torch", "tensorflow"]
    assert loaded == []


@pytest.mark.parametrize("absent", ["tensorflow", "keras"])
def test_without_it_all_use_pytorch(absent: str) -> None:
    team, _ = asked(absent)
    assert list(team.values()) == ["torch", "torch", "torch"]
