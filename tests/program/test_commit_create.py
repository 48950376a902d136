"""`commit_create`: who proposes what, from which parent, until when. Keys are in `test_commit_prove.py`."""

from dataclasses import replace

import pytest
from solders.keypair import Keypair

from federity._generated import instructions
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_KEEPER, ROLE_READER, ROUND_SERVER, ROUND_SOLO
from federity._generated.events import CommitCreated
from federity.chain import pda
from program.world import NOWHERE, RULES, World, g1, named, refused


def test_a_commit_records_everything_a_proof_is_bound_to(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    address = world.propose(round_, alice, shift=3, samples=77)
    commit, branch = world.account(address), world.account(world.branch)
    assert (commit.repository, commit.branch, commit.round) == (world.repository, world.branch, round_)
    assert (commit.parent, commit.lineage, commit.author) == (branch.head, branch.lineage, alice.pubkey())
    assert (commit.kind, commit.level, commit.state, commit.shift, commit.samples) == (2, 0, 1, 3, 77)
    assert (commit.payer, commit.norm_bound) == (world.payer.pubkey(), RULES.norm_bound)
    assert world.account(round_).proposed == 1
    event = named(world.sent[-1], CommitCreated)
    assert (event.commit, event.author, event.samples) == (address, alice.pubkey(), 77)


def test_a_strangers_commit_is_refused(world: World, alice: Keypair, stranger: Keypair) -> None:
    """A stranger has no membership; another's does not fit its signature."""
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    with refused("UninitializedAccount"):
        world.propose(round_, stranger)
    call = instructions.commit_create(
        payer=world.payer.pubkey(),
        authority=stranger.pubkey(),
        member=world.member(alice),
        repository=world.repository,
        branch=world.branch,
        round=round_,
        parent=world.account(world.branch).head,
        key_pin=None,
        commit=pda.commit(round_, alice.pubkey()),
        blob_hash=bytes(32),
        location=NOWHERE,
        shift=0,
        flags=0,
        parts=1,
        samples=1,
        loss=0,
        accuracy=0,
        epsilon=0,
    )
    with refused("Unauthorized"):
        world.send(call, signers=[stranger])


def test_a_readers_commit_is_refused(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_READER)
    with refused("RoleTooLow"):
        world.propose(world.open_round(world.owner), alice)


def test_one_commit_per_author_and_round(world: World) -> None:
    round_ = world.open_round(world.owner)
    world.propose(round_, world.owner)
    with refused("AccountAlreadyInUse"):
        world.propose(round_, world.owner)


def test_a_parent_lags_by_at_most_max_staleness(world: World) -> None:
    heads = [world.account(world.branch).head]
    heads += [world.push(world.owner, g1(n)) for n in (1, 2, 3)]
    round_ = world.open_round(world.owner)
    with refused("ParentStale"):
        world.propose(round_, world.owner, parent=heads[0])
    commit = world.propose(round_, world.owner, parent=heads[1])
    assert world.account(commit).parent_seq == 1


def test_a_push_starts_from_the_head_itself(world: World) -> None:
    genesis = world.account(world.branch).head
    world.push(world.owner, g1(1))
    round_ = world.open_round(world.owner, ROUND_SOLO)
    with refused("ParentStale"):
        world.propose(round_, world.owner, parent=genesis)


def test_a_proposal_is_no_parent(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, alice, g1(1))
    with refused("ParentNotOnBranch"):
        world.propose(round_, world.owner, parent=commit)


def test_a_parent_of_another_lineage_is_refused(world: World) -> None:
    branch = pda.branch(world.repository, "other")
    world.send(
        instructions.genesis_create(
            payer=world.payer.pubkey(),
            authority=world.owner.pubkey(),
            member=world.member(world.owner),
            repository=world.repository,
            branch=branch,
            commit=pda.genesis(branch),
            name=pda.padded_name("other"),
            manifest_hash=b"\x09" * 32,
            base_hash=b"\x02" * 32,
            location=NOWHERE,
            chunks=1,
            rules=RULES,
        ),
        signers=[world.owner],
    )
    round_ = world.open_round(world.owner)
    with refused("LineageMismatch"):
        world.propose(round_, world.owner, parent=pda.genesis(branch))


def test_a_round_of_another_branch_is_refused(world: World) -> None:
    round_ = world.open_round(world.owner)
    main = world.branch
    world.publish_branch("other")
    with refused("WrongBranch"):
        world.propose(round_, world.owner)
    world.branch = main
    world.propose(round_, world.owner)


def test_proposals_end_with_the_deadline_and_with_the_lock(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, world.owner, g1(1))
    world.pass_slots(101)
    with refused("DeadlinePassed"):
        world.propose(round_, alice)
    world.accept(round_, commit)
    world.lock(round_, world.owner)
    with refused("RoundNotOpen"):
        world.propose(round_, alice)


def test_solo_and_server_rounds_are_their_openers(world: World, alice: Keypair, keeper: Keypair) -> None:
    world.protect(replace(RULES, allow_server=True))
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(keeper, ROLE_KEEPER)
    solo = world.open_round(alice, ROUND_SOLO)
    server = world.open_round(keeper, ROUND_SERVER)
    with refused("Unauthorized"):
        world.propose(solo, keeper)
    with refused("RoleTooLow"):
        world.propose(server, alice)
    with refused("Unauthorized"):
        world.propose(server, world.owner)
    assert world.account(world.propose(server, keeper)).kind == 4


@pytest.mark.parametrize(
    ("shape", "error"),
    [
        ({"shift": 9}, "ShiftTooLarge"),
        ({"parts": 0}, "InvalidParts"),
        ({"parts": 2}, "InvalidParts"),
        ({"flags": 1}, "InvalidCommitFlags"),
        ({"flags": 2}, "InvalidCommitFlags"),
    ],
)
def test_impossible_shapes_are_refused(world: World, shape: dict[str, int], error: str) -> None:
    with refused(error):
        world.propose(world.open_round(world.owner), world.owner, **shape)  # type: ignore[arg-type]


def test_a_commit_declares_no_more_samples_than_the_branch_allows(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    first = world.open_round(world.owner)
    boast = world.contribute(first, alice, g1(1), samples=(1 << 32) - 1)
    world.pass_slots(201)
    world.expire(first)
    world.protect(replace(RULES, max_samples=60_000))
    later = world.open_round(world.owner)
    with refused("TooManySamples"):
        world.propose(later, alice, samples=60_001)
    with refused("TooManySamples"):
        world.accept(later, boast, previous=first)
    world.propose(later, alice, samples=60_000)
