"""What a commit stands on, in words: levels, and what no check here shows."""

from __future__ import annotations

from federity.repository.reports import LEVELS, Check

NOT_PROVED = (
    "that any update came from training, or from the data its author has in mind",
    "that training data, labels, sample counts and declared figures are real",
    "that a small, in-range update is harmless to the model",
    "that stored bytes stay available after this check",
)
NEW_BASE = (
    "where those weights of the base come from that are not its ancestor's to the bit; "
    "what the ancestor stands on is verified from the ancestor"
)
INSECURE = (
    "anything against whoever knows the secret of the development reference string and keys: "
    "this repository was created insecure, for good"
)


def passed(name: str, detail: str = "") -> Check:
    """A check that held."""
    return Check(name, "passed", detail)


def failed(name: str, detail: str) -> Check:
    """A check that did not hold."""
    return Check(name, "failed", detail)


def absent(name: str, detail: str) -> Check:
    """A check that could not be made."""
    return Check(name, "absent", detail)


def meaning(level: int) -> str:
    """A level in words."""
    return LEVELS.get(level, f"L{level}: a level that this version does not know")


def gaps(insecure: bool, continued: bool = False) -> tuple[str, ...]:
    """What is not proved, whatever the outcome; `continued` says that the base names an ancestor."""
    return (*NOT_PROVED, *((NEW_BASE,) if continued else ()), *((INSECURE,) if insecure else ()))
