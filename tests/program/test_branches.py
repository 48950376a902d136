"""`genesis_create`, `branch_create`, `branch_protect`: where lines of commits begin and what moves them."""

import hashlib
from dataclasses import replace

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions, types
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_MAINTAINER
from federity._generated.events import BranchCreated, BranchProtected, GenesisCreated
from federity.chain import pda
from program.world import NOWHERE, RULES, World, add, g1, named, refused, scaled


def fork(world: World, at: Pubkey, name: str = "side", who: Keypair | None = None) -> Pubkey:
    who = who or world.owner
    branch = pda.branch(world.repository, name)
    world.send(
        instructions.branch_create(
            payer=world.payer.pubkey(),
            authority=who.pubkey(),
            member=world.member(who),
            repository=world.repository,
            source=world.branch,
            commit=at,
            branch=branch,
            name=pda.padded_name(name),
            rules=RULES,
        ),
        signers=[who],
    )
    return branch


def genesis(world: World, who: Keypair, **changes: object) -> None:
    fields = {
        "name": pda.padded_name("other"),
        "manifest_hash": b"\x01" * 32,
        "base_hash": b"\x02" * 32,
        "location": NOWHERE,
        "chunks": 1,
        "rules": RULES,
    } | changes
    branch = Pubkey.find_program_address(
        [b"branch", bytes(world.repository), fields["name"]], instructions.PROGRAM_ID
    )[0]
    call = instructions.genesis_create(
        payer=world.payer.pubkey(),
        authority=who.pubkey(),
        member=world.member(who),
        repository=world.repository,
        branch=branch,
        commit=pda.genesis(branch),
        **fields,  # type: ignore[arg-type]
    )
    world.send(call, signers=[who])


def test_a_genesis_is_level_0_at_the_identity_in_its_lineage(world: World) -> None:
    srs_id = world.account(world.repository).srs_id
    lineage = hashlib.sha256(b"federity/lineage/v1" + b"\x01" * 32 + b"\x02" * 32 + srs_id).digest()
    commit = world.account(pda.genesis(world.branch))
    branch = world.account(world.branch)
    assert (commit.kind, commit.level, commit.fraction_bits, commit.bound) == (1, 0, 24, 0)
    assert commit.chunk.point == bytes(64)
    assert branch.lineage == commit.lineage == lineage
    assert branch.head == branch.fork_point == pda.genesis(world.branch)
    event = named(world.sent[-1], GenesisCreated)
    assert (event.commit, event.lineage, event.rules) == (branch.head, lineage, RULES)


@pytest.mark.parametrize("chunks", [0, 1025])
def test_the_number_of_chunks_is_limited(world: World, chunks: int) -> None:
    with refused("InvalidChunks"):
        genesis(world, world.owner, chunks=chunks)


def test_bad_names_rules_and_places_are_refused(world: World) -> None:
    with refused("InvalidName"):
        genesis(world, world.owner, name=b"A".ljust(32, b"\0"))
    with refused("InvalidRules"):
        genesis(world, world.owner, rules=replace(RULES, merge_slots=0))
    with refused("InvalidLocation"):
        genesis(world, world.owner, location=types.BlobLocation(tag=4, id=bytes(32)))


def test_contributors_create_no_branches(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    with refused("RoleTooLow"):
        genesis(world, alice)
    with refused("RoleTooLow"):
        fork(world, pda.genesis(world.branch), who=alice)


def test_a_branch_starts_at_a_commit_with_its_vector_and_bound(world: World, alice: Keypair) -> None:
    head = world.push(world.owner, g1(3))
    world.push(world.owner, g1(4))
    world.invite(alice, ROLE_MAINTAINER)
    side = fork(world, head, who=alice)
    branch, commit = world.account(side), world.account(head)
    assert (branch.head, branch.fork_point, branch.head_seq) == (head, head, 0)
    assert (branch.bound, branch.lineage, branch.manifest_hash) == (
        commit.bound,
        commit.lineage,
        b"\x01" * 32,
    )
    assert named(world.sent[-1], BranchCreated).fork_point == head
    world.branch = side
    merge = world.push(world.owner, g1(10))
    expected = add(scaled(g1(3), 1 << 24), scaled(g1(10), 1 << 24))
    assert world.account(merge).chunk.point == expected
    assert world.account(side).head == merge


def test_a_proposal_is_no_place_to_start(world: World) -> None:
    commit = world.contribute(world.open_round(world.owner), world.owner, g1(1))
    with refused("ParentNotOnBranch"):
        fork(world, commit)


def test_a_branch_starts_at_a_commit_of_its_own_repository(world: World, alice: Keypair) -> None:
    other = World(world.program)
    other.svm, other.owner = world.svm, alice
    other.publish()
    with refused("WrongRepository"):
        fork(world, pda.genesis(other.branch))
    side = fork(world, pda.genesis(world.branch))
    world.branch = side
    with refused("WrongBranch"):
        fork(world, world.account(side).head, "third")


def test_rules_change_by_maintainers_and_keep_out_pushes(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    prepared = world.open_round(alice, kind=2)
    commit = world.contribute(prepared, alice, g1(1))
    call = instructions.branch_protect(
        authority=alice.pubkey(), member=world.member(alice), branch=world.branch, rules=RULES
    )
    with refused("RoleTooLow"):
        world.send(call, signers=[alice])
    done = world.protect(replace(RULES, protected=True))
    assert named(done, BranchProtected).rules.protected
    with refused("BranchProtected"):
        world.open_round(alice, kind=2)
    with refused("BranchProtected"):
        world.lock(prepared, alice, commit=commit)
    with refused("InvalidRules"):
        world.protect(replace(RULES, weighting=3))


def test_a_round_in_progress_keeps_its_rules(world: World) -> None:
    round_ = world.open_round(world.owner)
    world.protect(replace(RULES, approvals=3))
    assert world.account(round_).rules.approvals == 0
