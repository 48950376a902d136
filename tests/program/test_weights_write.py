"""`weights_write` and `merge_approve`: the keeper's weights, and who agrees to them."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_KEEPER, ROLE_MAINTAINER, VERDICT_REJECT
from federity._generated.events import MergeApproved, WeightsWritten
from federity.chain import pda
from program.world import RULES, Sent, World, add, g1, metas, named, refused, scaled, wallet

KEEPERS = replace(RULES, weighting=2, max_weight=40_000)


def write(
    world: World,
    round_: Pubkey,
    commits: Sequence[Pubkey],
    weights: list[int],
    *,
    restart: bool = False,
    who: Keypair | None = None,
) -> Sent:
    who = who or world.owner
    call = instructions.weights_write(
        authority=who.pubkey(),
        member=world.member(who),
        repository=world.repository,
        round=round_,
        restart=restart,
        weights=weights,
        remaining=metas(commits, writable=True),
    )
    return world.send(call, signers=[who])


def approve(world: World, round_: Pubkey, who: Keypair, hashes: tuple[bytes, bytes] | None = None) -> Sent:
    state = world.account(round_)
    set_hash, weights_hash = hashes or (state.set_hash, state.weights_hash)
    call = instructions.merge_approve(
        payer=world.payer.pubkey(),
        authority=who.pubkey(),
        member=world.member(who),
        repository=world.repository,
        round=round_,
        approval=pda.approval(round_, who.pubkey()),
        set_hash=set_hash,
        weights_hash=weights_hash,
    )
    return world.send(call, signers=[who])


@pytest.fixture
def locked(empty: World) -> tuple[Pubkey, list[Pubkey]]:
    return lock_three(empty, KEEPERS)


def lock_three(world: World, rules: object, reject: int | None = None) -> tuple[Pubkey, list[Pubkey]]:
    world.publish(rules)  # type: ignore[arg-type]
    round_ = world.open_round(world.owner)
    commits = []
    for n in range(3):
        author = wallet(f"author {n}")
        world.invite(author, ROLE_CONTRIBUTOR)
        commits.append(world.contribute(round_, author, g1(n + 1)))
        world.accept(round_, commits[-1])
    if reject is not None:
        world.review(commits[reject], world.owner, VERDICT_REJECT)
    world.lock(round_, world.owner)
    return round_, commits


def test_weights_are_hashed_in_order_and_used(empty: World, locked: tuple[Pubkey, list[Pubkey]]) -> None:
    world, (round_, commits) = empty, locked
    write(world, round_, commits[:2], [40_000, 5])
    with refused("WeightsIncomplete"):
        world.begin(round_, world.owner)
    event = named(write(world, round_, commits[2:], [20_000]), WeightsWritten)
    digest = bytes(32)
    for index, weight in enumerate((40_000, 5, 20_000)):
        digest = hashlib.sha256(digest + index.to_bytes(4, "little") + weight.to_bytes(4, "little")).digest()
    assert (event.first, list(event.weights), event.weights_hash) == (2, [20_000], digest)
    world.begin(round_, world.owner)
    total = add(*(scaled(g1(n + 1), w << 8) for n, w in enumerate((40_000, 5, 20_000))))
    world.merge_add(round_, commits, total)
    world.finish(round_, world.owner)


def test_weights_that_sum_to_more_than_one_are_refused(
    empty: World, locked: tuple[Pubkey, list[Pubkey]]
) -> None:
    with refused("WeightSumExceeded"):
        write(empty, *locked, [40_000, 25_536, 1])
    write(empty, *locked, [40_000, 25_536, 0])


def test_one_commits_weight_is_capped(empty: World, locked: tuple[Pubkey, list[Pubkey]]) -> None:
    with refused("WeightTooLarge"):
        write(empty, *locked, [40_001, 0, 0])


def test_weights_come_in_order_once_and_one_per_commit(
    empty: World, locked: tuple[Pubkey, list[Pubkey]]
) -> None:
    world, (round_, commits) = empty, locked
    for wrong in (commits[1:2], [commits[0], commits[0]]):
        with refused("WeightOutOfOrder"):
            write(world, round_, wrong, [1] * len(wrong))
    with refused("WeightOutOfOrder"):
        write(world, round_, commits, [1, 1])
    write(world, round_, commits[:1], [7])
    write(world, round_, commits, [1, 2, 3], restart=True)
    assert [world.account(commit).weight for commit in commits] == [1, 2, 3]


def test_a_commit_rejected_after_acceptance_weighs_nothing(empty: World) -> None:
    world = empty
    round_, commits = lock_three(world, KEEPERS, reject=1)
    with refused("WeightTooLarge"):
        write(world, round_, commits, [1, 1, 1])
    write(world, round_, commits, [1, 0, 1])
    world.begin(round_, world.owner)
    with refused("MergeSumMismatch"):
        world.merge_add(round_, commits, scaled(g1(1 + 2 + 3), 1 << 8))
    world.merge_add(round_, commits, scaled(g1(1 + 3), 1 << 8))


def test_a_uniform_merge_leaves_a_rejected_commit_without_weight(empty: World) -> None:
    world = empty
    round_, commits = lock_three(world, RULES, reject=2)
    with refused("WeightingNotKeeper"):
        write(world, round_, commits, [1, 1, 1])
    world.begin(round_, world.owner)
    world.merge_add(round_, commits, scaled(g1(1 + 2), 1 << 23))


def test_only_keepers_weigh(empty: World, locked: tuple[Pubkey, list[Pubkey]], keeper: Keypair) -> None:
    with refused("RoleTooLow"):
        write(empty, *locked, [1, 1, 1], who=wallet("author 0"))
    empty.invite(keeper, ROLE_KEEPER)
    write(empty, *locked, [1, 1, 1], who=keeper)


def test_foreign_accounts_are_not_weighed(empty: World, locked: tuple[Pubkey, list[Pubkey]]) -> None:
    world, (round_, _) = empty, locked
    with refused("WrongAccount"):
        write(world, round_, [world.branch], [1])
    with refused("NotAccepted"):
        write(world, round_, [pda.genesis(world.branch)], [1])


def test_weights_are_fixed_once_the_merge_has_begun(
    empty: World, locked: tuple[Pubkey, list[Pubkey]]
) -> None:
    write(empty, *locked, [1, 1, 1])
    empty.begin(locked[0], empty.owner)
    with refused("MergeBegun"):
        write(empty, *locked, [1, 2, 3], restart=True)
    with refused("MergeBegun"):
        approve(empty, locked[0], empty.owner)


def test_a_merge_waits_for_its_approvals(empty: World, keeper: Keypair, bob: Keypair) -> None:
    world = empty
    round_, commits = lock_three(world, replace(KEEPERS, merge_approvals=2))
    world.invite(keeper, ROLE_KEEPER)
    world.invite(bob, ROLE_MAINTAINER)
    with refused("WeightsIncomplete"):
        approve(world, round_, world.owner)
    write(world, round_, commits, [1, 1, 1], who=keeper)
    with refused("RoleTooLow"):
        approve(world, round_, keeper)
    event = named(approve(world, round_, world.owner), MergeApproved)
    assert (event.approver, event.approvals) == (world.owner.pubkey(), 1)
    with refused("AlreadyApproved"):
        approve(world, round_, world.owner)
    with refused("MergeNotApproved"):
        world.begin(round_, keeper)
    state = world.account(round_)
    old = (state.set_hash, state.weights_hash)
    write(world, round_, commits, [9, 9, 9], restart=True, who=keeper)
    with refused("ApprovalMismatch"):
        approve(world, round_, bob, old)
    approve(world, round_, bob)
    with refused("MergeNotApproved"):
        world.begin(round_, keeper)
    approve(world, round_, world.owner)
    world.begin(round_, keeper, voters=[bob, world.owner])


def test_nothing_is_weighed_or_approved_before_the_lock(world: World) -> None:
    round_ = world.open_round(world.owner)
    with refused("RoundNotLocked"):
        write(world, round_, [], [], restart=True)
    with refused("RoundNotLocked"):
        approve(world, round_, world.owner)
