"""Attacks made from the IDL: each call that goes through, changed in every way, is refused by name or listed.

Every account by every other of its type, by one of each other type, by forgeries and by each other account of
the call; privileges turned over; accounts after the named ones dropped, doubled, swapped, foreign; integers
at their ends and at every boundary; two repositories of one name mixed.
"""

from __future__ import annotations

from collections import Counter

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from program.matrix import idl
from program.matrix.allowed import ALLOWED
from program.matrix.build import Matrix
from program.matrix.goods import GOODS
from program.matrix.mutations import Case
from program.proving import Prover

# What says nothing about the call: the program fell over, or ran out of units.
_NO_ANSWER = {"ProgramFailedToComplete", "ComputationalBudgetExceeded", "ProgramEnvironmentSetupFailure"}
_CASES = 20_000
SYSTEM = Pubkey.default()


@pytest.fixture(scope="module")
def matrix(program: bytes, prover: Prover) -> Matrix:
    return Matrix.build(program, prover)


@pytest.fixture(scope="module")
def outcomes(matrix: Matrix) -> dict[str, list[tuple[Case, str | None]]]:
    """By instruction: every case, and the name of its refusal."""
    found: dict[str, list[tuple[Case, str | None]]] = {name: [] for name in idl.instructions()}
    for subject in matrix.subjects:
        tried = [(case, matrix.trial.refusal(case.call)) for case in matrix.cases(subject)]
        found[subject.good.instruction] += tried
    return found


def test_every_instruction_has_a_call_that_goes_through() -> None:
    assert {good.instruction for good in GOODS} == set(idl.instructions())


def test_every_good_call_goes_through_in_both_repositories(matrix: Matrix) -> None:
    refused = {
        (subject.good.name, whose): name
        for subject in matrix.subjects
        for whose, call in (("mine", subject.call), ("twin", subject.twin))
        if (name := matrix.trial.refusal(call)) is not None
    }
    assert refused == {}


def test_every_optional_account_is_there_in_some_call(matrix: Matrix) -> None:
    asked = {(name, slot.name) for name in idl.instructions() for slot in idl.slots(name) if slot.optional}
    assert matrix.optional.keys() == asked


def test_lamports_sent_to_what_is_made_keep_nobody_from_it(matrix: Matrix) -> None:
    """Every address is known before there is anything at it."""
    svm, tried, refused = matrix.trial.svm, set(), {}
    for subject in matrix.subjects:
        for meta in subject.call.accounts:
            if not meta.is_writable or svm.get_account(meta.pubkey) is not None:
                continue
            svm.set_account(meta.pubkey, Account(900_000, b"", SYSTEM))
            if (name := matrix.trial.refusal(subject.call)) is not None:
                refused[subject.good.name, str(meta.pubkey)] = name
            tried.add(subject.good.instruction)
            svm.set_account(meta.pubkey, Account(0, b"", SYSTEM))
    assert refused == {}
    made = {
        name for name in idl.instructions() if any(slot.name == "system_program" for slot in idl.slots(name))
    }
    assert tried >= made


@pytest.mark.parametrize("instruction", idl.instructions())
def test_every_change_is_refused_by_name_or_listed(
    instruction: str, outcomes: dict[str, list[tuple[Case, str | None]]]
) -> None:
    through = [case.name for case, name in outcomes[instruction] if name is None and not _allowed(case)]
    unnamed = {
        case.name: name
        for case, name in outcomes[instruction]
        if name is not None and (name in _NO_ANSWER or name.startswith("Custom"))
    }
    assert (through, unnamed) == ([], {})


def test_nothing_is_listed_that_no_case_needs(outcomes: dict[str, list[tuple[Case, str | None]]]) -> None:
    through = [case for tried in outcomes.values() for case, name in tried if name is None]
    assert [entry for entry in ALLOWED if not any(entry.covers(case) for case in through)] == []


def test_no_range_is_wider_than_what_goes_through(
    outcomes: dict[str, list[tuple[Case, str | None]]],
) -> None:
    tried = [(case, name) for cases in outcomes.values() for case, name in cases if case.kind == "integer"]
    wide = []
    for entry in ALLOWED:
        if isinstance(entry.what, range):
            covered = [(case, name) for case, name in tried if entry.covers(case)]
            values = {int(case.what) for case, _ in covered}
            through = {int(case.what) for case, name in covered if name is None}
            through |= {case.unchanged for case, _ in covered if case.unchanged in entry.what}
            values |= through
            if (min(values), max(values)) != (min(through), max(through)):
                wide.append((entry, sorted(through)))
    assert wide == []


def test_there_are_enough_of_each_kind(outcomes: dict[str, list[tuple[Case, str | None]]]) -> None:
    kinds = Counter(case.kind for tried in outcomes.values() for case, _ in tried)
    print(dict(kinds))
    assert sum(kinds.values()) >= _CASES
    assert len({case.name for tried in outcomes.values() for case, _ in tried}) > _CASES // 2


def _allowed(case: Case) -> bool:
    return any(entry.covers(case) for entry in ALLOWED)
