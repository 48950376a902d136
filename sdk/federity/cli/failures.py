"""From an exception to one sentence and an exit code; a traceback only with FEDERITY_DEBUG=1."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass

from federity.errors import ChainDamaged, FederityError, StorageFull

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
USAGE = 2
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Refused(FederityError):
    """The command was not agreed to, or its options do not fit together; nothing was done."""

    exit_code = USAGE


@dataclass(frozen=True)
class Failure:
    """What is said about an error: the name of its class, a sentence, a hint, the exit code."""

    name: str
    sentence: str
    exit_code: int

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """Classify `error`; the first cause of an exception group speaks for the group."""
        import sqlite3

        error = first(error)
        if isinstance(error, KeyboardInterrupt):
            return cls(
                "Interrupted", "interrupted; run the command again to go on where it stopped", INTERRUPTED
            )
        if isinstance(error, FederityError):
            said = " ".join(filter(None, [_line(error.sentence), error.hint]))
            return cls(type(error).__name__, said, error.exit_code)
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return cls.of(StorageFull(f"no room left to write{_where(error)}"))
        if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
            return cls.of(StorageFull("no room left to write the embedded chain"))
        if isinstance(error, sqlite3.DatabaseError):
            return cls.of(ChainDamaged(f"the embedded chain's file cannot be used: {error}"))
        if isinstance(error, OSError):
            reason = os.strerror(error.errno).lower() if error.errno else str(error)
            return cls(type(error).__name__, f"{reason}{_where(error)}.", FederityError.exit_code)
        if isinstance(error, MemoryError):
            return cls(
                "MemoryError", "this machine has too little memory for the model.", FederityError.exit_code
            )
        sentence = f"unexpected {type(error).__name__}: {_text(error)} (FEDERITY_DEBUG=1 shows where)."
        return cls(type(error).__name__, sentence, FederityError.exit_code)


def first(error: BaseException) -> BaseException:
    """The error itself, or the first leaf of a group, our own errors before others."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    leaves = [first(inner) for inner in error.exceptions]
    return next((leaf for leaf in leaves if isinstance(leaf, FederityError)), leaves[0])


def debugging() -> bool:
    """True when the person asked for tracebacks."""
    return os.environ.get("FEDERITY_DEBUG", "") not in {"", "0"}


def _line(sentence: str) -> str:
    text = " ".join(sentence.split())
    return text if text.endswith((".", "!", "?")) else text + "."


def _text(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _where(error: OSError) -> str:
    return f": {error.filename}" if error.filename else ""
