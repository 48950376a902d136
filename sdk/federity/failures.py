"""From an exception to one sentence and an exit code; a traceback only with FEDERITY_DEBUG=1.

The net under every command, the keeper's too.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from federity.errors import FederityError
from federity.files import unavailable

__all__ = ["INTERRUPTED", "Failure", "debugging", "first"]

INTERRUPTED = 130  # 128 + SIGINT, as shells have it


@dataclass(frozen=True)
class Failure:
    """What is said about an error: the name of its class, a sentence, a hint, the exit code."""

    name: str
    sentence: str
    exit_code: int

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """Classify `error`; the first cause of an exception group speaks for the group."""
        error = first(error)
        if isinstance(error, KeyboardInterrupt):
            # Whoever knows better what there is to be done says so.
            said = str(error) or "interrupted; the same command run again does what is left"
            return cls("Interrupted", said, INTERRUPTED)
        if isinstance(error, FederityError):
            said = " ".join(filter(None, [_line(error.sentence), error.hint]))
            return cls(type(error).__name__, said, error.exit_code)
        if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError):
            return cls.of(unavailable(error, None, "used"))
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
