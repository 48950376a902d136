"""A repository whose blobs are on Arweave: pushed, merged, cloned with nothing at hand, and verified."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from e2e.team import Team, trained, weights
from federity._generated import accounts
from federity.errors import InsufficientFunds
from federity.objects import LocationKind
from federity.repository.ledger import query
from federity.repository.repository import Repository
from federity.session import Session
from federity.storage.arweave.encoding import to_base64
from federity.storage.base import Storage
from support.permanent import PLENTY, Permanent, permanent
from support.web import Reply, Request

pytestmark = pytest.mark.svm


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Permanent]:
    async with permanent(tmp_path / "arweave") as found:
        yield found


async def person(team: Team, there: Permanent, name: str, *ways: str) -> Session:
    """A session of somebody on a machine of their own, whose uploads their own wallet signs."""
    session = await team.session(name)
    wallet = team.wallets[name]
    there.turbo.credits.setdefault(str(wallet.pubkey), PLENTY)
    return on(session, await there.store(*ways, name=f"store-{name}", wallet=wallet))


def on(session: Session, storage: Storage) -> Session:
    """The same person with another store."""
    return Session(
        chain=session.chain,
        storage=storage,
        prover=session.prover,
        url=session.url,
        keypair=session.wallet,
    )


async def published(team: Team, session: Session) -> Repository:
    model = weights()
    owner = await Repository.create(session, team.path("owner"), model, name="digits", insecure=True)
    await owner.commit(trained(model), "first")
    await owner.push(level=0)
    return owner


@pytest.mark.parametrize("way", ["items", "transactions"])
async def test_what_is_pushed_is_cloned_and_verified_from_chain_and_arweave_alone(
    team: Team, there: Permanent, way: str
) -> None:
    owner = await published(team, await person(team, there, "owner", way))
    there.net.mine()
    kind = {"items": LocationKind.BUNDLED, "transactions": LocationKind.ARWEAVE}[way]
    commits = [commit for _, commit in await query.find(team.chain, accounts.Commit)]
    assert {commit.location.tag for commit in commits if any(commit.blob_hash)} == {int(kind)}
    newcomer = await person(team, there, "newcomer")
    clone = await Repository.clone(newcomer, owner.url, team.path("newcomer"))
    ours, theirs = await owner.tensors(), await clone.tensors()
    assert all(ours[name].tobytes() == theirs[name].tobytes() for name in ours)
    stranger = Repository(await person(team, there, "stranger"), clone.workspace.worktree)
    assert (await stranger.verify()).complete


async def test_a_dry_run_quotes_what_the_upload_costs_and_the_push_pays_that(
    team: Team, there: Permanent
) -> None:
    session = await person(team, there, "owner", "items", "transactions")
    owner = await Repository.init(session, team.path("owner"), weights(), name="digits", insecure=True)
    quoted = (await owner.push(dry_run=True)).cost
    assert (await owner.push()).cost.winston == quoted.winston > 0
    await owner.commit(trained(weights()), "first")
    price = await owner.push(level=0, dry_run=True)
    asked = len([1 for method, _ in there.turbo.asked if method == "POST"])
    assert f"uploaded for {price.cost.winc} winc and 0.000" in str(price.cost) and price.cost.winc > 0
    assert len([1 for method, _ in there.turbo.asked if method == "POST"]) == asked
    paid = (await owner.push(level=0)).cost
    assert (paid.winc, paid.winston) == (price.cost.winc, price.cost.winston)


async def test_without_credit_nothing_reaches_the_chain(team: Team, there: Permanent) -> None:
    session = await person(team, there, "owner", "items")
    owner = await published(team, session)
    before = await team.chain.slot(), await query.find(team.chain, accounts.Commit)
    there.turbo.credits[team.address("owner")] = 3
    await owner.commit(trained(await owner.tensors(), 2), "second")
    with pytest.raises(InsufficientFunds, match="winc"):
        await owner.push(level=0)
    assert await query.find(team.chain, accounts.Commit) == before[1]
    there.turbo.credits[team.address("owner")] = PLENTY
    assert len((await owner.push(level=0)).commits) == 1


async def stopped(there: Permanent, owner: Repository, at: int) -> bool:
    """Push, and end that when a request was served whose answer is lost; False when it came to its end."""
    counted = 0

    def mood(request: Request) -> Reply | None:
        nonlocal counted
        counted += 1
        if counted != at:
            return None
        there.turbo.mood = lambda request: None
        there.turbo.handle(request)
        running.cancel()
        return Reply(cut=0)

    there.turbo.mood = mood
    running = asyncio.ensure_future(owner.push(level=0))
    await asyncio.wait([running])
    there.turbo.mood = lambda request: None
    return running.cancelled()


async def test_a_push_stopped_at_any_request_is_ended_by_the_next_and_pays_once(
    team: Team, there: Permanent
) -> None:
    owner = await published(team, await person(team, there, "owner", "items"))
    for at in range(1, 100):
        await owner.commit(trained(await owner.tensors(), 2 + at), f"change {at}")
        paid = len(there.turbo.paid)
        if not await stopped(there, owner, at):
            break
        (commit,) = (await owner.push(level=0)).commits
        assert len(there.turbo.paid) == paid + 1
        made = await owner.workspace.commit(Pubkey.from_string(commit.address))
        assert to_base64(bytes(made.location.id)) in there.turbo.items
    assert at >= 4


async def test_a_repository_moves_to_arweave_and_is_read_from_there(team: Team, there: Permanent) -> None:
    local = await person(team, there, "owner")
    owner = await published(team, local)
    await owner.pull()
    await owner.revert("HEAD", message="taken back")
    await owner.pull()
    await owner.tag_create("v1", message="for all")
    moved = Repository(await person(team, there, "owner", "items"), owner.workspace.worktree)
    quoted = await moved.mirror(dry_run=True)
    assert not there.turbo.paid and (quoted.copied, quoted.posted, quoted.missing) == (4, 2, ())
    report = await moved.mirror()
    assert (report.copied, report.posted, report.missing) == (4, 2, ())
    assert report.cost.winc == sum(there.turbo.paid.values()) <= quoted.cost.winc
    # Nobody's folder is left, only the chain and Arweave.
    clone = await Repository.clone(await person(team, there, "new"), owner.url, team.path("new"))
    assert (await clone.verify()).complete
    assert (await clone.log())[0].message == "taken back"
    assert [tag.message for tag in await clone.tags()] == ["for all"]
    # Neither it nor anybody else pays for what is there; and who searches by tags finds the words.
    other = Repository(await person(team, there, "other", "items"), owner.workspace.worktree)
    assert (await other.log())[0].message == "taken back" and (await other.verify()).complete
    for again in (await moved.mirror(), await other.mirror(), await other.mirror(dry_run=True)):
        assert (again.posted, again.cost.winc, again.cost.transactions) == (0, 0, 0)


async def test_a_lost_place_is_found_by_tags_and_the_new_one_is_posted(team: Team, there: Permanent) -> None:
    owner = await published(team, await person(team, there, "owner", "items"))
    lost = dict(there.net.served)
    there.net.served.clear()
    # Somebody had kept the blobs and uploads them again.
    for found in lost.values():
        await (await there.store("transactions", name="other")).put(found.data)
    there.net.mine()
    finder = await person(team, there, "finder", "transactions")
    clone = await Repository.clone(finder, owner.url, team.path("finder"))
    paid = dict(there.net.balances)
    report = await clone.mirror()
    assert (report.posted, report.missing) == (2, ()) and there.net.balances == paid
    # A machine without settings finds them by the chain alone.
    new = await Repository.clone(await person(team, there, "new"), owner.url, team.path("new"))
    assert (await new.verify()).complete
    # The finder's wallet may name yet another place: it takes the first one's.
    elsewhere = Repository(await person(team, there, "finder", "items"), clone.workspace.worktree)
    assert (await elsewhere.mirror()).posted == 2


async def test_what_nobody_has_is_named_and_the_rest_is_mirrored(team: Team, there: Permanent) -> None:
    owner = await published(team, await person(team, there, "owner", "items"))
    (delta,) = [id for id, item in there.turbo.items.items() if dict(item.tags)[b"Federity-Kind"] == b"delta"]
    del there.net.served[delta]
    other = Repository(await person(team, there, "other", "transactions"), owner.workspace.worktree)
    report = await other.mirror()
    assert len(report.missing) == 1 and (report.copied, report.posted) == (1, 1)


async def test_words_beside_a_review_are_found_by_tags(team: Team, there: Permanent) -> None:
    owner = await Repository.create(
        await person(team, there, "owner", "items"),
        team.path("owner"),
        weights(),
        name="digits",
        insecure=True,
        rules={"protected": True},
    )
    await owner.round_open()
    await owner.commit(trained(weights()), "first")
    (commit,) = (await owner.push(level=0)).commits
    await owner.review(commit.address, note="well done")
    # Who reads needs no settings: that the repository is on Arweave, the chain says.
    for name, ways in (("reader", ("items",)), ("stranger", ())):
        reader = Repository(await person(team, there, name, *ways), owner.workspace.worktree)
        (view,) = (await reader.show(commit.address)).reviews
        assert view.note == "well done"


async def test_words_that_nobody_has_send_nobody_to_arweave_for_a_folder_s_repository(
    team: Team, there: Permanent
) -> None:
    owner = await published(team, await person(team, there, "owner"))
    await owner.pull()
    await owner.revert("HEAD", message="taken back")
    await owner.pull()
    reader = Repository(await person(team, there, "reader"), owner.workspace.worktree)
    assert "message" in [check.name for check in (await reader.verify()).checks]
    assert not there.net.asked
