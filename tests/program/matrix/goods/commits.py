"""Commits, their parts, their reviews."""

from collections.abc import Callable
from dataclasses import replace

from federity._generated.constants import (
    CHUNK_ELEMENTS,
    ROLE_MAINTAINER,
    ROUND_SERVER,
    ROUND_SOLO,
    VERDICT_APPROVE,
    VERDICT_REJECT,
)
from federity.chain import pda
from program.matrix.goods.registry import good
from program.matrix.stage import ALICE, BOB, BRIEF, KEEPER, MAINTAINER, RULES_NOW, STRANGER, Stage
from program.proving import N, delta, prove_call
from program.world import g1, wallet


@good("commit_create")
def in_an_open_round(s: Stage) -> Callable[[], object]:
    round_ = s.opened()
    return lambda: s.propose(round_, ALICE)


@good("commit_create")
def in_a_round_of_one_s_own(s: Stage) -> Callable[[], object]:
    round_ = s.opened(kind=ROUND_SOLO)
    return lambda: s.propose(round_, ALICE)


@good("commit_create")
def in_a_server_round(s: Stage) -> Callable[[], object]:
    round_ = s.opened(kind=ROUND_SERVER)
    return lambda: s.propose(round_, KEEPER)


@good("commit_create")
def to_be_proved(s: Stage) -> Callable[[], object]:
    round_ = s.opened()
    return lambda: s.propose(round_, ALICE, key_pin=s.pin, flags=1)


@good("commit_declare")
def the_first_chunk(s: Stage) -> Callable[[], object]:
    commit = s.propose(s.opened(), ALICE)
    return lambda: s.declare(commit, ALICE, g1(1))


@good("commit_declare")
def a_further_chunk(s: Stage) -> Callable[[], object]:
    commit = s.propose(s.opened(chunks=3), ALICE, parts=2)
    s.create_points(commit, 1)
    s.create_points(commit, 2)
    return lambda: s.declare(commit, ALICE, g1(1), 1)


@good("commit_prove")
def a_unit(s: Stage) -> Callable[[], object]:
    commit = s.propose(s.opened(), ALICE, key_pin=s.pin)
    unit = s.prover.prove(s, commit, delta())
    return lambda: s.send(prove_call(s, s.prover, commit, unit), signers=[ALICE])


@good("commit_prove")
def a_unit_of_a_further_chunk(s: Stage) -> Callable[[], object]:
    commit = s.propose(s.opened(chunks=2), ALICE, key_pin=s.pin)
    s.create_points(commit, 1)
    unit = s.prover.prove(s, commit, delta(), CHUNK_ELEMENTS // N)
    call = prove_call(s, s.prover, commit, unit, pda.points(commit, 1))
    return lambda: s.send(call, signers=[ALICE])


@good("points_create")
def of_the_next_chunk(s: Stage) -> Callable[[], object]:
    commit = s.propose(s.opened(chunks=3), ALICE, parts=2)
    s.create_points(commit, 1)
    return lambda: s.create_points(commit, 2)


@good("commit_accept")
def of_this_round(s: Stage) -> Callable[[], object]:
    round_ = s.opened()
    (commit,) = s.filled(round_, ALICE)
    return lambda: s.accept(round_, commit)


@good("commit_accept")
def with_an_approval(s: Stage) -> Callable[[], object]:
    round_ = s.opened(replace(RULES_NOW, approvals=1))
    (commit,) = s.filled(round_, ALICE)
    s.review(commit, MAINTAINER, VERDICT_APPROVE)
    return lambda: s.accept(round_, commit, voters=[MAINTAINER])


@good("commit_accept")
def of_an_expired_round(s: Stage) -> Callable[[], object]:
    before, (commit, _) = s.expired(ALICE, BOB)
    s.protect(RULES_NOW)
    round_ = s.open_round(KEEPER)
    return lambda: s.accept(round_, commit, before)


@good("commit_close")
def one_s_own_of_an_expired_round(s: Stage) -> Callable[[], object]:
    _, (commit, _) = s.expired(ALICE, BOB)
    return lambda: s.close(commit, ALICE)


@good("commit_close")
def beside_a_round_in_progress(s: Stage) -> Callable[[], object]:
    _, (commit, _) = s.expired(ALICE, BOB)
    s.open_round(KEEPER)
    return lambda: s.close(commit, ALICE)


@good("commit_close")
def a_rejected_one_by_anybody(s: Stage) -> Callable[[], object]:
    round_ = s.opened(BRIEF)
    (commit,) = s.filled(round_, ALICE)
    s.review(commit, MAINTAINER, VERDICT_REJECT)
    s.pass_slots(4)
    s.expire(round_)
    return lambda: s.close(commit, STRANGER)


@good("points_close")
def beside_a_round_that_is_open(s: Stage) -> Callable[[], object]:
    _, (commit, _) = s.expired(ALICE, BOB, chunks=2)
    s.open_round(KEEPER)
    return lambda: s.close(commit, ALICE, chunk=1)


@good("points_close")
def of_an_expired_round_s_commit(s: Stage) -> Callable[[], object]:
    _, (commit, _) = s.expired(ALICE, BOB, chunks=2)
    return lambda: s.close(commit, ALICE, chunk=1)


@good("review_create")
def a_first_verdict(s: Stage) -> Callable[[], object]:
    (commit,) = s.filled(s.opened(), ALICE)
    return lambda: s.review(commit, MAINTAINER, VERDICT_APPROVE)


@good("review_create")
def another_verdict(s: Stage) -> Callable[[], object]:
    (commit,) = s.filled(s.opened(), ALICE)
    s.review(commit, MAINTAINER, VERDICT_APPROVE)
    return lambda: s.review(commit, MAINTAINER, VERDICT_REJECT)


@good("remark_create")
def of_an_update(s: Stage) -> Callable[[], object]:
    (commit,) = s.filled(s.opened(), ALICE)
    return lambda: s.remark(commit, BOB)


@good("review_void")
def a_veto_by_the_owner(s: Stage) -> Callable[[], object]:
    (commit,) = s.filled(s.opened(), ALICE)
    s.review(commit, MAINTAINER, VERDICT_REJECT)
    return lambda: s.void(commit, MAINTAINER, s.owner, member=True)


@good("review_void")
def a_veto_of_who_has_left(s: Stage) -> Callable[[], object]:
    leaver = wallet("leaver")
    s.invite(leaver, ROLE_MAINTAINER)
    (commit,) = s.filled(s.opened(), ALICE)
    s.review(commit, leaver, VERDICT_REJECT)
    s.remove(leaver)
    return lambda: s.void(commit, leaver, STRANGER, member=False)
