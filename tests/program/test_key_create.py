"""`key_create`: a verifying key is stored under its hash, unless something false could be shown with it."""

import hashlib
from typing import Any

import pytest
from py_ecc import optimized_bn128 as bn128
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.events import KeyCreated
from federity._generated.program import PROGRAM_ID
from federity.chain import pda
from program.proving import Prover, refused
from program.world import Refused, World, g1, named, tau_times_g2

# Where the points of a key begin.
ALPHA, BETA, GAMMA, DELTA, IC0, IC1 = 0, 64, 192, 320, 448, 512


def create(world: World, key: bytes, stated: bytes | None = None) -> Instruction:
    return instructions.key_create(
        payer=world.payer.pubkey(),
        key=pda.key(key),
        hash=stated or hashlib.sha256(key).digest(),
        bytes_=key,
    )


def replaced(key: bytes, start: int, part: bytes) -> bytes:
    return key[:start] + part + key[start + len(part) :]


def outside_subgroup() -> bytes:
    """A point of the twist whose order is not r."""
    field = bn128.field_modulus
    for start in range(1, 100):
        x = bn128.FQ2([start, 1])
        square = x * x * x + bn128.b2
        # Square root in Fq2 where q = 3 mod 4 (Adj, Rodriguez-Henriquez, 2012, algorithm 9).
        power = square ** ((field - 3) // 4)
        candidate = power * square
        root = power * candidate
        if root == bn128.FQ2([-1, 0]):
            y = bn128.FQ2([0, 1]) * candidate
        else:
            y = (bn128.FQ2.one() + root) ** ((field - 1) // 2) * candidate
        point = (x, y, bn128.FQ2.one())
        if y * y == square and not bn128.is_inf(bn128.multiply(point, bn128.curve_order)):
            return b"".join(
                int(part).to_bytes(32, "big") for value in (x, y) for part in reversed(value.coeffs)
            )
    raise AssertionError("no such point among the first")


def test_a_key_is_stored_under_its_hash(empty: World, prover: Prover) -> None:
    sent = empty.send(create(empty, prover.verifying_key))
    event = named(sent, KeyCreated)
    assert (event.key, event.payer) == (prover.address, empty.payer.pubkey())
    assert event.hash == hashlib.sha256(prover.verifying_key).digest()
    assert empty.account(prover.address).bytes_ == prover.verifying_key
    assert sent.size <= 1232


def test_a_key_is_stored_once(empty: World, prover: Prover) -> None:
    empty.send(create(empty, prover.verifying_key))
    with pytest.raises(Refused):
        empty.send(create(empty, prover.verifying_key))


def test_an_address_that_is_not_the_hash_is_refused(empty: World, prover: Prover) -> None:
    other = hashlib.sha256(b"other").digest()
    address = Pubkey.find_program_address([b"key", other], PROGRAM_ID)[0]
    call = instructions.key_create(
        payer=empty.payer.pubkey(), key=address, hash=other, bytes_=prover.verifying_key
    )
    with refused("KeyAddressMismatch"):
        empty.send(call)


def test_gamma_may_be_the_generator(empty: World, prover: Prover) -> None:
    empty.send(create(empty, replaced(prover.verifying_key, GAMMA, tau_times_g2(1))))


def _malformed(key: bytes) -> dict[str, bytes]:
    off_curve = g1(1)[:63] + b"\x03"
    cases: dict[str, bytes] = {
        "gamma is the generator's negative": replaced(key, GAMMA, tau_times_g2(-1)),
        "delta is gamma's negative": replaced(replaced(key, GAMMA, tau_times_g2(5)), DELTA, tau_times_g2(-5)),
    }
    twice = {"the generator": tau_times_g2(1), "beta": key[BETA:GAMMA], "gamma": key[GAMMA:DELTA]}
    for name, start in (("beta", BETA), ("delta", DELTA)):
        cases |= {f"{name} is {at}": replaced(key, start, point) for at, point in twice.items() if at != name}
    once = {"the generator": g1(1), "alpha": key[:BETA], "ic0": key[IC0:IC1]}
    for name, start in (("alpha", ALPHA), ("ic0", IC0), ("ic1", IC1)):
        cases |= {f"{name} is {at}": replaced(key, start, point) for at, point in once.items() if at != name}
    for name, start in (("alpha", ALPHA), ("ic0", IC0), ("ic1", IC1)):
        cases[f"{name} is the identity"] = replaced(key, start, bytes(64))
        cases[f"{name} is off the curve"] = replaced(key, start, off_curve)
        cases[f"{name} is spelled with a flag"] = replaced(key, start + 32, bytes([key[start + 32] | 0x80]))
    outside = outside_subgroup()
    for name, start in (("beta", BETA), ("gamma", GAMMA), ("delta", DELTA)):
        cases[f"{name} is the identity"] = replaced(key, start, bytes(128))
        cases[f"{name} is off the curve"] = replaced(key, start + 127, bytes([key[start + 127] ^ 1]))
        cases[f"{name} is out of the subgroup"] = replaced(key, start, outside)
    return cases


def test_malformed_keys_are_refused(empty: World, prover: Prover) -> None:
    cases = _malformed(prover.verifying_key)
    assert len(cases) == 18 + 2 + 5 + 7
    passed: list[Any] = []
    for name, key in cases.items():
        try:
            empty.send(create(empty, key))
        except Refused as error:
            assert error.name == "KeyMalformed", (name, error)
        else:
            passed.append(name)
    assert not passed
