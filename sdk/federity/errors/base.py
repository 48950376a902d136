"""What every error has: a sentence, a hint, an exit code."""

from typing import ClassVar

_LONGEST = 2000


def _shortened(message: str) -> str:
    """A sentence without the middle of what is too long to read: a stranger may have named something so."""
    if len(message) <= _LONGEST:
        return message
    return f"{message[: _LONGEST // 2]} … {message[-_LONGEST // 4 :]}"


class FederityError(Exception):
    """Base of every error Federity raises on purpose.

    `sentence` says what is wrong. `hint`, when not empty, says what to do about it; a class may have a hint
    that fits all its cases. `str(error)` is both, so that a traceback also says what to do. `exit_code` is
    what a command returns.
    """

    exit_code: ClassVar[int] = 1
    hint: str = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        """Keep the sentence and, if given, a hint for this very case."""
        super().__init__(_shortened(message))
        if hint is not None:
            self.hint = hint

    @property
    def sentence(self) -> str:
        """What is wrong, without the hint."""
        return super().__str__()

    def __str__(self) -> str:
        """What is wrong, and what to do about it."""
        return f"{self.sentence} {self.hint}" if self.hint else self.sentence
