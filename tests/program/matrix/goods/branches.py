"""Branches and rounds."""

from collections.abc import Callable
from dataclasses import replace

from solders.pubkey import Pubkey

from federity._generated.constants import ROLE_KEEPER, ROUND_OPEN, ROUND_SERVER, ROUND_SOLO
from federity.chain import pda
from program.matrix.goods.registry import good
from program.matrix.stage import (
    ALICE,
    BOB,
    BRIEF,
    KEEPER,
    LATE,
    MAINTAINER,
    PROPOSED,
    RULES_NOW,
    STRANGER,
    Stage,
)
from program.tagging import close_tag, move_tag, tag
from program.world import g1, wallet


@good("genesis_create")
def a_first_base(s: Stage) -> Callable[[], object]:
    return s.fresh


@good("genesis_create")
def a_base_made_from_a_head(s: Stage) -> Callable[[], object]:
    s.fresh()
    head = s.push(ALICE, g1(2))
    return lambda: s.publish_branch("made-from-a-head", RULES_NOW, ancestor=head)


@good("branch_create")
def at_a_head(s: Stage) -> Callable[[], object]:
    source = s.fresh()
    head = s.push(ALICE, g1(3))
    return lambda: s.branch_off("made-at-a-head", source, head, MAINTAINER)


@good("branch_create")
def at_a_head_of_another_repository(s: Stage) -> Callable[[], object]:
    s.fresh()
    head = s.push(ALICE, g1(3))
    s.forked()
    return lambda: s.branch_of_fork(head)


@good("tag_create")
def of_a_head(s: Stage) -> Callable[[], object]:
    s.fresh()
    head = s.push(ALICE, g1(3))
    return lambda: tag(s, head, s.label, MAINTAINER)


def two_heads_and_a_fork(s: Stage) -> tuple[Pubkey, Pubkey, Pubkey]:
    """Two heads of the repository, and a fork of it with a branch at the second."""
    s.fresh()
    first, second = s.push(ALICE, g1(3)), s.push(ALICE, g1(4))
    s.forked()
    s.branch_of_fork(second)
    return first, second, pda.repository(s.owner.pubkey(), s.label)


@good("tag_create")
def of_a_head_of_another_repository(s: Stage) -> Callable[[], object]:
    first, _, fork = two_heads_and_a_fork(s)
    return lambda: tag(s, first, branch=pda.branch(fork, "main"), repository=fork)


@good("tag_move")
def to_a_head_of_another_repository(s: Stage) -> Callable[[], object]:
    first, second, fork = two_heads_and_a_fork(s)
    branch = pda.branch(fork, "main")
    made = tag(s, first, branch=branch, repository=fork)
    return lambda: move_tag(s, made, second, branch=branch)


@good("tag_move")
def to_a_later_head(s: Stage) -> Callable[[], object]:
    s.fresh()
    first, second = s.push(ALICE, g1(3)), s.push(ALICE, g1(4))
    made = tag(s, first, s.label, MAINTAINER)
    return lambda: move_tag(s, made, second, MAINTAINER)


@good("tag_close")
def by_its_maker(s: Stage) -> Callable[[], object]:
    s.fresh()
    made = tag(s, s.push(ALICE, g1(3)), s.label, MAINTAINER)
    return lambda: close_tag(s, made, MAINTAINER)


@good("branch_protect")
def other_rules(s: Stage) -> Callable[[], object]:
    s.fresh()
    return lambda: s.protect(replace(RULES_NOW, protected=True, approvals=1))


@good("round_open")
def an_open_round(s: Stage) -> Callable[[], object]:
    s.fresh()
    return lambda: s.open_round(KEEPER, ROUND_OPEN)


@good("round_open")
def a_solo_round(s: Stage) -> Callable[[], object]:
    s.fresh()
    return lambda: s.open_round(ALICE, ROUND_SOLO)


