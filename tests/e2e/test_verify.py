"""Verification from chain and store alone, and blobs that lie."""

import hashlib
from dataclasses import replace

import pytest
from solders.pubkey import Pubkey

from e2e.team import Team, Tensors, trained, weights
from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.types import BlobLocation
from federity.chain import pda
from federity.errors import BlobMissing, CommitmentMismatch, FederityError
from federity.objects import (
    Accumulator,
    DeltaInfo,
    Location,
    decode_accumulator,
    encode_accumulator,
    encode_delta,
)
from federity.objects.container import read, write
from federity.objects.delta import Delta
from federity.repository.ledger import query
from federity.repository.reports import PullReport
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm


async def start(team: Team, **settings: object) -> Repository:
    return await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True, **settings
    )


def same(left: Tensors, right: Tensors) -> bool:
    return all(left[name].tobytes() == right[name].tobytes() for name in left)


async def post(team: Team, name: str, commit: str, data: bytes) -> None:
    """Say on the chain that a commit's blob is this one."""
    session = await team.session(name)
    location = await team.store.put(data)
    wallet = session.wallet.pubkey
    address = Pubkey.from_string(commit)
    step = program.location_create(
        payer=wallet,
        authority=wallet,
        commit=address,
        location_address=pda.location(address, wallet),
        blob_hash=location.id,
        location=BlobLocation(tag=int(location.tag), id=location.id),
    )
    await session.chain.send([step], payer=session.wallet, signers=[])


async def head_of(team: Team, owner: Repository) -> tuple[str, accounts.Location, Accumulator]:
    head = (await owner.branches())[0].head
    await owner.repost()
    (posted,) = await query.find(team.chain, accounts.Location, commit=Pubkey.from_string(head))
    data = await team.store.get(Location.local(bytes(posted[1].blob_hash)))
    return head, posted[1], decode_accumulator(data, owner.workspace.manifest)


async def solo(owner: Repository, seed: int = 1) -> None:
    await owner.commit(trained(await owner.tensors(), seed), f"step {seed}")
    await owner.push(level=0)


async def test_a_wrong_result_blob_is_refused_and_the_true_one_rebuilt(team: Team) -> None:
    owner = await start(team)
    await solo(owner)
    head, place, true = await head_of(team, owner)
    values = true.values.copy()
    values[5] += 1
    lie = encode_accumulator(Accumulator(values, true.fraction_bits, true.manifest_hash))
    team.blob(bytes(place.blob_hash).hex()).unlink()
    await post(team, "liar", head, lie)
    met, found = await fresh(team, owner, "reader")
    assert same(found, await owner.tensors())
    assert met.rebuilt == 1
    assert sorted("does not open" in blob.reason for blob in met.refused) == [False, True]
    # Anybody who has the deltas puts the true one back.
    await owner.repost()
    met, found = await fresh(team, owner, "second")
    assert met.rebuilt == 0
    assert same(found, await owner.tensors())


async def fresh(team: Team, owner: Repository, name: str) -> tuple[PullReport, Tensors]:
    """What a machine that never saw the repository meets, and the weights that it ends up with."""
    copy = await team.clone(name, owner.url)
    assert copy.fetched is not None
    return copy.fetched, await copy.tensors()


async def test_lanes_out_of_range_are_refused_although_they_open_the_commitment(team: Team) -> None:
    owner = await start(team)
    await solo(owner)
    head, place, true = await head_of(team, owner)
    # 2^62 more in one lane and 1 less in the next is the same coefficient.
    name, chunk = "chunk.0", true.values.copy()
    chunk[0] += 1 << 62
    chunk[1] -= 1
    honest = read(encode_accumulator(true))
    lie = write({name: chunk}, honest.metadata)
    assert len(lie) == len(encode_accumulator(true))
    team.blob(bytes(place.blob_hash).hex()).unlink()
    await post(team, "liar", head, lie)
    met, found = await fresh(team, owner, "reader")
    assert any("2^61" in blob.reason for blob in met.refused)
    assert same(found, await owner.tensors())


async def test_a_missing_result_is_rebuilt_and_can_be_posted_again(team: Team) -> None:
    owner = await start(team)
    await solo(owner, 1)
    await solo(owner, 2)
    _, place, _ = await head_of(team, owner)
    blob = team.blob(bytes(place.blob_hash).hex())
    blob.unlink()
    met, found = await fresh(team, owner, "reader")
    assert met.rebuilt == 2
    assert same(found, await owner.tensors())
    await owner.repost()
    assert blob.exists()


