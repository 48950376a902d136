"""The program's checks of one unit, made with py-ecc instead: Groth16 and the opening, from bytes alone."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest
from py_ecc.optimized_bn128 import (
    FQ,
    FQ2,
    FQ12,
    G1,
    G2,
    Z1,
    add,
    b,
    b2,
    final_exponentiate,
    is_on_curve,
    multiply,
    neg,
    pairing,
)

from circuits import reference
from federity import _native

CONTEXT = bytes([0, *range(31)])
OFF = 512


def g1(data: bytes) -> tuple[FQ, FQ, FQ]:
    if data == bytes(64):
        return Z1
    x, y = (FQ(int.from_bytes(data[i : i + 32], "big")) for i in (0, 32))
    assert is_on_curve((x, y, FQ(1)), b)
    return x, y, FQ(1)


def g2(data: bytes) -> tuple[FQ2, FQ2, FQ2]:
    x1, x0, y1, y0 = (int.from_bytes(data[i : i + 32], "big") for i in range(0, 128, 32))
    point = FQ2([x0, x1]), FQ2([y0, y1]), FQ2([1, 0])
    assert is_on_curve(point, b2)
    return point


def product_is_one(*pairs: tuple[object, object]) -> bool:
    total = FQ12.one()
    for left, right in pairs:
        total *= pairing(right, left, final_exponentiate=False)
    return bool(final_exponentiate(total) == FQ12.one())


@dataclass(frozen=True)
class Claim:
    proof: bytes
    point: bytes
    opening: bytes
    p: bytes
    y: bytes
    norm: int
    off: int = OFF
    context: bytes = CONTEXT


def rho_and_h(claim: Claim) -> tuple[int, int]:
    number = int.from_bytes
    p, y = number(claim.p, "big"), number(claim.y, "big")
    limbs = [number(claim.point[i : i + 16], "big") for i in range(0, 64, 16)]
    context = number(claim.context, "big")
    rho = reference.poseidon([3, p, *limbs, context])
    return rho, reference.poseidon([4, context, p, rho, y, claim.norm, claim.off])


def groth16_holds(key: bytes, claim: Claim) -> bool:
    _, h = rho_and_h(claim)
    alpha, ic0, ic1 = g1(key[:64]), g1(key[448:512]), g1(key[512:])
    beta, gamma, delta = (g2(key[i : i + 128]) for i in range(64, 448, 128))
    a, c = g1(claim.proof[:64]), g1(claim.proof[192:])
    public = add(ic0, multiply(ic1, h))
    return product_is_one((neg(a), g2(claim.proof[64:192])), (alpha, beta), (public, gamma), (c, delta))


def opening_holds(tau_g2: bytes, claim: Claim) -> bool:
    rho, _ = rho_and_h(claim)
    point, opening = g1(claim.point), g1(claim.opening)
    y = int.from_bytes(claim.y, "big")
    left = add(add(point, neg(multiply(G1, y))), multiply(opening, rho))
    return product_is_one((left, G2), (neg(opening), g2(tau_g2)))


@pytest.fixture(scope="module")
def claim(key: _native.ProvingKey, srs: _native.Srs) -> Claim:
    d = (np.arange(1024) % 255 - 127).astype(np.int8)
    unit = _native.prove_update(key, srs, d, OFF, CONTEXT)
    return Claim(unit.proof, unit.point, unit.opening, unit.p, unit.y, unit.norm)


def test_the_same_proof_verifies(key: _native.ProvingKey, srs: _native.Srs, claim: Claim) -> None:
    assert groth16_holds(key.verifying_key, claim)
    assert opening_holds(srs.tau_g2, claim)


@pytest.mark.prover
@pytest.mark.parametrize(
    "change",
    [
        {"norm": 1},
        {"off": OFF + 256},
        {"context": bytes(32)},
        {"p": bytes(31) + b"\1"},
        {"y": bytes(31) + b"\1"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_item_does_not(
    key: _native.ProvingKey, claim: Claim, change: dict[str, bytes | int]
) -> None:
    assert not groth16_holds(key.verifying_key, dataclasses.replace(claim, **change))


def test_a_changed_value_does_not_open(srs: _native.Srs, claim: Claim) -> None:
    assert not opening_holds(srs.tau_g2, dataclasses.replace(claim, y=bytes(31) + b"\1"))
