"""`commit_prove`: one unit of an update, verified on chain; and everything that must not pass for one."""

from dataclasses import replace
from pathlib import Path

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity import _native
from federity._generated import constants
from federity._generated.events import UnitProved
from federity.chain import pda
from program.proving import N, Prover, Unit, delta, pin, prepare, prove_call, refused, submit
from program.test_members import delegate
from program.world import RULES, Refused, World, add, named

MODULUS = int.from_bytes(constants.SCALAR_MODULUS, "big")
CU_BUDGET = 170_000
BYTES_BUDGET = 1_232


@pytest.fixture
def pinned(empty: World, prover: Prover) -> Pubkey:
    return prepare(empty, prover)


@pytest.fixture
def commit(empty: World, pinned: Pubkey) -> Pubkey:
    return empty.propose(empty.open_round(empty.owner), empty.owner, key_pin=pinned, parts=2)


@pytest.fixture
def unit(empty: World, prover: Prover, commit: Pubkey) -> Unit:
    return prover.prove(empty, commit, delta())


def _flip(data: bytes, index: int = -1) -> bytes:
    changed = bytearray(data)
    changed[index] ^= 1
    return bytes(changed)


def test_units_add_points_and_norms_until_the_commit_is_proved(
    empty: World, prover: Prover, commit: Pubkey, unit: Unit
) -> None:
    sent = submit(empty, prover, commit, unit)
    event = named(sent, UnitProved)
    assert (event.commit, event.unit, event.p, event.norm) == (commit, 0, unit.p, unit.norm << 16)
    assert (event.parts_done, event.parts) == (1, 2)
    assert sent.units <= CU_BUDGET, sent.units
    assert sent.size <= BYTES_BUDGET, sent.size

    other = prover.prove(empty, commit, delta(2), unit=3)
    submit(empty, prover, commit, other)
    account = empty.account(commit)
    assert account.chunk.point == add(unit.point, other.point)
    assert account.norm == (unit.norm + other.norm) << 16
    assert (account.state, account.level) == (constants.COMMIT_STATE_COMPLETE, constants.LEVEL_BOUNDED)


def test_nobody_proves_in_the_authors_name(
    empty: World, prover: Prover, commit: Pubkey, stranger: Keypair, bob: Keypair
) -> None:
    # Proving keys are public, the context is no secret: else whoever is first decides what the commit holds.
    poison = prover.prove(empty, commit, delta(99))
    call = prove_call(empty, prover, commit, poison)
    empty.invite(bob, constants.ROLE_CONTRIBUTOR)
    author, member, *rest = call.accounts
    for who, of, error in (
        (stranger, member.pubkey, "Unauthorized"),
        (bob, member.pubkey, "Unauthorized"),
        (bob, empty.member(bob), "Unauthorized"),
    ):
        accounts = [AccountMeta(who.pubkey(), True, False), AccountMeta(of, False, False), *rest]
        with refused(error):
            empty.send(Instruction(call.program_id, bytes(call.data), accounts), signers=[who])
    unsigned = [AccountMeta(author.pubkey, False, False), member, *rest]
    with pytest.raises(Refused):
        empty.send(Instruction(call.program_id, bytes(call.data), unsigned))


def test_the_authors_delegate_proves(
    empty: World, prover: Prover, commit: Pubkey, unit: Unit, stranger: Keypair
) -> None:
    delegate(empty, empty.owner, stranger.pubkey())
    call = prove_call(empty, prover, commit, unit)
    accounts = [AccountMeta(stranger.pubkey(), True, False), *call.accounts[1:]]
    empty.send(Instruction(call.program_id, bytes(call.data), accounts), signers=[stranger])
    assert empty.account(commit).chunk.point == unit.point


def test_a_unit_of_a_further_chunk_lands_in_its_points(empty: World, prover: Prover) -> None:
    pinned = prepare(empty, prover, chunks=2)
    commit = empty.propose(empty.open_round(empty.owner), empty.owner, key_pin=pinned, parts=1)
    empty.create_points(commit, 1)
    per_chunk = constants.CHUNK_ELEMENTS // N
    unit = prover.prove(empty, commit, delta(), unit=per_chunk + 1)
    with refused("WrongPoints"):
        submit(empty, prover, commit, unit)
    submit(empty, prover, commit, unit, pda.points(commit, 1))
    assert empty.account(pda.points(commit, 1)).chunk.point == unit.point
    assert empty.account(commit).chunk.point == bytes(64)


