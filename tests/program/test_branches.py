"""`genesis_create`, `branch_create`, `branch_protect`: where lines of commits begin and what moves them."""

import hashlib
from dataclasses import replace

import pytest
from solders.account import Account
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions, types
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_MAINTAINER
from federity._generated.events import BranchCreated, BranchProtected, GenesisCreated
from federity._generated.program import PROGRAM_ID
from federity.chain import pda
from program.world import NOWHERE, RULES, Refused, World, add, g1, named, refused, scaled


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


def genesis(world: World, who: Keypair, ancestor: Pubkey | None = None, **changes: object) -> None:
    fields = {
        "name": pda.padded_name("other"),
        "manifest_hash": b"\x01" * 32,
        "base_hash": b"\x02" * 32,
        "location": NOWHERE,
        "chunks": 1,
        "rules": RULES,
    } | changes
    branch = Pubkey.find_program_address([b"branch", bytes(world.repository), fields["name"]], PROGRAM_ID)[0]
    call = instructions.genesis_create(
        payer=world.payer.pubkey(),
        authority=who.pubkey(),
        member=world.member(who),
        repository=world.repository,
        branch=branch,
        commit=pda.genesis(branch),
        ancestor=ancestor,
        **fields,  # type: ignore[arg-type]
    )
    world.send(call, signers=[who])


def test_a_genesis_is_level_0_at_the_identity_in_its_lineage(world: World) -> None:
    srs_id = world.account(world.repository).srs_id
    parts = (b"\x01" * 32, b"\x02" * 32, srs_id, (1).to_bytes(4, "little"))
    lineage = hashlib.sha256(b"federity/lineage/v1" + b"".join(parts)).digest()
    commit = world.account(pda.genesis(world.branch))
    branch = world.account(world.branch)
    assert (commit.kind, commit.level, commit.fraction_bits, commit.bound) == (1, 0, 24, 0)
    assert (commit.start, commit.travel, commit.history_level) == (pda.genesis(world.branch), 0, 3)
    assert commit.chunk.point == bytes(64)
    assert branch.lineage == commit.lineage == lineage
    assert branch.head == branch.fork_point == pda.genesis(world.branch)
    event = named(world.sent[-1], GenesisCreated)
    assert (event.commit, event.lineage, event.rules) == (branch.head, lineage, RULES)
    assert event.ancestor == commit.parent == Pubkey.default()


def test_a_base_that_continues_another_names_its_ancestor(world: World) -> None:
    first = pda.genesis(world.branch)
    old = world.push(world.owner, g1(3))
    world.push(world.owner, g1(4))
    for name, ancestor in (("wider", old), ("again", first)):
        other = pda.genesis(world.publish_branch(name, chunks=3, ancestor=ancestor))
        assert named(world.sent[-1], GenesisCreated).ancestor == ancestor
        commit, branch = world.account(other), world.account(world.branch)
        assert (commit.parent, commit.parent_seq) == (ancestor, world.account(ancestor).seq)
        assert (commit.kind, commit.seq, commit.bound, commit.chunks) == (1, 0, 0, 3)
        assert (branch.head, branch.fork_point, branch.head_seq) == (other, other, 0)
    deeper = world.publish_branch("deeper", ancestor=pda.genesis(world.branch))
    assert world.account(pda.genesis(deeper)).parent == other


