"""Loaded by Python at its start when this folder is on PYTHONPATH: writes down what the process does.

`FEDERITY_WATCH` names a folder; each process leaves a file of JSON lines there, named by its id: files it
opened to write, sockets it made or used, processes it started, and what it said on stdout.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

SOCKETS = {"socket.__new__", "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}
STARTS = {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork", "os.forkpty"}


def install(folder: str) -> None:
    log = os.open(Path(folder) / f"{os.getpid()}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def say(kind: str, *facts: object) -> None:
        os.write(log, (json.dumps([kind, *(str(fact) for fact in facts)]) + "\n").encode())

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                say("write", os.fsdecode(path) if isinstance(path, str | bytes) else f"fd {path}")
        elif event in SOCKETS:
            say(event, *arguments[1:3])
        elif event in STARTS:
            say("start", arguments[0])

    class Overheard:
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        def write(self, text: str) -> int:
            say("said", text)
            return int(self._stream.write(text))

        def __getattr__(self, name: str) -> Any:
            return getattr(self._stream, name)

    say("arguments", *sys.orig_argv)
    sys.stdout = Overheard(sys.stdout)
    sys.addaudithook(hook)


if os.environ.get("FEDERITY_WATCH"):
    install(os.environ["FEDERITY_WATCH"])
