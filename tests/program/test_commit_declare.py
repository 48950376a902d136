"""`commit_declare` and `points_create`: points without proofs."""

from solders.keypair import Keypair

from federity._generated import instructions
from federity._generated.constants import ROLE_CONTRIBUTOR
from federity._generated.events import CommitDeclared, PointsCreated
from federity.chain import pda
from program.world import RULES, World, g1, named, refused


def test_the_last_declared_point_completes_the_commit(world: World) -> None:
    round_ = world.open_round(world.owner)
    commit = world.propose(round_, world.owner)
    done = world.declare(commit, world.owner, g1(5))
    event = named(done, CommitDeclared)
    assert (event.point, event.parts_done, event.parts) == (g1(5), 1, 1)
    account = world.account(commit)
    assert (account.state, account.level, account.chunk.point) == (2, 0, g1(5))
    with refused("CommitNotOpen"):
        world.declare(commit, world.owner, g1(5))


def test_a_point_off_the_curve_would_jam_a_merge(world: World) -> None:
    commit = world.propose(world.open_round(world.owner), world.owner)
    off = g1(5)[:63] + bytes([g1(5)[63] ^ 1])
    with refused("PointNotOnCurve"):
        world.declare(commit, world.owner, off)


def test_only_the_author_declares(world: World, alice: Keypair, bob: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(bob, ROLE_CONTRIBUTOR)
    commit = world.propose(world.open_round(world.owner), alice)
    with refused("Unauthorized"):
        world.declare(commit, bob, g1(5))


def test_chunks_beyond_the_first_have_accounts_of_their_own(empty: World) -> None:
    world = empty
    world.publish(RULES, chunks=3)
    round_ = world.open_round(world.owner)
    commit = world.propose(round_, world.owner, parts=2)
    done = world.create_points(commit, 2)
    assert named(done, PointsCreated).points == pda.points(commit, 2)
    with refused("ChunkOutOfRange"):
        world.create_points(commit, 3)
    with refused("ChunkOutOfRange"):
        world.create_points(commit, 0)
    world.declare(commit, world.owner, g1(7), chunk=2)
    with refused("AlreadyDeclared"):
        world.declare(commit, world.owner, g1(7), chunk=2)
    wrong = instructions.commit_declare(
        authority=world.owner.pubkey(),
        member=world.member(world.owner),
        repository=world.repository,
        commit=commit,
        points=pda.points(commit, 2),
        chunk=1,
        point=g1(1),
    )
    with refused("WrongPoints"):
        world.send(wrong, signers=[world.owner])
    world.declare(commit, world.owner, g1(1))
    assert world.account(commit).state == 2
    with refused("PointsMissing"):
        world.accept(round_, commit)
    world.create_points(commit, 1)
    world.accept(round_, commit)
    assert world.account(pda.points(commit, 2)).chunk.point == g1(7)
    assert world.account(pda.points(commit, 1)).chunk.point == bytes(64)