def test_a_delta_altered_after_proving_is_refused(
    empty: World, prover: Prover, commit: Pubkey, unit: Unit
) -> None:
    values = delta()
    values[5] += 1
    altered = prover.prove(empty, commit, values)
    for forged in (
        replace(unit, point=altered.point),
        replace(unit, point=altered.point, opening=altered.opening, y=altered.y),
        replace(altered, proof=unit.proof),
        replace(unit, p=altered.p),
    ):
        with refused("ProofInvalid"):
            submit(empty, prover, commit, forged)


def test_a_replay_in_another_round_is_refused(empty: World, prover: Prover, pinned: Pubkey) -> None:
    first = empty.propose(empty.open_round(empty.owner, kind=2), empty.owner, key_pin=pinned)
    second = empty.propose(empty.open_round(empty.owner, kind=2), empty.owner, key_pin=pinned)
    with refused("ProofInvalid"):
        submit(empty, prover, second, prover.prove(empty, first, delta()))


def test_a_replay_by_another_wallet_is_refused(
    empty: World, prover: Prover, pinned: Pubkey, alice: Keypair, bob: Keypair
) -> None:
    round_ = empty.open_round(empty.owner)
    commits = []
    for who in (alice, bob):
        empty.invite(who, constants.ROLE_CONTRIBUTOR)
        commits.append(empty.propose(round_, who, key_pin=pinned))
    with refused("ProofInvalid"):
        submit(empty, prover, commits[1], prover.prove(empty, commits[0], delta()))


def test_a_replay_in_another_repository_of_the_same_name_is_refused(
    empty: World, prover: Prover, commit: Pubkey, unit: Unit, stranger: Keypair
) -> None:
    empty.owner = stranger
    pinned = prepare(empty, prover)
    copy = empty.propose(empty.open_round(stranger), stranger, key_pin=pinned)
    with refused("ProofInvalid"):
        submit(empty, prover, copy, unit)


def test_another_repository_cannot_lend_its_string(
    empty: World, prover: Prover, commit: Pubkey, unit: Unit, stranger: Keypair
) -> None:
    empty.owner = stranger
    prepare(empty, prover)
    with refused("WrongRepository"):
        submit(empty, prover, commit, unit)


def test_a_unit_counts_once(empty: World, prover: Prover, commit: Pubkey, unit: Unit) -> None:
    submit(empty, prover, commit, unit)
    with refused("UnitAlreadyProved"):
        submit(empty, prover, commit, unit)


def test_a_unit_proved_for_one_offset_has_no_other_place(
    empty: World, prover: Prover, commit: Pubkey, unit: Unit
) -> None:
    with refused("ProofInvalid"):
        submit(empty, prover, commit, replace(unit, unit=1))
    # Bound to unit 1 by its context, but proved at the offset of unit 0.
    with refused("ProofInvalid"):
        submit(empty, prover, commit, prover.prove(empty, commit, delta(), unit=1, offset=0))