@good("round_open")
def a_server_round(s: Stage) -> Callable[[], object]:
    s.fresh()
    return lambda: s.open_round(KEEPER, ROUND_SERVER)


@good("round_lock")
def an_open_round_by_a_keeper(s: Stage) -> Callable[[], object]:
    round_ = s.opened(PROPOSED)
    (commit,) = s.filled(round_, ALICE)
    s.accept(round_, commit)
    s.pass_slots(4)
    return lambda: s.lock(round_, KEEPER)


@good("round_lock")
def a_late_round_by_anybody(s: Stage) -> Callable[[], object]:
    round_ = s.opened(LATE)
    (commit,) = s.filled(round_, ALICE)
    s.accept(round_, commit)
    s.pass_slots(4)
    return lambda: s.lock(round_, STRANGER, member=False)


@good("round_lock")
def a_solo_round_with_its_commit(s: Stage) -> Callable[[], object]:
    round_ = s.opened(kind=ROUND_SOLO)
    (commit,) = s.filled(round_, ALICE)
    return lambda: s.lock(round_, ALICE, commit=commit)


@good("round_lock")
def a_server_round_with_its_commit(s: Stage) -> Callable[[], object]:
    round_ = s.opened(PROPOSED, kind=ROUND_SERVER)
    (commit,) = s.filled(round_, KEEPER)
    s.pass_slots(4)
    return lambda: s.lock(round_, KEEPER, commit=commit)


@good("round_expire")
def an_empty_round_that_is_late(s: Stage) -> Callable[[], object]:
    round_ = s.opened(LATE)
    s.pass_slots(4)
    return lambda: s.expire(round_)


@good("round_expire")
def a_locked_round_that_is_late(s: Stage) -> Callable[[], object]:
    round_, _ = s.locked(BRIEF)
    s.pass_slots(4)
    return lambda: s.expire(round_)


@good("round_lock")
def a_solo_round_beside_an_open_one(s: Stage) -> Callable[[], object]:
    s.opened()
    round_ = s.open_round(ALICE, ROUND_SOLO)
    (commit,) = s.filled(round_, ALICE)
    return lambda: s.lock(round_, ALICE, commit=commit)


@good("round_cancel")
def by_a_maintainer_before_its_time(s: Stage) -> Callable[[], object]:
    round_ = s.opened()
    return lambda: s.cancel(round_, MAINTAINER)


@good("round_cancel")
def of_an_opener_who_has_left(s: Stage) -> Callable[[], object]:
    leaver = wallet("leaver")
    s.invite(leaver, ROLE_KEEPER)
    s.fresh()
    round_ = s.open_round(leaver)
    s.remove(leaver)
    return lambda: s.cancel(round_, STRANGER, member=False)


@good("round_close")
def an_expired_round_without_commits(s: Stage) -> Callable[[], object]:
    round_, _ = s.expired()
    return lambda: s.close_round(round_)


@good("record_close")
def an_approval_of_a_round_that_is_over(s: Stage) -> Callable[[], object]:
    round_, _ = s.locked(BRIEF)
    s.approve(round_, MAINTAINER)
    s.pass_slots(4)
    s.expire(round_)
    return lambda: s.close_record(round_, STRANGER, approval=pda.approval(round_, MAINTAINER.pubkey()))


@good("record_close")
def a_review_of_a_commit_that_is_gone(s: Stage) -> Callable[[], object]:
    round_ = s.opened(BRIEF)
    (commit,) = s.filled(round_, BOB)
    s.review(commit, MAINTAINER, 2)
    s.pass_slots(4)
    s.expire(round_)
    s.close(commit, BOB)
    return lambda: s.close_record(commit, STRANGER, review=pda.review(commit, MAINTAINER.pubkey()))


@good("record_close")
def a_location_by_its_poster(s: Stage) -> Callable[[], object]:
    genesis = pda.genesis(s.fresh())
    s.post(genesis, ALICE)
    return lambda: s.close_record(genesis, ALICE, location=pda.location(genesis, ALICE.pubkey()))
