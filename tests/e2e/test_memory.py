"""What a verb holds does not grow with the model."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.svm, pytest.mark.soak]

VERBS = ("commit", "push", "merge", "pull", "checkout", "verify")
SMALL, LARGE = 2, 8
# Six chunks more are 25 million elements: 101 MB in float32, 201 MB in int64.
ROOM = 40 << 20
# Memory is given back when it is freed: a peak says what was held, not what was not yet given back.
ENVIRONMENT = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}


def peak(verb: str, root: Path, cache: Path, chunks: int) -> int:
    """Bytes that the verb held at most."""
    tests = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "support.verb", verb, str(root), str(cache), str(chunks)],
        env={**os.environ, **ENVIRONMENT, "PYTHONPATH": f"{tests}{os.pathsep}{tests.parent}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


def test_peak_memory_does_not_grow_with_the_number_of_chunks(tmp_path: Path, cache: Path) -> None:
    peaks = {
        chunks: {verb: peak(verb, tmp_path / str(chunks), cache, chunks) for verb in ("start", *VERBS)}
        for chunks in (SMALL, LARGE)
    }
    growth = {verb: peaks[LARGE][verb] - peaks[SMALL][verb] for verb in VERBS}
    assert max(growth.values()) < ROOM, (growth, peaks)
