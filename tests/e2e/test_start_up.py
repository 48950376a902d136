"""What reads no weights starts without numpy, which takes longer to import than the rest together."""

import os
import subprocess
import sys

import pytest

from federity.repository.repository import Repository
from federity.repository.working_copy import seen
from support.people import Person
from support.without import NO_NUMPY

pytestmark = pytest.mark.svm

WITHOUT = f"""
{NO_NUMPY}
# Nor do they need the kinds of events: those are read of what was sent.
sys.modules["federity._generated.events"] = None
from federity.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def run(owner: Person, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, "-k", str(owner.keypair), *words],
        cwd=owner.here,
        env={**os.environ, "FEDERITY_HOME": str(owner.home)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


async def test_what_reads_no_weights_needs_no_arrays(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "COARSEST_NS", -(1 << 62))
    before = await Repository.open(None, owner.here).status()
    assert before.modified is False
    assert "as loaded" in run(owner, "status")
    assert "genesis" in run(owner, "log")
    assert "owner" in run(owner, "whoami")
    assert "main" in run(owner, "branch")
    assert "owner" in run(owner, "member")
