"""Joins the parts of the program's IDL (spec 0.1.0) that its tests print, and writes protocol/idl.json.

Usage: idl.py [--check]. With --check nothing is written and a stale file is an error.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
IDL = ROOT / "protocol" / "idl.json"
EMIT = (
    "cargo test --quiet --lib -p federity --features idl-build __anchor_private_print_idl "
    "-- --show-output --test-threads=1"
)
BLOCK = re.compile(r"^--- IDL begin (\w+) ---\n(.*?)\n--- IDL end \1 ---$", re.MULTILINE | re.DOTALL)


def emit() -> dict[str, Any]:
    """Build the IDL from the program's source with the host's compiler."""
    command = EMIT.split()
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    idl: dict[str, Any] = {}
    address = ""
    events: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    types: list[dict[str, Any]] = []
    for kind, body in BLOCK.findall(output):
        if kind == "program":
            idl = json.loads(body)
        elif kind == "address":
            address = body.strip()
        elif kind == "errors":
            errors += json.loads(body)
        elif kind == "event":
            part = json.loads(body)
            events.append(part["event"])
            types += part["types"]
    idl["address"] = address
    idl["events"] = sorted(events, key=lambda event: str(event["name"]))
    idl["errors"] = sorted(errors, key=lambda error: int(error["code"]))
    # Aliases of integers (PodU64 ...): nothing refers to them, and clients of the specification refuse them.
    named = {entry["name"]: entry for entry in idl["types"] + types if entry["type"]["kind"] != "type"}
    idl["types"] = [named[name] for name in sorted(named)]
    return idl


def main() -> int:
    """Write the IDL, or say whether the written one is stale."""
    text = json.dumps(emit(), indent=1) + "\n"
    if "--check" in sys.argv[1:]:
        if IDL.read_text() == text:
            return 0
        print(
            "protocol/idl.json is stale: run 'make generate' and commit it.",
            file=sys.stderr,
        )
        return 1
    IDL.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