def test_what_no_head_ever_was_is_no_ancestor(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    proposal = world.contribute(round_, alice, g1(1))
    with refused("AncestorNotHistory"):
        genesis(world, world.owner, proposal)
    world.accept(round_, proposal)
    world.lock(round_, world.owner)
    merge = world.begin(round_, world.owner)
    for unfinished in (proposal, merge):
        with refused("AncestorNotHistory"):
            genesis(world, world.owner, unfinished)
    world.merge_add(round_, [proposal], scaled(g1(1), 1 << 24))
    world.finish(round_, world.owner)
    with refused("AncestorNotHistory"):
        genesis(world, world.owner, proposal)
    for no_commit in (world.branch, round_, world.repository, world.owner.pubkey()):
        with pytest.raises(Refused):
            genesis(world, world.owner, no_commit)
    genesis(world, world.owner, merge)


def test_an_ancestor_is_of_the_same_repository(world: World, alice: Keypair) -> None:
    other = World(world.program)
    other.svm, other.owner = world.svm, alice
    other.publish()
    with refused("WrongRepository"):
        genesis(world, world.owner, pda.genesis(other.branch))


def test_vectors_of_two_bases_are_never_added(world: World, alice: Keypair) -> None:
    """Neither by a parent of the other line, nor by a round of it, nor by a branch made in between."""
    world.invite(alice, ROLE_CONTRIBUTOR)
    main, old = world.branch, world.push(world.owner, g1(3))
    waiting = world.contribute(world.open_round(world.owner), alice, g1(5))
    wider = world.publish_branch("wider", ancestor=old, base_hash=b"\x09" * 32)
    round_ = world.open_round(world.owner)
    with refused("LineageMismatch"):
        world.propose(round_, alice, parent=old)
    with refused("LineageMismatch"):
        world.accept(round_, waiting, world.account(waiting).round)
    with refused("WrongBranch"):
        fork(world, old, "between")
    world.branch = main
    with refused("LineageMismatch"):
        world.propose(world.account(main).current_round, world.owner, parent=pda.genesis(wider))


def test_a_branch_whose_bound_is_exhausted_goes_on_from_a_new_base(world: World) -> None:
    """Two to the thirtieth merges are not made here: the bound is written where they would leave it."""
    head = world.push(world.owner, g1(3))
    account = world.svm.get_account(world.branch)
    assert account is not None
    spent = replace(world.account(world.branch), bound=(1 << 61) - (1 << 31))
    data = type(spent).DISCRIMINATOR + spent.encode()
    world.svm.set_account(world.branch, Account(account.lamports, data, account.owner))
    with refused("BoundExceeded"):
        world.push(world.owner, g1(4))
    world.publish_branch("again", ancestor=head)
    merge = world.push(world.owner, g1(4))
    assert world.account(world.branch).bound == 1 << 31
    assert world.account(world.account(merge).parent).parent == head


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
    with refused("RoleTooLow"):
        world.protect(RULES, by=alice)
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


def test_a_maintainer_does_not_freeze_a_branch_by_its_own_rules(world: World, alice: Keypair) -> None:
    """Phases of a century, or a bar that no commit clears, held a branch long after the maintainer left."""
    world.invite(alice, ROLE_MAINTAINER)
    shared = replace(RULES, rules_role=ROLE_MAINTAINER)
    with refused("RoleTooLow"):
        world.protect(replace(RULES, approvals=2), by=alice)
    world.protect(shared)
    for frozen in (
        {"merge_slots": (1 << 23) + 1},
        {"propose_slots": (1 << 32) - 1},
        {"min_level": 2},
        {"approvals": 9},
        {"merge_approvals": 255},
    ):
        with refused("InvalidRules"):
            world.protect(replace(shared, **frozen), by=alice)  # type: ignore[arg-type]
        with refused("InvalidRules"):
            genesis(world, world.owner, rules=replace(shared, **frozen))  # type: ignore[arg-type]


def test_one_maintainer_does_not_lift_the_rules_that_bind_it(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_MAINTAINER)
    world.protect(replace(RULES, protected=True, approvals=1, merge_approvals=1))
    for loose in ({"protected": False}, {"approvals": 0}, {"merge_approvals": 0}, {"rules_role": 4}):
        rules = replace(RULES, **{"protected": True, "approvals": 1, "merge_approvals": 1, **loose})  # type: ignore[arg-type]
        with refused("RoleTooLow"):
            world.protect(rules, by=alice)
    # Nor by a branch of its own whose rules it may change.
    with refused("RoleTooLow"):
        genesis(world, alice, rules=replace(RULES, rules_role=ROLE_MAINTAINER))
    world.protect(RULES)
    world.protect(replace(RULES, protected=True), by=alice)


def test_rules_of_another_version_are_refused(world: World) -> None:
    with refused("InvalidRules"):
        world.protect(replace(RULES, version=2))
