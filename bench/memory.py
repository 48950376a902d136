"""Peak memory of each verb on a model of 10^8 parameters, through the command line."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.large import Person, Spent, change_model, elements, write_model
from bench.report import Table, megabytes
from federity.objects import CHUNK_ELEMENTS

BOUND = 2 * 10**9
WIDTH = 768
BLOCKS = 9

# A transformer's shapes; the largest tensor spans nine chunks.
SHAPES: dict[str, tuple[int, ...]] = {"embedding.weight": (48_000, WIDTH)} | {
    f"blocks.{block}.{name}": shape
    for block in range(BLOCKS)
    for name, shape in {
        "attention.weight": (3 * WIDTH, WIDTH),
        "output.weight": (WIDTH, WIDTH),
        "up.weight": (4 * WIDTH, WIDTH),
        "down.weight": (WIDTH, 4 * WIDTH),
        "norm.weight": (WIDTH,),
    }.items()
}


def everywhere(draws: np.random.Generator, n: int) -> npt.NDArray[np.float32]:
    """A change of every weight, by a twentieth of its spread."""
    return draws.standard_normal(n, np.float32) * np.float32(0.001)


def here_and_there(draws: np.random.Generator, n: int) -> npt.NDArray[np.float32]:
    """A change of one weight in fifty."""
    return everywhere(draws, n) * (draws.random(n, np.float32) < 0.02)


class Measured:
    """Rows of verb, seconds, processor seconds, peak memory."""

    def __init__(self) -> None:
        """Start with no rows."""
        self.rows: list[tuple[str, str, str, str]] = []

    def __call__(self, what: str, spent: Spent) -> None:
        """Write a verb's row. Raises AssertionError over the bound."""
        print(f"{what}: {spent.seconds:.0f} s, {megabytes(spent.peak)}", flush=True)
        assert spent.peak < BOUND, f"{what} took {spent.peak} bytes"
        taken = f"{spent.seconds:.0f} s", f"{spent.processor_seconds:.0f} s"
        self.rows.append((what, *taken, megabytes(spent.peak)))


def table(cache: Path) -> Table:
    """Play a round of two contributors and measure each verb."""
    measured = Measured()
    with tempfile.TemporaryDirectory() as folder:
        play(Path(folder), cache, SHAPES, measured)
    size = elements(SHAPES)
    return Table(
        "Memory",
        f"A round at L0 from the command line, on {size:,} float32 weights ({megabytes(4 * size)}, "
        f"{-(-size // CHUNK_ELEMENTS)} chunks) in a safetensors file, with the embedded chain and a local "
        "store; each verb is a process of its own. Weights and training are synthetic: one contributor "
        "changes every weight, another one in fifty. Peak is `ru_maxrss`, the libraries and the reference "
        f"string of 2^20 powers (64 MB) included; the bound is {megabytes(BOUND)}. The push that makes the "
        "repository loads the proving key that it pins.",
        ("verb", "time", "processor time", "peak memory"),
        measured.rows,
    )


def play(root: Path, cache: Path, shapes: dict[str, tuple[int, ...]], measured: Measured) -> None:
    """A round: create, clone, train, commit, propose, merge, pull, check out, verify."""
    home = root / "home"
    home.mkdir()
    (home / "cache").symlink_to(cache)
    people = [Person(home, root / name, home / f"{name}.json") for name in ("owner", "one", "two")]
    owner, *contributors = people
    for person in people:
        person.do("key", "new", str(person.key))
        person.do("key", "airdrop", "100")
    write_model(root / "model.safetensors", shapes)
    rules = ["--protected", "--approvals", "0", "--insecure", "--name", "large"]
    measured("init", owner.do("init", str(owner.folder), "--model", str(root / "model.safetensors"), *rules))
    measured("push (the repository)", owner.do("push", "--yes"))
    url = owner.asked("status")["name"]
    for person in contributors:
        owner.do("member", "add", person.asked("whoami")["wallet"], "--yes")
    owner.do("round", "open", "--yes")
    for seed, (person, noise) in enumerate(zip(contributors, (everywhere, here_and_there), strict=True)):
        note = f" ({noise.__name__.replace('_', ' ')})"
        cloned = person.do("clone", url, str(person.folder))
        if not seed:
            measured("clone", cloned)
        change_model(person.model, seed, noise)
        measured(f"commit{note}", person.do("commit", "-m", noise.__name__, "--samples", "1"))
        measured(f"push{note}", person.do("push", "--yes", "--level", "0"))
    measured("merge", owner.do("merge", "--yes"))
    reader = contributors[0]
    measured("pull", reader.do("pull", "--force"))
    measured("checkout HEAD~1", reader.do("checkout", "HEAD~1", "--force"))
    measured("status", reader.do("status"))
    measured("verify", reader.do("verify"))
