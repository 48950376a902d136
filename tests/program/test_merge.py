"""`merge_begin`, `merge_extend`, `merge_add`, `merge_finish`: a head is the stated sum of stated commits."""

from dataclasses import replace

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions, types
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_KEEPER
from federity._generated.events import HeadMoved, MergeAdded, MergeBegun, MergeExtended
from federity.chain import pda
from program.world import NOWHERE, RULES, World, add, g1, metas, named, refused, scaled, wallet

THIRD = 21_845 << 8


@pytest.fixture
def locked(world: World) -> tuple[Pubkey, list[Pubkey]]:
    """A locked round over three commits with the points 1, 2 and 3; a fourth, at 4, was not accepted."""
    round_ = world.open_round(world.owner)
    commits = []
    for n in range(4):
        author = wallet(f"author {n}")
        world.invite(author, ROLE_CONTRIBUTOR)
        commits.append(world.contribute(round_, author, g1(n + 1)))
    for commit in commits[:3]:
        world.accept(round_, commit)
    world.lock(round_, world.owner)
    return round_, commits


SUM = scaled(g1(1 + 2 + 3), THIRD)


def extend(world: World, round_: Pubkey, chunk: int, head_points: Pubkey | None = None) -> None:
    merge = pda.merge(round_)
    world.send(
        instructions.merge_extend(
            payer=world.payer.pubkey(),
            round=round_,
            merge=merge,
            head=world.account(round_).head,
            head_points=head_points,
            points=pda.points(merge, chunk),
            chunk=chunk,
        )
    )


def test_a_merge_in_portions_by_anyone(
    world: World, locked: tuple[Pubkey, list[Pubkey]], stranger: Keypair
) -> None:
    round_, commits = locked
    merge = world.begin(round_, stranger)
    event = named(world.sent[-1], MergeBegun)
    assert (event.merge, event.author) == (merge, stranger.pubkey())
    part = named(world.merge_add(round_, [commits[0]], bytes(64)), MergeAdded)
    assert (part.added, part.point) == (1, scaled(g1(1), THIRD))
    with refused("MergeIncomplete"):
        world.finish(round_, stranger)
    world.merge_add(round_, commits[1:3], SUM)
    moved = named(world.finish(round_, stranger), HeadMoved)
    branch, head = world.account(world.branch), world.account(merge)
    assert (moved.head, moved.head_seq, moved.bound) == (merge, 1, 128 * 3 * THIRD)
    assert (branch.head, branch.head_seq, branch.bound) == (merge, 1, 128 * 3 * THIRD)
    assert (head.kind, head.state, head.seq, head.chunk.point) == (3, 4, 1, SUM)
    assert (head.start, head.travel) == (pda.genesis(world.branch), 128 * 3 * THIRD << 16)
    assert world.account(round_).state == 3


def test_an_expected_result_that_is_not_the_sum_is_refused(
    world: World, locked: tuple[Pubkey, list[Pubkey]]
) -> None:
    round_, commits = locked
    world.begin(round_, world.owner)
    with refused("MergeSumMismatch"):
        world.merge_add(round_, commits[:3], scaled(g1(1 + 2 + 4), THIRD))
    world.merge_add(round_, commits[:3], SUM)


def test_an_accepted_commit_cannot_be_left_out(world: World, locked: tuple[Pubkey, list[Pubkey]]) -> None:
    round_, commits = locked
    world.begin(round_, world.owner)
    world.merge_add(round_, commits[:2], SUM)
    with refused("MergeIncomplete"):
        world.finish(round_, world.owner)


