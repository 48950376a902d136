"""Weights and merges."""

from collections.abc import Callable
from dataclasses import replace

from federity._generated.constants import (
    GENESIS_FRACTION_BITS,
    ROUND_SOLO,
    WEIGHT_BITS,
    WEIGHT_ONE,
    WEIGHTING_KEEPER,
)
from federity.chain import pda
from program.matrix.goods.registry import good
from program.matrix.stage import ALICE, KEEPER, MAINTAINER, RULES_NOW, STRANGER, Stage
from program.world import add, g1, scaled

KEEPERS = replace(RULES_NOW, weighting=WEIGHTING_KEEPER)
# What one of two commits counts.
HALF = (WEIGHT_ONE // 2) << (GENESIS_FRACTION_BITS - WEIGHT_BITS)
BOTH = scaled(add(g1(1), g1(2)), HALF)


@good("weights_write")
def of_two_commits(s: Stage) -> Callable[[], object]:
    round_, commits = s.locked(KEEPERS)
    return lambda: s.weigh(round_, commits, [30_000, 20_000])


@good("weights_write")
def again_from_the_first(s: Stage) -> Callable[[], object]:
    round_, commits = s.locked(KEEPERS)
    s.weigh(round_, commits, [30_000, 20_000])
    return lambda: s.weigh(round_, commits[:1], [WEIGHT_ONE], restart=True)


@good("weights_write")
def of_the_second_commit(s: Stage) -> Callable[[], object]:
    round_, commits = s.locked(KEEPERS)
    s.weigh(round_, commits[:1], [30_000])
    return lambda: s.weigh(round_, commits[1:], [20_000])


@good("merge_approve")
def by_a_maintainer(s: Stage) -> Callable[[], object]:
    round_, _ = s.locked(replace(RULES_NOW, merge_approvals=1))
    return lambda: s.approve(round_, MAINTAINER)


@good("merge_begin")
def by_anybody(s: Stage) -> Callable[[], object]:
    round_, _ = s.locked()
    return lambda: s.begin(round_, STRANGER)


@good("merge_begin")
def with_an_approval(s: Stage) -> Callable[[], object]:
    round_, _ = s.locked(replace(RULES_NOW, merge_approvals=1))
    s.approve(round_, MAINTAINER)
    return lambda: s.begin(round_, STRANGER, voters=[MAINTAINER])


@good("merge_extend")
def from_a_base(s: Stage) -> Callable[[], object]:
    round_, _ = s.locked(chunks=2)
    s.begin(round_, STRANGER)
    return lambda: s.extend(round_, 1)


@good("merge_extend")
def from_a_head_with_points(s: Stage) -> Callable[[], object]:
    round_, commits = s.locked(chunks=2)
    s.finished(round_, commits, 2, BOTH)
    head = s.account(s.branch).head
    again = s.open_round(KEEPER)
    for commit in s.filled(again, ALICE, chunks=2):
        s.accept(again, commit)
    s.lock(again, MAINTAINER)
    s.begin(again, STRANGER)
    return lambda: s.extend(again, 1, pda.points(head, 1))


@good("merge_add")
def one_of_two_commits(s: Stage) -> Callable[[], object]:
    round_, commits = s.locked()
    s.begin(round_, STRANGER)
    return lambda: s.merge_add(round_, commits[:1], bytes(64))


@good("merge_add")
def both_commits(s: Stage) -> Callable[[], object]:
    round_, commits = s.locked()
    s.begin(round_, STRANGER)
    return lambda: s.merge_add(round_, commits, BOTH)


@good("merge_add")
def both_commits_to_another_chunk(s: Stage) -> Callable[[], object]:
    round_, commits = s.locked(chunks=2)
    s.begin(round_, STRANGER)
    s.extend(round_, 1)
    return lambda: s.merge_add(round_, commits, BOTH, 1)


@good("merge_finish")
def by_anybody_without_a_blob(s: Stage) -> Callable[[], object]:
    round_, commits = s.locked()
    s.begin(round_, STRANGER)
    s.merge_add(round_, commits, BOTH)
    return lambda: s.finish(round_, STRANGER)


@good("merge_finish")
def by_a_keeper_with_a_blob(s: Stage) -> Callable[[], object]:
    round_, commits = s.locked()
    s.begin(round_, STRANGER)
    s.merge_add(round_, commits, BOTH)
    return lambda: s.finish(round_, KEEPER, member=True, blob_hash=b"\x05" * 32)


@good("merge_finish")
def a_round_of_one_s_own(s: Stage) -> Callable[[], object]:
    round_ = s.opened(kind=ROUND_SOLO)
    (commit,) = s.filled(round_, ALICE)
    s.lock(round_, ALICE, commit=commit)
    s.begin(round_, ALICE)
    s.merge_add(round_, [commit], scaled(g1(1), 1 << GENESIS_FRACTION_BITS))
    return lambda: s.finish(round_, ALICE, member=True, blob_hash=b"\x05" * 32)
