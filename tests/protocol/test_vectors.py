"""The golden cases of protocol/vectors, against what Python uses; Rust tests the same files."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from py_ecc import optimized_bn128 as bn128
from solders.pubkey import Pubkey

from federity import _native
from federity._generated import constants
from federity._generated.program import PROGRAM_ID
from federity.chain import pda
from federity.objects.lineage import lineage
from federity.repository.ledger.context import UpdateContext
from protocol.vectors import load, raw


@pytest.fixture(scope="module")
def srs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    seed = load("commitments")["seed"].encode()
    return _native.srs_development(seed, 1 << 10, str(tmp_path_factory.mktemp("srs")))


def test_hashes(srs: Any) -> None:
    cases = load("hashes")
    string, line = cases["srs"], cases["lineage"]
    assert (srs.tau_g2, srs.id) == (raw(string["tau_g2"]), raw(string["id"]))
    found = lineage(raw(line["manifest_hash"]), raw(line["base_hash"]), raw(line["srs_id"]), line["chunks"])
    assert found == raw(line["lineage"])
    chain = bytes(32)
    for step in cases["set"]:
        tail = step["index"].to_bytes(4, "little") + step["samples"].to_bytes(4, "little")
        chain = hashlib.sha256(chain + raw(step["commit"]) + tail).digest()
        assert chain == raw(step["hash"])
    chain = bytes(32)
    for step in cases["weights"]:
        tail = step["index"].to_bytes(4, "little") + step["weight"].to_bytes(4, "little")
        chain = hashlib.sha256(chain + tail).digest()
        assert chain == raw(step["hash"])


def test_contexts() -> None:
    for case in load("contexts"):
        context = UpdateContext(
            program=Pubkey(raw(case["program_id"])),
            cluster=raw(case["cluster"]),
            lineage=raw(case["lineage"]),
            repository=Pubkey(raw(case["repository"])),
            branch=Pubkey(raw(case["branch"])),
            round=Pubkey(raw(case["round"])),
            parent=Pubkey(raw(case["parent"])),
            author=Pubkey(raw(case["author"])),
            commit=Pubkey(raw(case["commit"])),
            blob_hash=raw(case["blob_hash"]),
            shift=case["shift"],
            key=Pubkey(raw(case["key"])),
        )
        assert context.hash(case["unit"]) == raw(case["context"])


def test_poseidon_is_circoms() -> None:
    for case in load("poseidon"):
        assert _native.poseidon([raw(value) for value in case["inputs"]]) == raw(case["output"])


def test_commitments(srs: Any) -> None:
    for case in load("commitments")["cases"]:
        values, first = case["values"], case["first_element"]
        assert _native.commit(srs, np.array(values, dtype=np.int64), first) == raw(case["point"])
        if all(-128 <= value <= 127 for value in values):
            assert _native.commit(srs, np.array(values, dtype=np.int8), first) == raw(case["point"])


def test_merges(srs: Any) -> None:
    for case in load("merges")["cases"]:
        total = np.array(case["accumulator"], dtype=np.int64)
        point = _native.commit(srs, total, 0)
        assert point == raw(case["point"])
        for update in case["updates"]:
            scaled = update["weight"] << (case["fraction_bits"] - constants.WEIGHT_BITS - update["shift"])
            assert scaled == update["scaled_weight"]
            delta = np.array(update["delta"], dtype=np.int8)
            assert _native.commit(srs, delta, 0) == raw(update["point"])
            _native.aggregate(total, [delta], [scaled])
            point = _native.point_add(point, _native.point_mul(raw(update["point"]), scaled))
        assert total.tolist() == case["result"]
        assert point == raw(case["result_point"]) == _native.commit(srs, total, 0)


def test_addresses() -> None:
    vectors = load("addresses")
    assert vectors["program_id"] == str(PROGRAM_ID)
    for case in vectors["cases"]:
        seeds = [raw(seed) for seed in case["seeds"]]
        address, bump = Pubkey.find_program_address(seeds, PROGRAM_ID)
        assert (bytes(address), bump) == (raw(case["address"]), case["bump"])


def test_addresses_are_those_of_the_client() -> None:

    cases = [
        (case["account"], [raw(s) for s in case["seeds"]], raw(case["address"]))
        for case in load("addresses")["cases"]
    ]
    by_seed = {(name, seeds[0]): (seeds[1:], address) for name, seeds, address in cases}

    def key(data: bytes) -> Pubkey:
        return Pubkey(data)

    (owner, name), repository = by_seed["Repository", b"repository"]
    assert bytes(pda.repository(key(owner), pda.plain_name(name))) == repository
    (parent, wallet), address = by_seed["Member", b"member"]
    assert bytes(pda.member(key(parent), key(wallet))) == address
    (parent, pinned), address = by_seed["KeyPin", b"key_pin"]
    assert bytes(pda.key_pin(key(parent), key(pinned))) == address
    (parent, name), branch = by_seed["Branch", b"branch"]
    assert bytes(pda.branch(key(parent), pda.plain_name(name))) == branch
    (parent, index), round_ = by_seed["Round", b"round"]
    assert bytes(pda.round_(key(parent), int.from_bytes(index, "little"))) == round_
    commits = {tuple(seeds[1:]): address for name, seeds, address in cases if name == "Commit"}
    assert commits == {
        (branch, branch): bytes(pda.genesis(key(branch))),
        (round_, owner): bytes(pda.commit(key(round_), key(owner))),
        (round_, round_): bytes(pda.merge(key(round_))),
    }
    for account, make in (
        ("Points", lambda seeds: pda.points(key(seeds[0]), int.from_bytes(seeds[1], "little"))),
        ("Review", lambda seeds: pda.review(key(seeds[0]), key(seeds[1]))),
        ("Approval", lambda seeds: pda.approval(key(seeds[0]), key(seeds[1]))),
        ("Location", lambda seeds: pda.location(key(seeds[0]), key(seeds[1]))),
    ):
        seeds, address = by_seed[account, account.lower().encode()]
        assert bytes(make(seeds)) == address


def _unit() -> tuple[Any, Any]:
    vector = load("unit")
    fields = ("proof", "point", "opening", "p", "y")
    return vector, _native.UnitProof(*(raw(vector[name]) for name in fields), vector["norm"])


def test_the_golden_unit_verifies_natively() -> None:
    vector, unit = _unit()
    key, tau_g2, context = (raw(vector[name]) for name in ("verifying_key", "tau_g2", "context"))
    assert hashlib.sha256(key).hexdigest() == vector["key_hash"]
    assert _native.verify_update(key, tau_g2, unit, vector["offset"], context)
    assert not _native.verify_update(key, tau_g2, unit, vector["offset"] + 256, context)
    assert not _native.verify_update(key, tau_g2, unit, vector["offset"], bytes(32))


def _g1(data: bytes) -> Any:
    x, y = (int.from_bytes(half, "big") for half in (data[:32], data[32:64]))
    return bn128.FQ(x), bn128.FQ(y), bn128.FQ(1)


def _g2(data: bytes) -> Any:
    x1, x0, y1, y0 = (int.from_bytes(data[at : at + 32], "big") for at in range(0, 128, 32))
    return bn128.FQ2([x0, x1]), bn128.FQ2([y0, y1]), bn128.FQ2.one()


def test_the_golden_unit_verifies_in_another_library() -> None:
    """py-ecc's pairings know nothing of arkworks, of the syscalls, or of us."""
    vector, _ = _unit()
    key, proof = raw(vector["verifying_key"]), raw(vector["proof"])
    h, rho, y = (int(vector[name], 16) for name in ("h", "rho", "y"))
    statement = bn128.add(_g1(key[448:]), bn128.multiply(_g1(key[512:]), h))
    right = bn128.FQ12.one()
    for left_point, right_point in (
        (_g1(key), _g2(key[64:])),
        (statement, _g2(key[192:])),
        (_g1(proof[192:]), _g2(key[320:])),
    ):
        right *= bn128.pairing(right_point, left_point)
    assert bn128.pairing(_g2(proof[64:]), _g1(proof)) == right

    point, opening = _g1(raw(vector["point"])), _g1(raw(vector["opening"]))
    shifted = bn128.add(point, bn128.neg(bn128.multiply(bn128.G1, y)))
    left = bn128.add(shifted, bn128.multiply(opening, rho))
    assert bn128.pairing(bn128.G2, left) == bn128.pairing(_g2(raw(vector["tau_g2"])), opening)


def test_the_golden_unit_is_what_its_values_say(srs: Any, tmp_path: Path) -> None:
    vector, unit = _unit()
    values = np.frombuffer(raw(vector["values"]), dtype=np.int8)
    assert _native.commit(srs, values, vector["offset"] * constants.LANES) == unit.point
    assert int((values.astype(np.int64) ** 2).sum()) == vector["norm"]
    key = _native.proving_key_development(vector["seed"].encode(), vector["n"], str(tmp_path))
    assert key.verifying_key == raw(vector["verifying_key"])
    # Groth16 proofs are salted; everything beside the proof is determined.
    again = _native.prove_update(key, srs, values, vector["offset"], raw(vector["context"]))
    assert (again.p, again.y, again.opening, again.norm) == (unit.p, unit.y, unit.opening, unit.norm)
    assert again.proof != unit.proof
