"""`python -m bench [NAME ...]`: measure, print, and write docs/benchmarks.md when everything was measured."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from bench import learning, program, proofs, verbs
from bench.report import Table, load, machine
from federity.config import Config

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
CACHE = Config.read().cache
BENCHES: dict[str, Callable[[], Table]] = {
    "learning": learning.table,
    "proofs": lambda: proofs.proofs(CACHE),
    "keys": proofs.keys,
    "verbs": lambda: asyncio.run(verbs.table(CACHE)),
    "program": lambda: asyncio.run(program.table(CACHE)),
}


def main() -> int:
    """Run the named benches, or all."""
    names = sys.argv[1:] or list(BENCHES)
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"There is no bench {unknown[0]!r}: they are {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    CACHE.mkdir(parents=True, exist_ok=True)
    busy = load()
    parts = []
    for name in names:
        parts.append(BENCHES[name]().markdown())
        print(parts[-1], flush=True)
    if list(BENCHES) == names:
        PAGE.write_text(page(parts, busy))
    return 0


def page(parts: list[str], busy: str) -> str:
    """Return the page: what was measured where, and the tables."""
    intro = (
        "# Benchmarks\n\nWritten by `make bench`; nothing here was put in by hand.\n\n"
        f"Machine: {machine()}; {busy} when it began. Command: `python -m bench`.\n"
    )
    return "\n".join([intro, *parts])


if __name__ == "__main__":
    sys.exit(main())
