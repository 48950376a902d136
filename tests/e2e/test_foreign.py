"""Commits that are no part of this working copy's model: another repository's, and another lineage's."""

import pytest

from e2e.team import Team, trained, weights
from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.types import BlobLocation
from federity.chain import pda
from federity.errors import NotFound, WorktreeError
from federity.objects import decode_base, encode_base
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm


async def publish(team: Team, name: str, seed: int = 0) -> Repository:
    """A person's own repository, of the same model with the same seed, with one commit."""
    model = weights(seed)
    session = await team.session(name)
    repository = await Repository.create(session, team.path(name), model, name="digits", insecure=True)
    await repository.commit(trained(model), name)
    await repository.push()
    return repository


async def test_a_head_of_the_same_base_counts_wherever_it_was_made(team: Team) -> None:
    """As in the program: what is added to the same base is a sum of it."""
    owner, twin = await publish(team, "owner"), await publish(team, "twin")
    foreign = (await twin.log())[0].address
    ours, theirs = await owner.tensors(foreign), await twin.tensors()
    assert {name: ours[name].tobytes() for name in ours} == {n: theirs[n].tobytes() for n in theirs}


async def test_a_commit_of_another_model_is_neither_loaded_nor_verified(team: Team) -> None:
    owner, stranger = await publish(team, "owner"), await publish(team, "stranger", 1)
    foreign = (await stranger.log())[0].address
    for use in (owner.tensors(foreign), owner.checkout(foreign), owner.verify(foreign)):
        with pytest.raises(NotFound, match="another repository"):
            await use


async def test_a_branch_on_another_base_is_loaded_on_its_own_and_not_onto_this_one(team: Team) -> None:
    """The sums would open the commitments, and the weights would still be wrong."""
    owner = await publish(team, "owner")
    session = await team.session("owner")
    chain, wallet = team.chain, session.wallet.pubkey
    repository = pda.repository(wallet, "digits")
    main = accounts.Branch.decode((await chain.account(pda.branch(repository, "main"))).data)  # type: ignore[union-attr]
    base = decode_base(team.blob(bytes(main.base_hash).hex()).read_bytes())
    other = {name: -tensor for name, tensor in base.tensors.items()}
    location = await team.store.put(encode_base(base.manifest, other))
    branch = pda.branch(repository, "other")
    await chain.send(
        [
            program.genesis_create(
                payer=wallet,
                authority=wallet,
                member=pda.member(repository, wallet),
                repository=repository,
                branch=branch,
                commit=pda.genesis(branch),
                name=pda.padded_name("other"),
                manifest_hash=base.manifest.hash,
                base_hash=location.id,
                location=BlobLocation(tag=int(location.tag), id=location.id),
                chunks=1,
                rules=Rules().arguments(),
            )
        ],
        payer=session.wallet,
        signers=[],
    )
    with pytest.raises(WorktreeError, match="another base"):
        await owner.checkout(str(pda.genesis(branch)))
    assert (await owner.status()).branch == "main"
    loaded = await owner.tensors("other")
    assert all((loaded[name] == tensor).all() for name, tensor in other.items())
    await owner.checkout("other", loaded)
    assert all((loaded[name] == tensor).all() for name, tensor in other.items())
