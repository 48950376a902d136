"""The exception tree: as drawn, one exit code a class."""

import pickle
import re

import pytest

from federity import errors
from federity.errors import (
    FederityError,
    NotAMember,
    ProgramError,
    StaleHead,
    program_error,
)

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, FederityError)
}


def test_the_drawing_is_the_tree():
    drawn = dict(re.findall(r"^\W*([A-Z]\w+) +(\d+) ", errors.__doc__, re.MULTILINE))
    assert {name: int(code) for name, code in drawn.items()} == {n: c.exit_code for n, c in CLASSES.items()}
    assert set(CLASSES) <= set(errors.__all__)


def test_exit_codes_are_distinct_and_leave_0_and_2_alone():
    refusals = {c for c in CLASSES.values() if issubclass(c, ProgramError) and c is not ProgramError}
    codes = [c.exit_code for c in CLASSES.values() if c not in refusals]
    assert all(any(one.exit_code == base.exit_code for base in one.__bases__[1:]) for one in refusals)
    assert len(set(codes)) == len(codes)
    assert not {0, 2} & set(codes)


@pytest.mark.parametrize("name", CLASSES)
def test_every_error_has_a_sentence_and_survives_a_process_boundary(name):
    if issubclass(CLASSES[name], ProgramError):
        error = CLASSES[name](6001, "Name", "It is not so.", "signature")
    elif name == "TransactionRefused":
        error = CLASSES[name]("AlreadyProcessed", "It was sent before.")
    else:
        error = CLASSES[name]("It is not so.", hint="Do otherwise.")
        assert error.hint == "Do otherwise."
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), str(again), again.hint) == (type(error), str(error), error.hint)
    assert CLASSES[name].__doc__


def test_a_traceback_says_what_to_do_too():
    error = FederityError("It is not so.", hint="Do otherwise.")
    assert (str(error), error.sentence) == ("It is not so. Do otherwise.", "It is not so.")
    assert str(FederityError("It is not so.")) == "It is not so."
    assert str(StaleHead("It moved.")) == f"It moved. {StaleHead.hint}"


def test_refusals_by_the_program_are_of_the_class_that_fits():
    refused = program_error(6001, "RoleTooLow", "the wallet is not a member", "sig")
    assert isinstance(refused, NotAMember)
    assert isinstance(refused, ProgramError)
    assert (refused.code, refused.name, refused.signature) == (6001, "RoleTooLow", "sig")
    assert refused.exit_code == NotAMember.exit_code
    assert isinstance(program_error(1, "ParentStale", "moved"), StaleHead)
    assert type(program_error(1, "SomethingElse", "x")) is ProgramError


def test_what_a_stranger_named_endlessly_is_shortened() -> None:
    text = str(errors.BadBlob("tensor '" + "x" * 1_000_000 + "' is unknown"))
    assert len(text) < 2000
    assert text.startswith("tensor 'xxx")
    assert text.endswith("xxx' is unknown")
