"""The list of calls that go through: `@good("instruction")` before a function that sets the stage for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from program.matrix.stage import Stage

# Sets the stage; what it returns sends the one call.
Builder = Callable[[Stage], Callable[[], object]]


@dataclass(frozen=True)
class Good:
    """One way to call one instruction."""

    instruction: str
    case: str
    build: Builder

    @property
    def name(self) -> str:
        """How reports call it."""
        return f"{self.instruction}/{self.case}"


GOODS: list[Good] = []


def good(instruction: str) -> Callable[[Builder], Builder]:
    """Register a builder of a call of `instruction`; its name says which case of it this is."""

    def register(build: Builder) -> Builder:
        case = build.__name__
        assert all((other.instruction, other.case) != (instruction, case) for other in GOODS), case
        GOODS.append(Good(instruction, case, build))
        return build

    return register
