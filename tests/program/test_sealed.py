"""`commit_prove` and blinds: only a commit that says it is sealed may be."""

import pytest
from solders.pubkey import Pubkey

from federity import _native
from federity._generated.constants import COMMIT_SEALED
from program.proving import Prover, delta, prepare, submit
from program.world import World, refused

BLINDS = (bytes(31) + b"\x05", bytes(31) + b"\x06")


@pytest.fixture
def pinned(empty: World, prover: Prover) -> Pubkey:
    return prepare(empty, prover)


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
