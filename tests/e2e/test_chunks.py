"""Models of several chunks, end to end: every chunk is declared or proved, summed on the chain and opened."""

from pathlib import Path

import numpy as np
import pytest
from solders.pubkey import Pubkey

from e2e.team import Team
from federity._generated import accounts
from federity._generated.constants import CHUNK_ELEMENTS, UNIT_MEDIUM
from federity.errors import CommitmentMismatch
from federity.objects import Accumulator, accumulator_parts
from federity.objects.tensors import LazyTensor
from federity.repository.ledger import heads
from federity.repository.ledger.commitments import check_opens, opener
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository
from federity.repository.steps import create_steps

pytestmark = pytest.mark.svm

CHUNKS = 3
N = (CHUNKS - 1) * CHUNK_ELEMENTS + 4096
Weights = dict[str, np.ndarray]


@pytest.fixture(autouse=True)
def units(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that other tests make too: the smallest units that several chunks can be cut into."""
    monkeypatch.setattr(create_steps, "UNIT_SIZES", (UNIT_MEDIUM,))


def weights() -> Weights:
    return {"bias": np.zeros(7, np.float32), "table": np.full((N - 7,), 0.5, np.float32)}


def changed(*chunks: int, by: float) -> Weights:
    """The weights with a change in the first elements of some chunks; synthetic."""
    model = weights()
    for chunk in chunks:
        start = max(chunk * CHUNK_ELEMENTS - 7, 0)
        model["table"][start : start + 300] += np.linspace(by, 2 * by, 300, dtype=np.float32)
    return model


async def start(team: Team, rules: Rules | None = None) -> Repository:
    return await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="large", insecure=True, rules=rules
    )


async def test_a_round_over_several_chunks(team: Team) -> None:
    owner = await start(team, Rules(protected=True))
    for name in ("ann", "bob"):
        await team.session(name)
        await owner.member_add(team.address(name))
    await owner.round_open()
    deltas = []
    for name, model in (("ann", changed(0, 1, by=0.01)), ("bob", changed(1, 2, by=-0.02))):
        person = await team.clone(name, owner.url)
        made = await person.commit(model, f"by {name}")
        deltas.append(await person.workspace.local_delta(made))
        assert isinstance(deltas[-1].values, LazyTensor)
        assert (await person.push(level=0)).commits[0].units == 0
    assert [delta.nonzero_units(CHUNK_ELEMENTS) for delta in deltas] == [[0, 1], [1, 2]]
    merged = await owner.merge()
    assert merged.finished
    assert merged.cost.transactions > 1

    # The head, from the stored deltas alone, by the formula of the protocol.
    manifest = owner.workspace.manifest
    total = sum(2 ** (23 - d.shift) * np.array(d.values, np.int64) for d in deltas)
    spec = next(spec for spec in manifest.tensors if spec.name == "table")
    unit = 2.0 ** (spec.exponent - manifest.precision - 24)
    wanted = (0.5 + total[spec.elements] * unit).astype(np.float32)
    for name in ("ann", "bob", "owner"):
        model = weights()
        person = Repository.open(await team.session(name), team.path(name))
        assert (await person.pull(model)).head == merged.head
        assert model["table"].tobytes() == wanted.tobytes()
    assert np.abs(wanted - 0.5)[[10, CHUNK_ELEMENTS + 10, 2 * CHUNK_ELEMENTS + 10]].min() > 0
    report = await owner.verify()
    assert report.ok
    assert report.complete
    await owner.checkout("HEAD~1", model, force=True)
    assert model["table"].tobytes() == weights()["table"].tobytes()


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def test_a_wrong_value_in_the_last_chunk_is_found_and_nothing_of_it_kept(team: Team) -> None:
    owner = await start(team)
    await owner.commit(changed(0, 2, by=0.01), "x")
    await owner.push(level=0)
    workspace = owner.workspace
    head = workspace.worktree.head()
    address = (await workspace.branch_state()).head
    commit = await workspace.load(accounts.Commit, address, "commit")
    true = await workspace.head_accumulator(head)
    srs_id = bytes.fromhex(workspace.worktree.config().srs)
    await check_opens(workspace.session, srs_id, address, commit, true.values)
    values = np.array(true.values)
    values[-1] += 1
    with pytest.raises(CommitmentMismatch, match="chunk 2"):
        await check_opens(workspace.session, srs_id, address, commit, values)
    with pytest.raises(CommitmentMismatch, match="2 chunks"):
        await check_opens(workspace.session, srs_id, address, commit, values[: 2 * CHUNK_ELEMENTS])
    # A sum made here is opened while it is written.
    check = await opener(workspace.session, srs_id, address, commit)
    lie = Accumulator(values, true.fraction_bits, true.manifest_hash)
    before = kept(workspace.objects.root)
    with pytest.raises(CommitmentMismatch, match="chunk 2"):
        await heads.keep(workspace, address, accumulator_parts(lie, check))
    assert kept(workspace.objects.root) == before
    await heads.keep(workspace, address, accumulator_parts(true, check))


@pytest.mark.prover
async def test_two_chunks_are_proved(team: Team) -> None:
    """Zero units need no proof: of 513 units two have one, in different chunks."""
    owner = await start(team)
    made = await owner.commit(changed(0, 2, by=0.01), "proved")
    pushed = await owner.push(level=1)
    assert (pushed.commits[0].level, pushed.commits[0].units) == (1, 2)
    report = await owner.verify()
    assert report.ok
    assert report.complete
    assert report.proofs == 2
    clone = await team.clone("reader", owner.url)
    delta = await owner.workspace.local_delta(made)
    assert (await clone.show()).merged[0].weight == 1 << 16
    state = await clone.workspace.head_accumulator(clone.workspace.worktree.head())
    assert np.array_equal(state.values, 2 ** (24 - delta.shift) * np.array(delta.values, np.int64))


async def test_a_revert_over_several_chunks(team: Team) -> None:
    owner = await start(team)
    vectors = []
    for model in (changed(0, 1, by=0.01), changed(1, 2, by=-0.02)):
        await owner.commit(model, replace=True)
        await owner.push(level=0)
        head = Pubkey.from_string((await owner.show("HEAD")).address)
        vectors.append(np.array((await heads.accumulator(owner.workspace, head, heads.Fetch())).values[:]))
    first, second = vectors
    report = await owner.revert("HEAD~1")
    await owner.pull()
    found = await heads.accumulator(owner.workspace, Pubkey.from_string(report.head), heads.Fetch())
    assert (np.array(found.values[:]) == second - first).all()
