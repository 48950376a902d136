"""Writes sdk/federity/_generated from protocol/idl.json and crate `protocol`.

Usage: generate.py [--check]. With --check nothing is written, and a stale, missing or foreign file is an
error.
"""

import json
import sys
from pathlib import Path

from modules import modules
from rust_constants import read_constants

ROOT = Path(__file__).resolve().parents[2]
CRATE = ROOT / "protocol" / "src"
TARGET = ROOT / "sdk" / "federity" / "_generated"


def generate() -> dict[str, str]:
    """The text of every generated file by its name."""
    constants = read_constants(CRATE / "constants.rs")
    seeds = read_constants(CRATE / "seeds.rs")
    idl = json.loads((ROOT / "protocol" / "idl.json").read_text())
    codec = (Path(__file__).parent / "codec.py").read_text()
    return modules(idl, constants, seeds, codec)


def stale(texts: dict[str, str]) -> list[str]:
    """The files in the target that are not what would be written now."""
    present = {path.name: path.read_text() for path in TARGET.glob("*.py")}
    return sorted(name for name in texts.keys() | present.keys() if texts.get(name) != present.get(name))


def main() -> int:
    """Write or check."""
    texts = generate()
    names = stale(texts)
    if "--check" in sys.argv[1:]:
        for name in names:
            print(
                f"sdk/federity/_generated/{name} is stale: run 'make generate' and commit it.",
                file=sys.stderr,
            )
        return 1 if names else 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name in texts:
            (TARGET / name).write_text(texts[name])
        else:
            (TARGET / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
