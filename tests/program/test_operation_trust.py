"""What a head is made of stays known through rounds, and another repository's proofs are its own."""

from dataclasses import replace

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.constants import COMMIT_SEALED, ROLE_CONTRIBUTOR, ROLE_MAINTAINER, ROLE_READER
from federity.chain import pda
from program.operations import add, approve, create, finish, operate, term
from program.proving import Prover, delta, prepare, submit
from program.test_branches import fork
from program.test_members import delegate
from program.test_operation_finish import GUARDED
from program.world import RULES, World, g1, refused, scaled
from program.world import add as sum_of

BLINDS = (bytes(31) + b"\x05", bytes(31) + b"\x06")
WIDE = replace(RULES, norm_bound=1 << 60)


def push_proved(world: World, prover: Prover, pin: Pubkey, flags: int = 0) -> tuple[Pubkey, Pubkey]:
    """A push with proofs, sealed if the flags say so; returns the update and its merge."""
    who = world.owner
    before = world.account(world.account(world.branch).head).chunk.point
    round_ = world.open_round(who, kind=2)
    commit = world.propose(round_, who, key_pin=pin, flags=flags)
    submit(world, prover, commit, prover.prove(world, commit, delta(), blinds=BLINDS if flags else None))
    world.lock(round_, who, commit=commit)
    merge = world.begin(round_, who)
    world.merge_add(round_, [commit], sum_of(before, scaled(world.account(commit).chunk.point, 1 << 24)))
    world.finish(round_, who)
    return commit, merge


def test_a_round_does_not_wash_blinds_off(empty: World, prover: Prover) -> None:
    """A side may take sealed commits; its heads and those after them say so to a branch that takes none."""
    pin = prepare(empty, prover, WIDE)
    main = empty.branch
    side = fork(empty, pda.genesis(main))
    empty.branch = side
    empty.protect(replace(WIDE, allow_sealed=True))
    sealed, merge = push_proved(empty, prover, pin, COMMIT_SEALED)
    later = push_proved(empty, prover, pin)[1]
    empty.branch = main
    for commit, factor in ((sealed, 1 << 16), (merge, 1), (later, 1)):
        assert empty.account(commit).flags & COMMIT_SEALED
        with refused("SealedNotAllowed"):
            create(empty, empty.owner, [term(commit, factor)])
    # What an operation takes along, the rounds after it keep.
    empty.protect(replace(WIDE, allow_sealed=True))
    operate(empty, empty.owner, [term(later)])
    assert empty.account(push_proved(empty, prover, pin)[1]).flags & COMMIT_SEALED


def test_another_repositorys_proofs_are_its_word(
    empty: World, prover: Prover, alice: Keypair, stranger: Keypair
) -> None:
    """Whoever makes a repository pins the keys in it, one that proves anything among them."""
    commit, merge = push_proved(empty, prover, prepare(empty, prover, WIDE))
    assert empty.account(merge).history_level == 1
    empty.svm.airdrop(stranger.pubkey(), 10**12)
    empty.owner = stranger
    strict = replace(WIDE, min_level=1, operate_role=ROLE_CONTRIBUTOR)
    empty.publish(strict, tau_g2=prover.tau_g2)
    empty.invite(alice, ROLE_CONTRIBUTOR)
    for operand, factor in ((merge, 1), (commit, 1 << 16)):
        with refused("LevelTooLow"):
            create(empty, alice, [term(operand, factor)])
    empty.protect(replace(strict, min_level=0))
    made = create(empty, alice, [term(merge)])
    add(empty, made)
    finish(empty, made, alice)
    result = empty.account(made.result)
    assert (result.level, result.history_level) == (0, 0)


def test_a_share_of_the_head_counts_like_every_term(world: World, alice: Keypair) -> None:
    """The head times 2^20, or with a genesis beside it, is not more than the head was."""
    first = world.push(world.owner, g1(1))
    second = world.push(world.owner, g1(2))
    made = create(world, world.owner, [term(second, 2), term(first, -1)])
    assert world.account(made.result).level == 0
    restored = create(world, world.owner, [term(second), term(first)])
    assert world.account(restored.result).level == world.account(first).history_level


def test_a_genesis_makes_no_second_spelling(world: World) -> None:
    genesis = pda.genesis(world.branch)
    head = world.push(world.owner, g1(1))
    for terms, m, error in (
        ([term(head), term(genesis)], 0, "InvalidFactor"),
        ([term(head), term(genesis, 7)], 0, "InvalidFactor"),
        ([term(genesis, 2)], 0, "InvalidFactor"),
        ([term(genesis, -1)], 0, "InvalidFactor"),
        ([term(head, 256), term(genesis, 1)], 8, "InvalidFactor"),
        ([term(head, 1, genesis), term(genesis, -1, head)], 0, "InvalidTerms"),
    ):
        with refused(error):
            create(world, world.owner, terms, m)


def test_a_maintainer_who_came_back_votes_again(world: World, alice: Keypair) -> None:
    """The earlier vote counts no more, so it does not stand in the way of a new one."""
    world.push(world.owner, g1(1))
    before = world.account(world.branch).head
    world.push(world.owner, g1(2))
    world.protect(GUARDED)
    world.invite(alice, ROLE_MAINTAINER)
    made = create(world, world.owner, [term(before)])
    vote = approve(world, made, alice)
    with refused("AlreadyApproved"):
        approve(world, made, alice)
    world.remove(alice)
    world.pass_slots(1)
    world.invite(alice, ROLE_MAINTAINER)
    add(world, made)
    with refused("OperationNotApproved"):
        finish(world, made, world.owner, votes=[vote])
    assert approve(world, made, alice) == vote
    finish(world, made, world.owner, votes=[vote])


def test_a_delegate_below_contributor_gives_nothing_up(world: World, alice: Keypair, bob: Keypair) -> None:
    """The wallet itself may, and who may write in its name; a key that only reads may not."""
    world.push(world.owner, g1(1))
    before = world.account(world.branch).head
    world.push(world.owner, g1(2))
    world.invite(alice, ROLE_MAINTAINER)
    made = create(world, alice, [term(before)])
    call = instructions.operation_close(
        authority=bob.pubkey(),
        member=world.member(alice),
        repository=world.repository,
        branch=world.branch,
        operation=made.operation,
        result=made.result,
        payer=world.payer.pubkey(),
    )
    delegate(world, alice, bob.pubkey(), role=ROLE_READER)
    with refused("OperationStays"):
        world.send(call, signers=[bob])
    delegate(world, alice, bob.pubkey(), role=ROLE_CONTRIBUTOR)
    world.send(call, signers=[bob])
