"""The adapter: which units are proved, with what, and how it stops."""

import asyncio
import threading
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from federity import _native
from federity.errors import ProofError, ProvingCancelled
from federity.objects.delta import nonzero_units
from federity.prover.base import Prover
from federity.prover.groth16 import Groth16Prover
from federity.prover.work import run

SIZE = 1024


def context(unit: int) -> bytes:
    return bytes(28) + unit.to_bytes(4, "big")


def values() -> npt.NDArray[np.int8]:
    """Four units and a half; the second is zero."""
    out = (np.arange(4 * SIZE + 500) % 7 - 3).astype(np.int8)
    out[SIZE : 2 * SIZE] = 0
    return out


def test_units_that_are_not_zero() -> None:
    assert nonzero_units(values(), SIZE) == [0, 2, 3, 4]
    assert nonzero_units(np.zeros(5000, dtype=np.int8), SIZE) == []


async def test_each_unit_verifies_at_its_own_place(prover: Prover) -> None:
    vector = values()
    shares: list[float] = []
    proofs = {unit: proof async for unit, proof in prover.prove(vector, SIZE, None, context, shares.append)}
    assert list(proofs) == [0, 2, 3, 4]
    assert shares == sorted(shares)
    assert shares[0] < 0.01
    assert shares[-1] == 1.0

    key, srs = await prover.key(SIZE), await prover.srs()
    for unit, proof in proofs.items():
        part = vector[unit * SIZE : (unit + 1) * SIZE]
        offset = unit * SIZE // 4
        assert proof.norm == int((part.astype(np.int64) ** 2).sum())
        assert proof.point == _native.commit(srs, part, unit * SIZE)
        verified = _native.verify_update(key.verifying_key, srs.tau_g2, proof, offset, context(unit))
        moved = _native.verify_update(key.verifying_key, srs.tau_g2, proof, offset + 256, context(unit))
        assert verified
        assert not moved

    whole = bytes(64)
    for proof in proofs.values():
        whole = _native.point_add(whole, proof.point)
    assert whole == _native.commit(srs, vector, 0)


async def test_only_the_wanted_units_and_no_zero_one(prover: Prover) -> None:
    proved = [unit async for unit, _ in prover.prove(values(), SIZE, [1, 4], context)]
    assert proved == [4]
    assert [unit async for unit, _ in prover.prove(values(), SIZE, [1], context)] == []


async def test_an_exception_from_progress_stops_the_work(prover: Prover) -> None:
    def refuse(share: float) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        async for _ in prover.prove(values(), SIZE, [0, 2, 3, 4], context, refuse):
            pytest.fail("nothing is proved")


async def test_a_cancelled_task_leaves_no_work_behind() -> None:
    started, ended = threading.Event(), threading.Event()

    def work(report: Callable[[float], None]) -> None:
        try:
            while True:
                started.set()
                report(0.5)
                time.sleep(0.01)
        finally:
            ended.set()

    task = asyncio.create_task(run(work))
    await asyncio.to_thread(started.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_native_work_hears_the_stop() -> None:
    def progress(share: float) -> None:
        raise ProvingCancelled("stop")

    with pytest.raises(ProvingCancelled):
        _native.proving_key_development(b"never made", SIZE, "/nonexistent", progress)


async def test_a_context_that_is_no_field_element_is_an_error_of_the_proof(prover: Groth16Prover) -> None:
    with pytest.raises(ProofError, match="Unit 0 could not be proved"):
        async for _ in prover.prove(values(), SIZE, [0], lambda _: b"\xff" * 32):
            pytest.fail("nothing is proved")
