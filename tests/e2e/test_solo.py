"""One person alone: create, commit, push, clone, pull, check out, with nobody's help."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from e2e.team import SOL, Team, Tensors, trained, weights
from federity.chain.embedded import EmbeddedChain
from federity.errors import (
    ChainUnavailable,
    ConfigError,
    Insecure,
    InsufficientFunds,
    ManifestMismatch,
    NonFiniteWeights,
    NotAMember,
    NotFound,
    NothingToDo,
    StaleHead,
    WorktreeError,
    WrongCluster,
)
from federity.repository.repository import Repository
from federity.session import Session
from federity.wallet import Wallet

pytestmark = pytest.mark.svm


async def start(team: Team, model: Tensors | None = None) -> Repository:
    session = await team.session("owner")
    return await Repository.create(
        session, team.path("owner"), weights() if model is None else model, name="digits", insecure=True
    )


def close(left: Tensors, right: Tensors, tolerance: float) -> bool:
    return all(np.abs(left[name] - right[name]).max() <= tolerance for name in left)


def same(left: Tensors, right: Tensors) -> bool:
    return left.keys() == right.keys() and all(
        left[name].tobytes() == np.asarray(right[name]).tobytes() for name in left
    )


async def test_a_pushed_change_reaches_a_clone_bit_exactly(team: Team) -> None:
    owner = await start(team)
    model = trained(weights())
    made = await owner.commit(model, "first", samples=10, figures={"accuracy": 0.5})
    pushed = await owner.push(level=0)
    assert pushed.commits[0].merge
    assert pushed.cost.fees > 0

    other = await team.clone("reader", owner.url)
    found = await other.tensors()
    assert same(found, await owner.tensors())
    assert close(found, model, 0.01)
    assert not close(found, weights(), 0.01)

    pulled = weights(9)
    await other.pull(pulled)
    assert same(pulled, found)
    log = await other.log()
    assert [view.kind for view in log] == ["merge", "genesis"]
    assert log[0].message == "first"
    shown = await other.show((await owner.show(made)).address)
    assert shown.samples == 10
    assert shown.figures == {"accuracy": 0.5}


async def test_every_commit_can_be_checked_out_again(team: Team) -> None:
    owner = await start(team)
    model, states = weights(), [await owner.tensors()]
    for seed in range(3):
        model = trained(model, seed)
        await owner.commit(model, f"step {seed}")
        await owner.push(level=0)
        states.append(await owner.tensors())
    other = await team.clone("reader", owner.url)
    for steps, state in zip(range(4), reversed(states), strict=True):
        loaded = weights(7)
        await other.checkout(f"HEAD~{steps}", loaded)
        assert same(loaded, state)
    with pytest.raises(NotFound, match="before the genesis"):
        await other.checkout("HEAD~4", weights())


async def test_results_are_uploaded_now_and_then_and_old_ones_forgotten(team: Team) -> None:
    owner = await start(team)
    model = weights()
    for seed in range(18):
        model = trained(model, seed)
        await owner.commit(model, f"step {seed}")
        await owner.push(level=0)
    named = [view.seq for view in await owner.log() if view.kind == "merge" and view.location]
    assert named == [16, 8]
    reader = await team.clone("reader", owner.url)
    assert reader.fetched is not None
    assert reader.fetched.rebuilt == 2
    assert same(await reader.tensors(), await owner.tensors())
    assert len(list((owner.path / ".federity" / "accumulators").iterdir())) <= 5


async def test_several_commits_are_pushed_one_after_the_other(team: Team) -> None:
    owner = await start(team)
    model = weights()
    for seed in range(3):
        model = trained(model, seed)
        await owner.commit(model, f"step {seed}")
    report = await owner.push(level=0)
    assert len(report.commits) == 3
    assert [view.message for view in await owner.log()] == ["step 2", "step 1", "step 0", "genesis"]
    assert close(await owner.tensors(), model, 0.01)
    with pytest.raises(NothingToDo):
        await owner.push()


async def test_what_quantisation_dropped_is_sent_with_the_next_commit(team: Team) -> None:
    owner = await start(team)
    model = trained(weights())
    for _ in range(12):
        try:
            await owner.commit(model, density=0.3, shift=8)
        except NothingToDo:
            break
        await owner.push(level=0)
        loaded = weights(5)
        await owner.pull(loaded)
        step = trained(weights(), 3, 1e-6)
        model = {name: loaded[name] + (step[name] - weights()[name]) for name in loaded}
    assert close(await owner.tensors(), trained(weights()), 1e-3)


async def test_dropped_values_are_not_counted_twice_without_a_load(team: Team) -> None:
    owner = await start(team)
    first = trained(weights(), scale=0.3)
    await owner.commit(first, density=0.2)
    second = {name: value + np.float32(1e-3) for name, value in first.items()}
    await owner.commit(second)
    await owner.push(level=0)
    third = {name: value + np.float32(1e-3) for name, value in second.items()}
    await owner.commit(third)
    await owner.push(level=0)
    assert close(await owner.tensors(), third, 0.02)


async def test_a_discarded_commit_leaves_no_trace(team: Team) -> None:
    owner = await start(team)
    await owner.commit(trained(weights(), 1), density=0.2)
    gone = await owner.discard()
    assert (await owner.status()).commits == ()
    again = await owner.commit(trained(weights(), 1), density=0.2)
    assert (again.delta, again.id) != (gone.delta, gone.id) or again.delta == gone.delta
    with pytest.raises(NothingToDo, match="not changed"):
        await owner.commit(trained(weights(), 1))


async def test_a_stale_push_says_pull_and_then_goes_through(team: Team) -> None:
    owner = await start(team)
    await team.session("friend")
    await owner.member_add(team.address("friend"), "contributor")
    friend = await team.clone("friend", owner.url)
    await owner.commit(trained(weights(), 1), "owner's")
    await friend.commit(trained(weights(), 2), "friend's")
    await owner.push(level=0)
    with pytest.raises(StaleHead) as refused:
        await friend.push(level=0)
    assert "pull" in refused.value.hint
    model = weights(4)
    report = await friend.pull(model)
    assert len(report.rebased) == 1
    both = {
        name: trained(weights(), 1)[name] + trained(weights(), 2)[name] - weights()[name] for name in model
    }
    assert close(model, both, 0.02)
    await friend.push(level=0)
    assert same(await friend.tensors(), model)
    assert [view.message for view in await friend.log()] == ["friend's", "owner's", "genesis"]


async def test_commit_and_status_need_no_chain(team: Team) -> None:
    owner = await start(team)
    offline = Repository.open(None, owner.path)
    made = await offline.commit(trained(weights()), "on a train")
    status = await offline.status()
    assert status.commits == (made,)
    assert status.on_chain
    with pytest.raises(ChainUnavailable, match="`push` needs the chain"):
        await offline.push()


async def test_an_init_is_local_until_the_first_push(team: Team) -> None:
    session = await team.session("owner")
    owner = await Repository.init(session, team.path("owner"), weights(), name="later", insecure=True)
    assert not (await owner.status()).on_chain
    await owner.commit(trained(weights()), "before it is on the chain")
    price = await owner.push(dry_run=True)
    assert price.dry_run
    assert price.cost.rent > 0
    assert not (await owner.status()).on_chain
    report = await owner.push(level=0)
    assert report.created
    assert len(report.commits) == 1
    assert (await owner.status()).on_chain
    assert len(await owner.log()) == 2


async def test_the_price_named_before_is_the_price_paid(team: Team) -> None:
    owner = await start(team)
    await owner.commit(trained(weights()))
    price = (await owner.push(level=0, dry_run=True)).cost
    before = await team.chain.balance(team.wallets["owner"].pubkey)
    paid = (await owner.push(level=0)).cost
    after = await team.chain.balance(team.wallets["owner"].pubkey)
    assert before - after == paid.lamports
    assert (price.transactions, price.fees, price.rent) == (paid.transactions, paid.fees, paid.rent)


async def test_bad_models_are_refused_in_a_sentence_and_leave_nothing(team: Team) -> None:
    owner = await start(team)
    broken = weights()
    broken["layer.bias"][3] = np.nan
    with pytest.raises(NonFiniteWeights, match=r"layer\.bias"):
        await owner.commit(broken)
    with pytest.raises(ManifestMismatch):
        await owner.commit({"layer.weight": weights()["layer.weight"]})
    with pytest.raises(ManifestMismatch):
        await owner.commit(weights(width=8))
    with pytest.raises(NothingToDo):
        await owner.commit(weights())
    with pytest.raises(ConfigError):
        await owner.commit(trained(weights()), density=0.0)
    with pytest.raises(ConfigError):
        await owner.commit(trained(weights()), samples=-1)
    assert (await owner.status()).commits == ()


async def test_strangers_and_unknown_names_are_refused(team: Team) -> None:
    owner = await start(team)
    stranger = await team.clone("stranger", owner.url)
    await stranger.commit(trained(weights()))
    with pytest.raises(NotAMember):
        await stranger.push(level=0)
    session = await team.session("stranger")
    with pytest.raises(NotFound):
        await Repository.clone(session, f"{team.address('owner')}/nothing", team.path("nothing"))
    with pytest.raises(NotFound):
        await Repository.clone(session, "what?", team.path("nothing"))
    assert not team.path("nothing").exists()
    with pytest.raises(WorktreeError, match="already"):
        await Repository.clone(session, owner.url, owner.path)


async def test_a_development_string_needs_an_insecure_repository(team: Team) -> None:
    with pytest.raises(Insecure):
        await Repository.create(await team.session("owner"), team.path("owner"), weights(), name="digits")


async def test_a_sponsor_pays_for_somebody_without_money(team: Team) -> None:
    sponsor = await team.session("sponsor")
    poor = Wallet.generate()
    session = Session(
        chain=team.chain,
        storage=team.store,
        prover=team.prover,
        url="embedded",
        keypair=poor,
        fee_payer=team.wallets["sponsor"],
    )
    owner = await Repository.create(session, team.path("owner"), weights(), name="gift", insecure=True)
    await owner.commit(trained(weights()))
    before = await team.chain.balance(sponsor.wallet.pubkey)
    paid = (await owner.push(level=0)).cost.lamports
    assert before - await team.chain.balance(sponsor.wallet.pubkey) == paid
    assert await team.chain.balance(poor.pubkey) == 0


async def test_an_empty_wallet_is_told_so_and_nothing_is_lost(team: Team) -> None:
    owner = await start(team)
    poor = Wallet.generate()
    await owner.member_add(str(poor.pubkey), "contributor")
    session = Session(chain=team.chain, storage=team.store, prover=team.prover, url="embedded", keypair=poor)
    friend = await Repository.clone(session, owner.url, team.path("friend"))
    await friend.commit(trained(weights()))
    with pytest.raises(InsufficientFunds):
        await friend.push(level=0)
    await team.chain.airdrop(poor.pubkey, SOL)
    assert (await friend.push(level=0)).commits[0].merge


async def test_another_chain_is_refused(team: Team, tmp_path: Path) -> None:
    owner = await start(team)
    async with await EmbeddedChain.open(tmp_path / "other chain") as other:
        session = Session(
            chain=other,
            storage=team.store,
            prover=team.prover,
            url="embedded",
            keypair=team.wallets["owner"],
        )
        with pytest.raises(WrongCluster):
            await Repository.open(session, owner.path).pull(weights())


async def test_a_branch_goes_its_own_way(team: Team) -> None:
    owner = await start(team)
    await owner.commit(trained(weights(), 1))
    await owner.push(level=0)
    await owner.branch_create("wild")
    main = await owner.tensors()
    model = weights(3)
    await owner.checkout("wild", model)
    assert same(model, main)
    await owner.commit(trained(model, 5), "wild one")
    await owner.push(level=0)
    assert [(view.name, view.head_seq, view.current) for view in await owner.branches()] == [
        ("main", 1, False),
        ("wild", 1, True),
    ]
    back = weights(3)
    await owner.checkout("main", back)
    assert same(back, main)


async def test_uncommitted_training_in_the_folder_is_not_overwritten(team: Team) -> None:
    owner = await start(team)
    other = await team.clone("owner2", owner.url)
    path = other.path / "model.safetensors"
    save_file(trained(load_file(path)), path)
    with pytest.raises(WorktreeError, match="not committed"):
        await other.pull()
    with pytest.raises(WorktreeError, match="not committed"):
        await other.checkout("HEAD")
    await other.pull(force=True)
    assert same(load_file(path), weights())