def test_a_commit_cannot_be_merged_twice_and_bringing_it_again_harms_nobody(
    world: World, locked: tuple[Pubkey, list[Pubkey]], stranger: Keypair
) -> None:
    round_, commits = locked
    world.begin(round_, world.owner)
    with refused("OutOfOrder"):
        world.merge_add(round_, commits[1:3], SUM)
    world.merge_add(round_, [commits[0], commits[0]], SUM)
    late = named(world.merge_add(round_, commits[:3], SUM), MergeAdded)
    assert (late.added, late.point) == (3, SUM)
    world.merge_add(round_, commits[:3], bytes(64))
    assert world.account(round_).chunks_done == 1
    world.finish(round_, world.owner)


def test_a_merge_changes_nothing_of_what_it_adds(world: World, locked: tuple[Pubkey, list[Pubkey]]) -> None:
    round_, commits = locked
    world.begin(round_, world.owner)
    before = [world.data(commit) for commit in commits]
    world.merge_add(round_, commits[:3], SUM)
    world.finish(round_, world.owner)
    assert [world.data(commit) for commit in commits] == before


def test_a_commit_outside_the_set_is_not_merged(world: World, locked: tuple[Pubkey, list[Pubkey]]) -> None:
    round_, commits = locked
    world.begin(round_, world.owner)
    with refused("NotAccepted"):
        world.merge_add(round_, [commits[3]], SUM)
    with refused("NotAccepted"):
        world.merge_add(round_, [pda.genesis(world.branch)], SUM)
    with refused("WrongAccount"):
        world.merge_add(round_, [world.branch], SUM)
    with refused("WrongAccount"):
        world.merge_add(round_, [world.owner.pubkey()], SUM)


def test_a_call_that_adds_nothing_completes_nothing(
    world: World, locked: tuple[Pubkey, list[Pubkey]]
) -> None:
    round_, commits = locked
    world.begin(round_, world.owner)
    world.merge_add(round_, commits[:3], SUM)
    with refused("NothingToAdd"):
        world.merge_add(round_, [], SUM)
    assert world.account(round_).chunks_done == 1


def test_only_the_rounds_own_merge_takes_its_commits(
    world: World, locked: tuple[Pubkey, list[Pubkey]]
) -> None:
    round_, commits = locked
    world.begin(round_, world.owner)
    for target, error in (
        (pda.genesis(world.branch), "WrongCommit"),
        (commits[3], "WrongCommit"),
        (world.branch, "WrongAccount"),
    ):
        call = instructions.merge_add(
            round=round_, target=target, chunk=0, expected=SUM, remaining=metas(commits[:3])
        )
        with refused(error):
            world.send(call)


def test_a_merge_begins_once_from_the_locked_head(world: World, locked: tuple[Pubkey, list[Pubkey]]) -> None:
    round_, commits = locked
    with refused("AccountDataTooSmall"):
        world.finish(round_, world.owner)
    call = instructions.merge_begin(
        payer=world.payer.pubkey(),
        authority=world.owner.pubkey(),
        repository=world.repository,
        round=round_,
        head=commits[0],
        merge=pda.merge(round_),
    )
    with refused("WrongCommit"):
        world.send(call, signers=[world.owner])
    world.begin(round_, world.owner)
    with refused("AccountAlreadyInUse"):
        world.begin(round_, world.owner)


def test_a_merge_that_was_cut_short_can_be_tried_again_in_a_later_round(
    world: World, locked: tuple[Pubkey, list[Pubkey]]
) -> None:
    first, commits = locked
    world.begin(first, world.owner)
    world.merge_add(first, commits[:2], SUM)
    world.pass_slots(301)
    world.expire(first)
    second = world.open_round(world.owner)
    for commit in commits[:3]:
        world.accept(second, commit, first)
    world.lock(second, world.owner)
    world.begin(second, world.owner)
    with refused("RoundNotLocked"):
        world.merge_add(first, commits[2:3], SUM)
    world.merge_add(second, commits[:3], SUM)
    world.finish(second, world.owner)
    assert world.account(world.branch).head == pda.merge(second)


