"""`commit_prove` and blinds: only a commit that says it is sealed may be."""

from dataclasses import replace

import pytest
from solders.pubkey import Pubkey

from federity import _native
from federity._generated.constants import COMMIT_SEALED
from program.proving import Prover, delta, prepare, submit
from program.world import RULES, World, refused

BLINDS = (bytes(31) + b"\x05", bytes(31) + b"\x06")


@pytest.fixture
def pinned(empty: World, prover: Prover) -> Pubkey:
    return prepare(empty, prover, replace(RULES, allow_sealed=True))


def propose(world: World, pinned: Pubkey, flags: int) -> Pubkey:
    return world.propose(world.open_round(world.owner), world.owner, key_pin=pinned, flags=flags)


def test_a_blinded_unit_of_an_open_commit_is_refused(empty: World, prover: Prover, pinned: Pubkey) -> None:
    """Merged, it would make a head that nobody but its author can open: the branch would be jammed."""
    commit = propose(empty, pinned, 0)
    for blinds in (BLINDS, (BLINDS[0], bytes(32)), (bytes(32), BLINDS[1])):
        with refused("ProofInvalid"):
            submit(empty, prover, commit, prover.prove(empty, commit, delta(), blinds=blinds))
    # Nor does the proof that is said to be of a sealed unit pass when its blinds are zero.
    zero = prover.prove(empty, commit, delta(), blinds=(bytes(32), bytes(32)))
    with refused("ProofInvalid"):
        submit(empty, prover, commit, zero)
    open_unit = prover.prove(empty, commit, delta())
    submit(empty, prover, commit, open_unit)
    assert empty.account(commit).chunk.point == _native.commit(prover.srs, delta(), 0)


def test_a_sealed_commit_takes_blinded_units_and_no_others(
    empty: World, prover: Prover, pinned: Pubkey
) -> None:
    commit = propose(empty, pinned, COMMIT_SEALED)
    with refused("ProofInvalid"):
        submit(empty, prover, commit, prover.prove(empty, commit, delta()))
    sealed = prover.prove(empty, commit, delta(), blinds=BLINDS)
    submit(empty, prover, commit, sealed)
    point = empty.account(commit).chunk.point
    assert point == sealed.point != _native.commit(prover.srs, delta(), 0)


def test_a_sealed_commit_needs_the_branchs_consent(empty: World, prover: Prover) -> None:
    """Merged without it, the head would open for nobody but its author, on a branch that never asked."""
    pinned = prepare(empty, prover)
    with refused("SealedNotAllowed"):
        propose(empty, pinned, COMMIT_SEALED)


def test_consent_that_was_withdrawn_holds_for_the_round_that_takes_it(
    empty: World, prover: Prover, pinned: Pubkey
) -> None:
    first = empty.open_round(empty.owner)
    commit = empty.propose(first, empty.owner, key_pin=pinned, flags=COMMIT_SEALED)
    submit(empty, prover, commit, prover.prove(empty, commit, delta(), blinds=BLINDS))
    empty.pass_slots(201)
    empty.expire(first)
    empty.protect(replace(RULES, norm_bound=1 << 60))
    later = empty.open_round(empty.owner)
    with refused("SealedNotAllowed"):
        empty.accept(later, commit, previous=first)
