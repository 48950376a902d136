"""Anyone may say where a blob is: what readers make of many who lie."""

import pytest
from solders.pubkey import Pubkey

from e2e.team import Team, trained, weights
from e2e.test_verify import head_of, post, same, solo
from federity.errors import BlobMissing
from federity.objects import Accumulator, DeltaInfo, Location, decode_delta, encode_accumulator, encode_delta
from federity.repository.ledger import heads, places
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm


async def start(team: Team) -> Repository:
    return await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )


async def crowd(team: Team, head: str, true: Accumulator, size: int) -> list[bytes]:
    """So many strangers, each with a false result of its own in the store; their blobs' hashes."""
    lies = []
    for number in range(size):
        values = true.values.copy()
        values[0] += 1 + number
        lie = encode_accumulator(Accumulator(values, true.fraction_bits, true.manifest_hash))
        await post(team, f"stranger {number}", head, lie)
        lies.append(Location.of(lie).id)
    return lies


async def test_a_crowd_of_liars_costs_a_reader_a_few_fetches_and_no_room(team: Team) -> None:
    owner = await start(team)
    await solo(owner)
    head, place, true = await head_of(team, owner)
    team.blob(bytes(place.blob_hash).hex()).unlink()
    lies = await crowd(team, head, true, 9)
    reader = await team.clone("reader", owner.url)
    assert reader.fetched is not None
    wrong = [blob for blob in reader.fetched.refused if "does not open" in blob.reason]
    assert (len(wrong), reader.fetched.rebuilt) == (places.STRANGERS, 1)
    assert same(await reader.tensors(), await owner.tensors())
    kept = [path for path in (reader.path / ".federity" / "objects").rglob("*") if path.is_file()]
    assert not [path for path in kept if any(path.name.endswith(lie.hex()[4:]) for lie in lies)]


async def test_what_members_post_comes_before_any_stranger(team: Team) -> None:
    owner = await start(team)
    await solo(owner)
    commit = await owner.workspace.commit(Pubkey.from_string((await owner.branches())[0].head))
    head = (await owner.branches())[0].head
    state = await heads.accumulator(owner.workspace, Pubkey.from_string(head), heads.Fetch())
    await crowd(team, head, state, 6)
    await owner.repost(head)
    reader = await team.clone("reader", owner.url)
    assert reader.fetched is not None
    assert (reader.fetched.refused, reader.fetched.rebuilt) == ((), 0)
    assert commit.location.tag == 0


async def test_a_strangers_delta_does_not_stand_in_for_the_authors(team: Team) -> None:
    """It may be as well formed as the author's: only what has the hash that the author signed is read."""
    owner = await start(team)
    await solo(owner)
    (update,) = (await owner.log())[0].merged
    commit = await owner.workspace.commit(Pubkey.from_string(update.commit))
    own = team.blob(bytes(commit.blob_hash).hex())
    found, _ = decode_delta(own.read_bytes(), owner.workspace.manifest)
    other = encode_delta(found, DeltaInfo("another message"))
    await post(team, "stranger", update.commit, other)
    own.rename(team.root / "hidden")
    with pytest.raises(BlobMissing):
        await team.clone("reader", owner.url)
    (team.root / "hidden").rename(own)
    reader = await team.clone("second", owner.url)
    assert same(await reader.tensors(), await owner.tensors())
    assert (await reader.log())[0].message == "step 1"
    assert not same(await reader.tensors(), trained(weights(), 9))
