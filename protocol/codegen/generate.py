"""Writes sdk/federity/_generated and docs/program.md from protocol/idl.json and crate `protocol`.

Usage: generate.py [--check]. With --check nothing is written, and a stale, missing or foreign file is an
error.
"""

import json
import sys
from pathlib import Path

from modules import modules
from rust_constants import read_constants
from tables import tables

ROOT = Path(__file__).resolve().parents[2]
CRATE = ROOT / "protocol" / "src"
TARGET = ROOT / "sdk" / "federity" / "_generated"
PAGE = ROOT / "docs" / "program.md"


def generate() -> dict[Path, str]:
    """The text of every generated file by its path."""
    constants = read_constants(CRATE / "constants.rs")
    seeds = read_constants(CRATE / "seeds.rs")
    idl = json.loads((ROOT / "protocol" / "idl.json").read_text())
    codec = (Path(__file__).parent / "codec.py").read_text()
    texts = {TARGET / name: text for name, text in modules(idl, constants, seeds, codec).items()}
    return {**texts, PAGE: tables(idl)}


def stale(texts: dict[Path, str]) -> list[Path]:
    """The files that are not what would be written now."""
    present = {path: path.read_text() for path in [*TARGET.glob("*.py"), PAGE] if path.exists()}
    return sorted(path for path in texts.keys() | present.keys() if texts.get(path) != present.get(path))


def main() -> int:
    """Write or check."""
    texts = generate()
    paths = stale(texts)
    if "--check" in sys.argv[1:]:
        for path in paths:
            name = path.relative_to(ROOT)
            print(f"{name} is stale: run 'make generate' and commit it.", file=sys.stderr)
        return 1 if paths else 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for path in paths:
        if path in texts:
            path.write_text(texts[path])
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
