"""A process that has loaded everything, and runs each command in a fork of itself. Started with the shim.

A line on standard input is a JSON object: `program` (federity, federity-keeper), `arguments`, `folder` to
run in, `home`, and `root`, `call`, `how` and `book` for the shim. The answer has `code` (minus a signal),
`out` and `err`.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import sys
import tempfile
import traceback
from typing import Any

PROGRAMS = {"federity": "federity.cli.main", "federity-keeper": "federity_keeper.__main__"}
LOADED = (
    *PROGRAMS.values(),
    "federity.chain.embedded",
    "federity.prover.groth16",
    "federity.repository.repository",
    "federity.storage.directory",
    "federity_keeper.service",
    "sqlite3",
)


def run(job: dict[str, Any], shim: ctypes.CDLL) -> dict[str, Any]:
    """Fork, and let the child do it."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = suffer(job, shim, out.fileno(), err.fileno())
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode())
    return {"code": os.waitstatus_to_exitcode(status), "out": said[0], "err": said[1]}


def suffer(job: dict[str, Any], shim: ctypes.CDLL, out: int, err: int) -> int:
    """Run the command in this process, whose end is near."""
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.environ["FEDERITY_HOME"] = job["home"]
    os.chdir(job["folder"])
    shim.shim_arm(job["root"].encode(), job["call"], job["how"], job["book"].encode())
    try:
        code = sys.modules[PROGRAMS[job["program"]]].main(job["arguments"])
    except SystemExit as end:
        code = end.code
    return int(code)


def main() -> None:
    """Answer line by line."""
    for name in LOADED:
        importlib.import_module(name)
    shim = ctypes.CDLL(None)
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line), shim)), flush=True)


if __name__ == "__main__":
    main()