@pytest.mark.parametrize("unit_index", [256, constants.CHUNK_ELEMENTS // N, 2**32 - 1])
def test_a_unit_outside_the_vector_is_refused(
    empty: World, prover: Prover, commit: Pubkey, unit: Unit, unit_index: int
) -> None:
    with refused("UnitOutOfRange"):
        submit(empty, prover, commit, replace(unit, unit=unit_index))


def test_a_norm_over_the_bound_is_refused(empty: World, prover: Prover, pinned: Pubkey) -> None:
    norm = int((delta().astype(int) ** 2).sum()) << 16
    for bound, passes in ((norm - 1, False), (norm, True)):
        empty.protect(replace(RULES, norm_bound=bound))
        commit = empty.propose(empty.open_round(empty.owner, kind=2), empty.owner, key_pin=pinned)
        unit = prover.prove(empty, commit, delta())
        if passes:
            submit(empty, prover, commit, unit)
        else:
            with refused("NormBoundExceeded"):
                submit(empty, prover, commit, unit)


def test_a_norm_stated_too_low_is_refused(empty: World, prover: Prover, commit: Pubkey, unit: Unit) -> None:
    with refused("ProofInvalid"):
        submit(empty, prover, commit, replace(unit, norm=unit.norm - 1))
    with refused("ProofInvalid"):
        submit(empty, prover, commit, replace(unit, norm=2**64 - 1))


def test_a_delta_proved_at_shift_8_is_refused_at_shift_0(
    empty: World, prover: Prover, pinned: Pubkey
) -> None:
    commit = empty.propose(empty.open_round(empty.owner), empty.owner, key_pin=pinned, shift=0)
    with refused("ProofInvalid"):
        submit(empty, prover, commit, prover.prove(empty, commit, delta(), shift=8))


def test_the_norm_counts_in_steps_of_shift_8(empty: World, prover: Prover, pinned: Pubkey) -> None:
    commit = empty.propose(empty.open_round(empty.owner), empty.owner, key_pin=pinned, shift=8)
    unit = prover.prove(empty, commit, delta())
    submit(empty, prover, commit, unit)
    assert empty.account(commit).norm == unit.norm


ADDRESSES = ["repository", "branch", "round", "parent", "author", "commit", "key", "program_id"]


@pytest.mark.parametrize("field", [*ADDRESSES, "cluster", "lineage", "blob_hash"])
def test_a_proof_bound_to_something_else_is_refused(
    empty: World, prover: Prover, commit: Pubkey, field: str
) -> None:
    with refused("ProofInvalid"):
        submit(empty, prover, commit, prover.prove(empty, commit, delta(), **{field: b"\x09" * 32}))


def test_every_argument_is_checked(empty: World, prover: Prover, commit: Pubkey, unit: Unit) -> None:
    generator = bytes(31) + b"\x01" + bytes(31) + b"\x02"
    for forged, error in (
        (replace(unit, p=_flip(unit.p)), "ProofInvalid"),
        (replace(unit, y=_flip(unit.y)), "ProofInvalid"),
        (replace(unit, point=generator), "ProofInvalid"),
        (replace(unit, opening=generator), "OpeningInvalid"),
        (replace(unit, opening=bytes(64)), "OpeningInvalid"),
        (replace(unit, proof=_flip(unit.proof, 3)), "ProofInvalid"),
        (replace(unit, proof=_flip(unit.proof, 100)), "ProofInvalid"),
        (replace(unit, proof=_flip(unit.proof, 200)), "ProofInvalid"),
        (replace(unit, proof=bytes(256)), "ProofInvalid"),
        (replace(unit, proof=generator + unit.proof[64:]), "ProofInvalid"),
        (replace(unit, proof=unit.proof[:192] + generator), "ProofInvalid"),
        (replace(unit, point=_flip(unit.point)), "PointNotOnCurve"),
        (replace(unit, opening=_flip(unit.opening)), "PointNotOnCurve"),
    ):
        with refused(error):
            submit(empty, prover, commit, forged)


def test_second_spellings_are_refused(empty: World, prover: Prover, commit: Pubkey, unit: Unit) -> None:
    def plus(value: bytes) -> bytes:
        return (int.from_bytes(value, "big") + MODULUS).to_bytes(32, "big")

    for forged in (replace(unit, p=plus(unit.p)), replace(unit, y=plus(unit.y))):
        with refused("ScalarNotCanonical"):
            submit(empty, prover, commit, forged)
    for flag in (0x40, 0x80):
        # The spare bits of y are flags to the curve's syscalls, which would see the same point.
        spelled = bytearray(unit.point)
        spelled[32] |= flag
        with refused("PointNotOnCurve"):
            submit(empty, prover, commit, replace(unit, point=bytes(spelled)))


def test_a_commit_of_another_key_is_refused(
    empty: World, prover: Prover, commit: Pubkey, unit: Unit, tmp_path: Path
) -> None:
    other = Prover.__new__(Prover)
    other.srs, other.tau_g2 = prover.srs, prover.tau_g2
    other.key = _native.proving_key_development(b"federity/test/other", N, str(tmp_path))
    other.verifying_key = other.key.verifying_key
    other.address = pda.key(other.verifying_key)
    owner, empty.owner = empty.owner, Keypair.from_seed(b"\x05" * 32)
    prepare(empty, other)
    empty.repository, empty.owner = empty.account(commit).repository, owner
    with refused("UninitializedAccount"):
        submit(empty, other, commit, unit)
    pin(empty, other)
    with refused("WrongKey"):
        submit(empty, other, commit, unit)
    # The key that made the proof is bound even if the accounts are right.
    forged = other.prove(empty, commit, delta())
    with refused("ProofInvalid"):
        submit(empty, prover, commit, forged)


def test_a_commit_without_a_key_takes_no_proof(empty: World, prover: Prover, pinned: Pubkey) -> None:
    commit = empty.propose(empty.open_round(empty.owner), empty.owner)
    with refused("WrongKey"):
        submit(empty, prover, commit, prover.prove(empty, commit, delta()))


def test_a_complete_commit_takes_no_further_unit(empty: World, prover: Prover, pinned: Pubkey) -> None:
    commit = empty.propose(empty.open_round(empty.owner), empty.owner, key_pin=pinned, parts=1)
    submit(empty, prover, commit, prover.prove(empty, commit, delta()))
    with refused("CommitNotOpen"):
        submit(empty, prover, commit, prover.prove(empty, commit, delta(), unit=1))
