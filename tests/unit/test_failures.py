"""Every exception ends as one sentence and an exit code."""

import errno
import os

import pytest

from federity import errors
from federity.cli.refused import USAGE, Refused
from federity.failures import INTERRUPTED, Failure, debugging, first


def classes() -> list[type[errors.FederityError]]:
    return [value for name in errors.__all__ if isinstance(value := getattr(errors, name), type)]


def test_the_sentence_and_its_hint() -> None:
    failure = Failure.of(errors.NotFound("there is no branch 'x'", hint="Try another."))
    assert failure == Failure("NotFound", "there is no branch 'x'. Try another.", 50)


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_no_class_has_the_code_of_something_else(kind: type[errors.FederityError]) -> None:
    assert kind.exit_code not in {0, USAGE, INTERRUPTED}
    twins = [other for other in classes() if other.exit_code == kind.exit_code and other is not kind]
    assert all(issubclass(kind, twin) or issubclass(twin, kind) for twin in twins)


def test_refusing_to_pay_is_a_usage_error() -> None:
    assert Failure.of(Refused("nothing was sent")).exit_code == USAGE


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_has_its_own_code(number: int) -> None:
    failure = Failure.of(OSError(number, "whatever", "/data/blob"))
    assert failure.exit_code == errors.StorageFull.exit_code
    assert "/data/blob" in failure.sentence


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.EMFILE, errno.EROFS])
def test_other_trouble_with_files_is_never_unexpected(number: int) -> None:
    failure = Failure.of(OSError(number, "x", "/secret"))
    assert failure.sentence.startswith(f"/secret cannot be used: {os.strerror(number)}. ")
    assert failure.exit_code == errors.FileUnavailable.exit_code
    assert Failure.of(OSError(number, "x")).exit_code == errors.FileUnavailable.exit_code


def test_an_interrupt() -> None:
    assert Failure.of(KeyboardInterrupt()).exit_code == INTERRUPTED
    assert "does what is left" in Failure.of(KeyboardInterrupt()).sentence
    assert Failure.of(KeyboardInterrupt("nothing was sent")).sentence == "nothing was sent"


def test_a_bug_is_one_line_too() -> None:
    failure = Failure.of(ValueError("two\nlines"))
    assert failure.sentence == "unexpected ValueError: two lines (FEDERITY_DEBUG=1 shows where)."


def test_our_own_error_speaks_for_a_group() -> None:
    ours = errors.BlobMissing("gone")
    group = ExceptionGroup("several", [ValueError("x"), ExceptionGroup("inner", [ours])])
    assert first(group) is ours


@pytest.mark.parametrize(("value", "on"), [("1", True), ("0", False), ("", False)])
def test_debugging(monkeypatch: pytest.MonkeyPatch, value: str, on: bool) -> None:
    monkeypatch.setenv("FEDERITY_DEBUG", value)
    assert debugging() is on
