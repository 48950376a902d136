"""What a head is made of stays known through rounds, and another repository's proofs are its own."""

from dataclasses import replace

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated.constants import COMMIT_SEALED, ROLE_CONTRIBUTOR
from federity.chain import pda
from program.operations import add, create, finish, operate, term
from program.proving import Prover, delta, prepare, submit
from program.test_branches import fork
from program.world import RULES, World, refused, scaled
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
        assert empty.account(commit).flags == COMMIT_SEALED
        with refused("SealedNotAllowed"):
            create(empty, empty.owner, [term(commit, factor)])
    # What an operation takes along, the rounds after it keep.
    empty.protect(replace(WIDE, allow_sealed=True))
    operate(empty, empty.owner, [term(later)])
    assert empty.account(push_proved(empty, prover, pin)[1]).flags == COMMIT_SEALED


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
