"""Errors that are not the program's own get the name and the sentence of whose they are."""

import pytest
from solders.compute_budget import ID as COMPUTE_BUDGET
from solders.system_program import ID as SYSTEM_PROGRAM

from federity._generated.errors import ERRORS
from federity._generated.program import PROGRAM_ID
from federity.chain.failure import Failure
from federity.errors import InsufficientFunds, ProgramError, TransactionRefused

IN_USE = (f"Program {SYSTEM_PROGRAM} failed: custom program error: 0x0",)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (0, "AccountAlreadyInUse"),
        (2000, "ConstraintMut"),
        (2006, "ConstraintSeeds"),
        (2040, "ConstraintDuplicateMutableAccount"),
        (2506, "RequireGteViolated"),
        (3012, "AccountNotInitialized"),
        (3017, "AccountDuplicateReallocs"),
    ],
)
def test_anchor_s_and_the_system_program_s(code: int, name: str) -> None:
    failure = Failure("Custom", 0, PROGRAM_ID, code)
    error = failure.error()
    assert isinstance(error, ProgramError)
    assert (error.code, error.name, failure.name) == (code, name, name)
    assert str(PROGRAM_ID) not in error.message
    assert code not in ERRORS


@pytest.mark.parametrize("program", [SYSTEM_PROGRAM, PROGRAM_ID])
def test_too_little_money_is_a_wallet_s_error(program: object) -> None:
    assert isinstance(Failure("Custom", 0, program, 1).error(), InsufficientFunds)  # type: ignore[arg-type]


def test_another_program_s_number_is_not_taken_for_one_of_these() -> None:
    unknown = Failure("Custom", 0, COMPUTE_BUDGET, 0)
    error = unknown.error()
    assert isinstance(error, ProgramError)
    assert (error.name, unknown.name) == ("Custom", "Custom")
    assert str(COMPUTE_BUDGET) in error.message
    called = unknown.error(IN_USE)
    assert isinstance(called, ProgramError)
    assert called.name == "AccountAlreadyInUse"


@pytest.mark.parametrize("reason", ["NotEnoughAccountKeys", "InvalidInstructionData", "IllegalOwner"])
def test_the_runtime_s_own_have_a_sentence(reason: str) -> None:
    error = Failure(reason, 0, PROGRAM_ID).error()
    assert isinstance(error, TransactionRefused)
    assert reason not in error.message
