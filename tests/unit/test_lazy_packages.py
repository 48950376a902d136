"""Packages import their parts when these are asked for; a verb that reads no weights needs no numpy."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import federity.objects
from federity import lazy
from support.without import NO_NUMPY


def without_numpy(code: str) -> int:
    return subprocess.run([sys.executable, "-c", f"{NO_NUMPY}; {code}"], check=False).returncode


@pytest.mark.parametrize(
    "code",
    [
        "from federity.repository.repository import Repository",
        "import federity.chain.embedded, federity.session",
        "from federity.prover.groth16 import Groth16Prover",
        "from federity.objects import lineage",
    ],
)
def test_what_reads_no_weights_needs_no_arrays(code: str) -> None:
    assert without_numpy(code) == 0


def test_what_reads_weights_does() -> None:
    assert without_numpy("from federity.objects import Accumulator") == 1


def test_all_names_have_a_home() -> None:
    found = {name: getattr(federity.objects, name) for name in federity.objects.__all__}
    assert callable(found["lineage"])
    homes = {name for names in federity.objects._HOMES.values() for name in names}
    assert homes | {"lineage"} == set(federity.objects.__all__)


@pytest.mark.parametrize("get", [lazy.modules("federity.objects"), lazy.names("federity.objects", {})])
def test_an_unknown_name_is_no_attribute(get: object) -> None:
    assert callable(get)
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        get("absent")


def test_what_is_taken_from_the_package_is_one_of_its_names() -> None:
    """A module of it would be there only after somebody else had imported it."""
    wrong = {
        (str(path), name)
        for path in Path(federity.__file__).parent.rglob("*.py")
        for text in [path.read_text()]
        if re.search(r"^from (?:federity|\.\.) import (?:.*\W)?objects\b", text, re.MULTILINE)
        for name in re.findall(r"(?<![\w.])objects\.(\w+)", text)
        if name not in federity.objects.__all__
    }
    assert wrong == set()