def test_a_merge_at_different_shifts(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    commits = [
        world.contribute(round_, world.owner, g1(5), shift=8),
        world.contribute(round_, alice, g1(7), shift=0),
    ]
    for commit in commits:
        world.accept(round_, commit)
    world.lock(round_, world.owner)
    world.begin(round_, world.owner)
    world.merge_add(round_, commits, add(scaled(g1(5), 1 << 15), scaled(g1(7), 1 << 23)))
    world.finish(round_, world.owner)
    assert world.account(world.branch).bound == 128 * ((1 << 15) + (1 << 23))


def name_blob(world: World, round_: Pubkey, who: Keypair, member: Pubkey | None) -> None:
    call = instructions.merge_finish(
        authority=who.pubkey(),
        member=member,
        repository=world.repository,
        branch=world.branch,
        round=round_,
        merge=pda.merge(round_),
        blob_hash=b"\x05" * 32,
        location=types.BlobLocation(tag=1, id=b"\x05" * 32),
    )
    world.send(call, signers=[who])


def test_naming_the_result_needs_a_keeper(
    world: World, locked: tuple[Pubkey, list[Pubkey]], keeper: Keypair, stranger: Keypair
) -> None:
    round_, commits = locked
    world.invite(keeper, ROLE_KEEPER)
    world.begin(round_, world.owner)
    world.merge_add(round_, commits[:3], SUM)
    with refused("BlobNeedsKeeper"):
        name_blob(world, round_, stranger, None)
    with refused("BlobNeedsKeeper"):
        name_blob(world, round_, wallet("author 0"), world.member(wallet("author 0")))
    with refused("Unauthorized"):
        name_blob(world, round_, stranger, world.member(keeper))
    name_blob(world, round_, keeper, world.member(keeper))
    head = world.account(pda.merge(round_))
    assert (head.blob_hash, head.location.tag) == (b"\x05" * 32, 1)


def test_whoever_pushes_names_the_result(world: World, alice: Keypair, bob: Keypair) -> None:
    for who in (alice, bob):
        world.invite(who, ROLE_CONTRIBUTOR)
    round_ = world.open_round(alice, kind=2)
    commit = world.contribute(round_, alice, g1(1))
    world.lock(round_, alice, commit=commit)
    world.begin(round_, alice)
    world.merge_add(round_, [commit], scaled(g1(1), 1 << 24))
    with refused("BlobNeedsKeeper"):
        name_blob(world, round_, bob, world.member(bob))
    name_blob(world, round_, alice, world.member(alice))


def test_a_finish_names_its_own_branch_and_merge(world: World, locked: tuple[Pubkey, list[Pubkey]]) -> None:
    round_, commits = locked
    world.begin(round_, world.owner)
    world.merge_add(round_, commits[:3], SUM)
    for merge, branch, error in (
        (commits[0], world.branch, "WrongCommit"),
        (pda.merge(round_), world.publish_branch("other"), "WrongBranch"),
    ):
        call = instructions.merge_finish(
            authority=world.owner.pubkey(),
            member=None,
            repository=world.repository,
            branch=branch,
            round=round_,
            merge=merge,
            blob_hash=bytes(32),
            location=NOWHERE,
        )
        with refused(error):
            world.send(call, signers=[world.owner])


def push_wide(world: World, points: list[bytes], head_points: bool) -> Pubkey:
    """Push a commit of three chunks; returns the merge."""
    before = [bytes(64)] * 3
    head = world.account(world.branch).head
    if head_points:
        before = [world.account(head).chunk.point] + [
            world.account(pda.points(head, chunk)).chunk.point for chunk in (1, 2)
        ]
    round_ = world.open_round(world.owner, kind=2)
    commit = world.propose(round_, world.owner, parts=3)
    for chunk in (1, 2):
        world.create_points(commit, chunk)
    for chunk, point in enumerate(points):
        world.declare(commit, world.owner, point, chunk)
    world.lock(round_, world.owner, commit=commit)
    merge = world.begin(round_, world.owner)
    for chunk in (1, 2):
        extend(world, round_, chunk, pda.points(head, chunk) if head_points else None)
    for chunk in (2, 0, 1):
        expected = add(before[chunk], scaled(points[chunk], 1 << 24))
        if chunk == 1:
            with refused("MergeIncomplete"):
                world.finish(round_, world.owner)
        world.merge_add(round_, [commit], expected, chunk)
    world.finish(round_, world.owner)
    return merge


def test_every_chunk_is_merged_and_carried_on(empty: World) -> None:
    world = empty
    world.publish(RULES, chunks=3)
    push_wide(world, [g1(1), g1(2), g1(3)], head_points=False)
    event = next(event for sent in world.sent for event in sent.events if isinstance(event, MergeExtended))
    assert event.chunk == 1
    head = push_wide(world, [g1(10), g1(20), bytes(64)], head_points=True)
    assert world.account(head).chunk.point == scaled(g1(11), 1 << 24)
    assert world.account(pda.points(head, 1)).chunk.point == scaled(g1(22), 1 << 24)
    assert world.account(pda.points(head, 2)).chunk.point == scaled(g1(3), 1 << 24)
    assert world.account(world.branch).bound == 2 * 128 << 24


def test_further_chunks_take_pairs_of_a_commit_and_its_own_points(empty: World) -> None:
    world = empty
    world.publish(RULES, chunks=3)
    round_ = world.open_round(world.owner, kind=2)
    commit = world.propose(round_, world.owner)
    for chunk in (1, 2):
        world.create_points(commit, chunk)
    world.declare(commit, world.owner, g1(4))
    world.lock(round_, world.owner, commit=commit)
    merge = world.begin(round_, world.owner)
    with refused("ChunkOutOfRange"):
        extend(world, round_, 3)
    extend(world, round_, 1)
    pair = metas([commit, pda.points(commit, 1)])
    crossed = metas([commit, pda.points(commit, 2)])
    for remaining, chunk in ((pair[:1], 1), (crossed, 1), (pair, 2)):
        call = instructions.merge_add(
            round=round_,
            target=pda.points(merge, 1),
            chunk=chunk,
            expected=bytes(64),
            remaining=remaining,
        )
        with refused("WrongPoints"):
            world.send(call)
    call = instructions.merge_add(
        round=round_, target=pda.points(merge, 1), chunk=1, expected=bytes(64), remaining=pair
    )
    world.send(call)
    world.send(call)
    assert world.account(round_).chunks_done == 1


def test_a_heads_further_points_cannot_be_skipped(empty: World) -> None:
    world = empty
    world.publish(RULES, chunks=3)
    head = push_wide(world, [g1(1), g1(2), g1(3)], head_points=False)
    round_ = world.open_round(world.owner, kind=2)
    commit = world.propose(round_, world.owner)
    for chunk in (1, 2):
        world.create_points(commit, chunk)
    world.declare(commit, world.owner, g1(4))
    world.lock(round_, world.owner, commit=commit)
    world.begin(round_, world.owner)
    with refused("PointsMissing"):
        extend(world, round_, 1)
    with refused("WrongPoints"):
        extend(world, round_, 1, pda.points(head, 2))
    with refused("WrongPoints"):
        extend(world, round_, 1, pda.points(commit, 1))
    extend(world, round_, 1, pda.points(head, 1))


def test_sample_weights_are_the_programs(empty: World, alice: Keypair) -> None:
    world = empty
    world.publish(replace(RULES, weighting=1))
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    commits = [
        world.contribute(round_, world.owner, g1(1), samples=300),
        world.contribute(round_, alice, g1(2), samples=100),
    ]
    for commit in commits:
        world.accept(round_, commit)
    world.lock(round_, world.owner)
    world.begin(round_, world.owner)
    world.merge_add(round_, commits, add(scaled(g1(1), 49_152 << 8), scaled(g1(2), 16_384 << 8)))
    world.finish(round_, world.owner)
