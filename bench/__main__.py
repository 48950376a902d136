"""`python -m bench [NAME ...]`: measure all or the named, print, and write the sections of
docs/benchmarks.md. What takes many minutes runs only when it is named.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path

from bench import (
    aggregation,
    explorer,
    families,
    full_size,
    learning,
    memory,
    program,
    proofs,
    start_up,
    verbs,
    versions,
)
from bench.report import Table, load, machine
from federity.config import Config

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
CACHE = Config.read().cache
BENCHES: dict[str, Callable[[], Table]] = {
    "learning": learning.table,
    "proofs": lambda: proofs.proofs(CACHE),
    "keys": proofs.keys,
    "start": start_up.table,
    "verbs": lambda: asyncio.run(verbs.table(CACHE)),
    "aggregation": aggregation.table,
    "versions": lambda: versions.table(CACHE),
    "program": lambda: asyncio.run(program.table(CACHE)),
    "explorer": explorer.table,
    "families": families.table,
    "memory": lambda: memory.table(CACHE),
    "full": lambda: full_size.table(CACHE),
}
NAMED_ONLY = {"families", "memory", "full"}


def main() -> int:
    """Run the named benches, or all that are not long."""
    names = sys.argv[1:] or [name for name in BENCHES if name not in NAMED_ONLY]
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"There is no bench {unknown[0]!r}: they are {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in names:
        busy = load()
        section = BENCHES[name]().markdown(busy)
        print(section, flush=True)
        write(name, section)
    return 0


def write(name: str, section: str) -> None:
    """Put a section into the page; the other benches' sections stay as they were measured."""
    found = dict.fromkeys(BENCHES, "")
    if PAGE.exists():
        for bench, text in re.findall(r"<!-- (\w+) -->\n(.*?)<!-- end -->\n", PAGE.read_text(), re.DOTALL):
            found[bench] = text
    found[name] = section
    intro = (
        "# Benchmarks\n\n"
        "Written by `make bench`; no figure was put in by hand. Each section says how busy the machine\n"
        "was with other work when it began: wall-clock times suffer from that, processor seconds hardly.\n\n"
        f"Machine: {machine()}. Command: `python -m bench`.\n"
    )
    parts = [f"<!-- {bench} -->\n{text}<!-- end -->\n" for bench, text in found.items() if text]
    PAGE.write_text("\n".join([intro, *parts]))


if __name__ == "__main__":
    sys.exit(main())
