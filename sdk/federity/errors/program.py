"""What the program refuses, in classes of its names."""

from federity.errors.base import FederityError
from federity.errors.own import Archived, NotAMember, NotApproved, StaleHead


class ProgramError(FederityError):
    """The program refused an instruction.

    `code` is the program's error number, `name` its name in the IDL, `message` its sentence, `signature` the
    refused transaction's (None when it was refused before it was signed, as in a simulation).
    """

    exit_code = 70

    def __init__(
        self, code: int, name: str, message: str, signature: str | None = None, *, hint: str | None = None
    ) -> None:
        """Keep the four facts; the sentence shown is `message (name, code)`."""
        super().__init__(f"{message} ({name}, {code})", hint=hint)
        self.code = code
        self.name = name
        self.message = message
        self.signature = signature

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the four facts, because the sentence alone does not rebuild the error."""
        return type(self), (self.code, self.name, self.message, self.signature)


class RefusedNotAMember(ProgramError, NotAMember):
    """The program's own `NotAMember`."""

    exit_code = NotAMember.exit_code


class RefusedStaleHead(ProgramError, StaleHead):
    """The program's own `StaleHead`."""

    exit_code = StaleHead.exit_code


class RefusedNotApproved(ProgramError, NotApproved):
    """The program's own `NotApproved`, of an operation."""

    exit_code = NotApproved.exit_code


class RefusedArchived(ProgramError, Archived):
    """The program's own `Archived`."""

    exit_code = Archived.exit_code


_REFUSALS: dict[str, type[ProgramError]] = {
    "Unauthorized": RefusedNotAMember,
    "WrongMember": RefusedNotAMember,
    "RoleTooLow": RefusedNotAMember,
    "ParentStale": RefusedStaleHead,
    "OperationStale": RefusedStaleHead,
    "RepositoryArchived": RefusedArchived,
    "OperationNotApproved": RefusedNotApproved,
}

NEW_BASE = "Start a branch with a new base: `federity branch create NAME --model FILE`."
"""What to do where a head's numbers have no room left."""

_HINTS = {"BoundExceeded": NEW_BASE, "OperationBoundExceeded": NEW_BASE}


def program_error(code: int, name: str, message: str, signature: str | None = None) -> ProgramError:
    """Build the error for one of the program's codes, of the class that fits its name."""
    kind = _REFUSALS.get(name, ProgramError)
    return kind(code, name, message, signature, hint=_HINTS.get(name))
