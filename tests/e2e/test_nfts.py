"""NFTs: made, shown, given away, claimed with, and rechecked against chain and store."""

from __future__ import annotations

import json

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account

from e2e.team import Team, trained, weights
from federity._generated.program import program_id
from federity.chain.token import TOKEN
from federity.errors import ConfigError, NotAMember, NotFound, NothingToDo
from federity.repository.repository import Repository
from federity.wallet import Wallet

pytestmark = pytest.mark.svm


async def start(team: Team) -> tuple[Repository, Repository]:
    """An owner, and ann with a pushed commit."""
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    await team.session("ann")
    await owner.member_add(team.address("ann"))
    ann = await team.clone("ann", owner.url)
    await ann.commit(trained(weights()), "by ann", samples=7)
    await ann.push(level=0)
    return owner, ann


async def test_an_nft_is_made_shown_and_rechecked(team: Team) -> None:
    owner, ann = await start(team)
    with pytest.raises(NotFound, match="no NFT yet"):
        await ann.nft_mint("HEAD")
    with pytest.raises(NotAMember, match="Only the owner"):
        await ann.nft_mint()
    assert await owner.nfts() == []
    priced = await owner.nft_mint(dry_run=True)
    assert (priced.cost.transactions, priced.signatures) == (1, ())
    with pytest.raises(NotFound, match="There is no NFT"):
        await owner.nft()
    made = await owner.nft_mint()
    assert (made.name, made.mint, made.uri) == ("digits", priced.mint, priced.uri)
    assert made.cost.rent == priced.cost.rent
    with pytest.raises(NothingToDo):
        await owner.nft_mint()
    with pytest.raises(NotAMember, match="Only the author"):
        await owner.nft_mint((await ann.show()).id)
    own = await ann.nft_mint("HEAD")
    assert (own.name, own.owner) == ("digits #1", team.address("ann"))
    assert [(view.name, view.holder) for view in await owner.nfts()] == [
        ("digits", team.address("owner")),
        ("digits #1", team.address("ann")),
    ]
    for which in (None, "HEAD", own.mint, made.mint):
        report = await ann.nft_verify(which)
        assert report.ok, report
    document = json.loads(team.blob(own.uri.rpartition(":")[2]).read_bytes())
    assert document["name"] == "digits #1"
    facts = document["properties"]["federity"]
    assert (facts["author"], facts["weight"], facts["samples"]) == (team.address("ann"), 1 << 16, 7)
    picture = team.blob(own.image.rpartition(":")[2]).read_text()
    assert picture.startswith("<svg") and "digits #1" in picture
    # What a repository's NFT says stays true when the repository goes on.
    await ann.commit(trained(weights(), 2), "more", samples=3)
    await ann.push(level=0)
    assert (await owner.nft_verify()).ok


async def test_what_only_looks_like_an_nft_is_found_out(team: Team) -> None:
    owner, ann = await start(team)
    made, own = await owner.nft_mint(), await ann.nft_mint("HEAD")
    # A mint of a stranger's whose pointers name ours.
    stranger, forged = await team.session("eve"), Wallet.generate()
    ours, itself = Pubkey.from_string(own.mint), [AccountMeta(forged.pubkey, False, True)]
    size, lamports = 166 + 2 * 68, 10**8
    creation = CreateAccountParams(
        from_pubkey=stranger.wallet.pubkey,
        to_pubkey=forged.pubkey,
        lamports=lamports,
        space=size,
        owner=TOKEN,
    )
    calls = [
        create_account(creation),
        *(Instruction(TOKEN, bytes([kind, 0, *bytes(32)]) + bytes(ours), itself) for kind in (39, 41)),
        Instruction(TOKEN, bytes([20, 0]) + bytes(stranger.wallet.pubkey) + b"\0", itself),
    ]
    await team.chain.send(calls, payer=stranger.payer, signers=[stranger.wallet, forged])
    found = {check.name: check.outcome for check in (await ann.nft_verify(str(forged.pubkey))).checks}
    assert found == {
        "one": "failed",
        "nobody's": "failed",
        "ours": "failed",
        "description's pointer": "failed",
        "group": "failed",
        "description": "absent",
    }
    # A description that says something else.
    blob = team.blob(own.uri.rpartition(":")[2])
    kept = blob.read_bytes()
    blob.write_bytes(kept.replace(b'"weight": 65536', b'"weight": 65535'))
    assert not (await ann.nft_verify(own.mint)).ok
    blob.unlink()
    assert not (await ann.nft_verify(own.mint)).ok
    assert (await ann.nft_verify(made.mint)).ok


async def test_who_is_given_the_repository_s_nft_claims_it(team: Team) -> None:
    owner, ann = await start(team)
    with pytest.raises(NotFound, match="no NFT"):
        await ann.claim()
    await owner.nft_mint()
    with pytest.raises(NothingToDo):
        await owner.claim()
    with pytest.raises(NotAMember, match="does not hold"):
        await ann.claim()
    with pytest.raises(NotAMember, match="does not hold"):
        await ann.nft_transfer(None, team.address("owner"))
    # Nobody signs for what a program made, for a program's account, or for a program.
    taken, session = Wallet.generate(), await team.session("owner")
    creation = CreateAccountParams(
        from_pubkey=session.wallet.pubkey, to_pubkey=taken.pubkey, lamports=10**8, space=0, owner=TOKEN
    )
    await team.chain.send([create_account(creation)], payer=session.payer, signers=[session.wallet, taken])
    for nobody in (owner.workspace.repository, taken.pubkey, program_id()):
        with pytest.raises(ConfigError, match="no wallet"):
            await owner.nft_transfer(None, str(nobody))
    with pytest.raises(ConfigError, match="claim"):
        await owner.offer(team.address("ann"))
    await owner.nft_transfer(None, team.address("ann"))
    assert (await owner.nft()).holder == team.address("ann")
    await ann.claim()
    roles = {member.wallet: member.role for member in await ann.members()}
    assert (roles[team.address("ann")], roles[team.address("owner")]) == ("owner", "contributor")
    with pytest.raises(NotAMember):
        await owner.archive()
    await ann.archive()