async def test_a_missing_delta_and_result_end_in_one_sentence(team: Team) -> None:
    owner = await start(team)
    await solo(owner)
    _, place, _ = await head_of(team, owner)
    team.blob(bytes(place.blob_hash).hex()).unlink()
    (part,) = (await owner.show()).merged
    delta = (await owner.show(part.commit)).blob_hash
    team.blob(delta).unlink()
    with pytest.raises(BlobMissing):
        await Repository.clone(await team.session("reader"), owner.url, team.path("reader"))


async def test_a_delta_that_is_not_the_committed_one_is_named(team: Team) -> None:
    owner = await start(team, rules=Rules(protected=True))
    await owner.round_open()
    await team.session("ann")
    await owner.member_add(team.address("ann"), "contributor")
    ann = await Repository.clone(await team.session("ann"), owner.url, team.path("ann"))
    made = await ann.commit(trained(weights(), 1))
    # The author points to bytes of another vector than the one that is declared.
    local = ann.workspace.worktree.commits
    delta = await ann.workspace.local_delta(made)
    values = delta.values.copy()
    values[0] = (values[0] + 5) % 100
    lie = encode_delta(Delta(values, delta.shift, delta.manifest_hash), DeltaInfo())
    hashed = hashlib.sha256(lie).hexdigest()
    await team.store.put(lie)
    await ann.workspace.objects.put(lie)

    true_delta = ann.workspace.local_delta

    async def honest_values(commit: object) -> Delta:
        return await true_delta(made)

    ann.workspace.local_delta = honest_values  # type: ignore[method-assign]
    local.update(replace(made, delta=hashed))
    await ann.push(level=0)
    with pytest.raises(CommitmentMismatch):
        await owner.merge()
    (view,) = (await owner.round_show()).commits
    report = await owner.verify(view)
    assert not report.ok
    assert any(check.name == "commitment" and check.outcome == "failed" for check in report.checks)


async def test_an_honest_history_verifies_and_says_what_it_does_not_show(team: Team) -> None:
    owner = await start(team)
    await solo(owner, 1)
    await solo(owner, 2)
    reader = await Repository.clone(await team.session("reader"), owner.url, team.path("reader"))
    report = await reader.verify()
    assert report.ok
    assert report.complete
    assert [commit.kind for commit in report.commits] == ["update", "merge", "update", "merge", "genesis"]
    assert report.insecure
    assert any("insecure" in gap for gap in report.not_proved)
    assert any("training" in gap for gap in report.not_proved)
    assert "signed" in report.commits[0].level_meaning


async def test_verify_believes_nothing_that_lies_in_the_working_copy(team: Team) -> None:
    owner = await start(team)
    await solo(owner)
    (part,) = (await owner.show()).merged
    team.blob((await owner.show(part.commit)).blob_hash).unlink()
    report = await owner.verify()
    assert not report.complete
    assert [check.name for check in report.checks] == ["blob"]


async def test_damaged_local_objects_are_noticed_and_healed_by_a_pull(team: Team) -> None:
    owner = await start(team)
    await solo(owner)
    objects = owner.path / ".federity" / "objects"
    for path in [path for path in objects.rglob("*") if path.is_file()]:
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.chmod(0o644)
        path.write_bytes(bytes(data))
    with pytest.raises(FederityError):
        await owner.commit(trained(weights(), 5))
    model = weights(3)
    await owner.pull(model)
    assert same(model, await (await team.clone("reader", owner.url)).tensors())
    await owner.commit(trained(model, 5))


@pytest.mark.prover
async def test_proofs_are_verified_again_from_the_history(team: Team) -> None:
    owner = await start(team)
    await owner.commit(trained(weights(), 1), "proved")
    pushed = await owner.push()
    assert pushed.commits[0].level == 1
    assert pushed.commits[0].units == 1
    reader = await Repository.clone(await team.session("reader"), owner.url, team.path("reader"))
    report = await reader.verify()
    assert report.ok
    assert report.complete
    assert report.proofs == 1
    assert "bounded" in report.commits[0].level_meaning
