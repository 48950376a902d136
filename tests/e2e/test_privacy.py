"""No sample leaves a contributor: its process is watched while it trains and pushes, and every byte left is
searched.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from federity.demo.data import CONTRIBUTORS, Samples, shares
from federity.demo.run import play
from federity.demo.stage import Stage

pytestmark = [pytest.mark.svm, pytest.mark.prover]
WATCH = Path(__file__).parent / "watch"
SEED = 3
QUIET = {
    # An event loop wakes itself through a pair of local sockets.
    ("socket.__new__", str(int(socket.AF_UNIX))),
    # A library that TensorFlow imports asks whether the machine knows IPv6; it sends nothing.
    ("socket.__new__", str(int(socket.AF_INET6))),
    ("socket.bind", "('::1', 0)"),
}
"""All that is ever done with sockets: nothing is connected or sent to."""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Path]]:
    """A stage on which one round was played with everybody watched."""
    import asyncio

    root = tmp_path_factory.mktemp("privacy")
    logs = root / "logs"
    logs.mkdir()
    stage = Stage(root / "stage")
    (stage.root / "scratch").mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEDERITY_HOME", str(root / "user"))
        patch.setenv("FEDERITY_WATCH", str(logs))
        patch.setenv("PYTHONPATH", str(WATCH))
        # Python tries out whether it could make temporary files.
        patch.setenv("TMPDIR", str(stage.root / "scratch"))
        asyncio.run(_play(stage))
    yield stage, logs


async def _play(stage: Stage) -> None:
    await stage.build(shares(SEED))
    await play(stage, SEED, 1, lambda party, doing: None)


def events(logs: Path, name: str) -> list[list[str]]:
    """What the process of a contributor did."""
    for path in logs.glob("*.jsonl"):
        found = [json.loads(line) for line in path.read_text().splitlines()]
        if "federity.demo.contributor" in found[0] and any(name == Path(a).name for a in found[0]):
            return found
    raise AssertionError(f"{name} was not watched")


def private(stage: Stage, name: str) -> Path:
    return stage.folder(name) / "private"


@pytest.mark.parametrize("name", CONTRIBUTORS)
def test_no_socket_is_used(watched: tuple[Stage, Path], name: str) -> None:
    _, logs = watched
    used = {(event[0], event[1]) for event in events(logs, name) if event[0].startswith("socket.")}
    assert used <= QUIET
    # Importing a training framework asks where libraries are and on what machine; nothing else is started.
    started = {Path(event[1]).name for event in events(logs, name) if event[0] == "start"}
    assert started <= {"ldconfig", "gcc", "cc", "ld", "objdump", "uname"}


@pytest.mark.parametrize("name", CONTRIBUTORS)
def test_it_writes_only_into_its_own_folder_and_the_shared_home(
    watched: tuple[Stage, Path], name: str
) -> None:
    stage, logs = watched
    written = {Path(event[1]) for event in events(logs, name) if event[0] == "write"}
    assert written
    allowed = (stage.folder(name), stage.home, stage.root / "scratch", Path("/dev"))
    inside = [
        any(path.is_relative_to(folder) for folder in allowed) for path in written if path.is_absolute()
    ]
    assert all(inside), written
    assert not any(path.is_relative_to(private(stage, name)) for path in written)


@pytest.mark.parametrize("name", CONTRIBUTORS)
def test_nothing_outside_its_private_folder_holds_a_sample(watched: tuple[Stage, Path], name: str) -> None:
    stage, _ = watched
    assert not [path for path in (stage.root / "scratch").rglob("*") if path.is_file()]
    samples = Samples.load(private(stage, name) / "samples.safetensors")
    needles = [needle for image in samples.images for needle in forms(image)]
    files = [
        path
        for path in stage.root.rglob("*")
        if path.is_file() and not path.is_relative_to(private(stage, name))
    ]
    assert len(files) > 20
    for path in files:
        data = path.read_bytes()
        assert not any(needle in data for needle in needles), path


def forms(image: np.ndarray[Any, np.dtype[np.float32]]) -> list[bytes]:
    """An image in the encodings in which it could slip out: numbers of several widths, raw levels, text."""
    levels = (image * 16).astype(np.uint8)
    return [
        image.tobytes(),
        image.astype(np.float16).tobytes(),
        image.astype(np.float64).tobytes(),
        levels.tobytes(),
        json.dumps(image.ravel().tolist()).encode(),
    ]


@pytest.mark.parametrize("name", CONTRIBUTORS)
def test_what_it_says_is_words_and_figures(watched: tuple[Stage, Path], name: str) -> None:
    _, logs = watched
    said = "".join(event[1] for event in events(logs, name) if event[0] == "said")
    for line in said.splitlines():
        answer = json.loads(line)
        assert len(line) < 1000
        for value in answer.get("done", {}).values():
            assert isinstance(value, str | int | float) or value == sorted(set(value))


def test_the_search_finds_a_sample_that_is_there(watched: tuple[Stage, Path]) -> None:
    stage, _ = watched
    samples = Samples.load(private(stage, CONTRIBUTORS[0]) / "samples.safetensors")
    data = (private(stage, CONTRIBUTORS[0]) / "samples.safetensors").read_bytes()
    assert any(needle in data for needle in forms(samples.images[7]))
