"""`nft_mint_repository` and `nft_mint_commit`: what is made, who may, and of what."""

from __future__ import annotations

import pytest
from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import TransferParams
from solders.system_program import transfer as send_lamports

from federity._generated import types
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_MAINTAINER, VERDICT_REJECT
from federity._generated.events import NftMinted
from federity.chain import pda
from federity.chain.token import TOKEN, token_account
from program import operations
from program.test_handover import archive, offer, take
from program.tokens import HASH, PLACE, held, mint_commit, mint_of, mint_repository
from program.world import Refused, World, add, g1, named, refused, scaled

UNITS = 60_000
NOBODY = Pubkey.default()


def update_of(world: World, merge: Pubkey, who: Keypair) -> tuple[Pubkey, Pubkey]:
    """The update of a push, and its round."""
    round_ = world.account(merge).round
    return pda.commit(round_, who.pubkey()), round_


def test_a_repository_has_one_nft_that_says_what_it_is_and_never_changes(world: World) -> None:
    done = mint_repository(world)
    event, mint = named(done, NftMinted), pda.mint(world.repository)
    assert (event.mint, event.repository, event.commit) == (mint, world.repository, NOBODY)
    assert (event.owner, bytes(event.blob_hash), event.location) == (world.owner.pubkey(), HASH, PLACE)
    assert done.units <= UNITS
    assert world.account(world.repository).nft_mint == mint
    made = mint_of(world, world.repository)
    found = made.mint
    assert (found.supply, found.decimals, found.mint_authority, found.freeze_authority) == (1, 0, None, None)
    assert (found.name, found.symbol) == ("model", "FED")
    assert found.uri == f"https://arweave.net/{'CAgI' * 10}CAg#sha256={HASH.hex()}"
    assert (found.update_authority, found.metadata_authority) == (None, None)
    assert found.metadata == found.group_pointer == mint
    assert found.group is not None and found.member is None
    assert (found.group.mint, found.group.authority) == (mint, world.repository)
    assert found.group.limit == 2**64 - 1
    assert made.lamports == world.svm.minimum_balance_for_rent_exemption(made.size)
    assert held(world, world.owner.pubkey(), mint) == 1


def test_a_commit_s_nft_is_its_author_s_and_of_the_repository_s_group(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    mint_repository(world)
    update, round_ = update_of(world, world.push(alice, g1(2)), alice)
    done = mint_commit(world, update, alice, round_=round_)
    assert done.units <= UNITS
    assert named(done, NftMinted).commit == update
    made = mint_of(world, update)
    found = made.mint
    assert (found.supply, found.mint_authority, found.update_authority) == (1, None, None)
    assert (found.name, found.metadata, found.member_pointer) == (
        "model #1",
        pda.mint(update),
        pda.mint(update),
    )
    assert found.member is not None and found.group is None
    assert (found.member.mint, found.member.group, found.member.number) == (
        pda.mint(update),
        pda.mint(world.repository),
        1,
    )
    assert made.lamports == world.svm.minimum_balance_for_rent_exemption(made.size)
    assert held(world, alice.pubkey(), pda.mint(update)) == 1
    made_by_sum = operations.create(
        world, world.owner, [operations.term(world.account(world.branch).fork_point)]
    )
    operations.finish(world, made_by_sum, world.owner)
    assert mint_commit(world, made_by_sum.result, world.owner).units <= UNITS
    operation = mint_of(world, made_by_sum.result).mint
    assert operation.name == "model #2"
    assert operation.member is not None and operation.member.number == 2


def test_updates_of_a_round_of_several_are_told_apart(world: World, alice: Keypair, bob: Keypair) -> None:
    mint_repository(world)
    round_ = world.open_round(world.owner)
    commits = []
    for number, who in enumerate((alice, bob)):
        world.invite(who, ROLE_CONTRIBUTOR)
        commits.append(world.contribute(round_, who, g1(number + 1)))
        world.accept(round_, commits[-1])
    with refused("CommitNotMerged"):
        mint_commit(world, commits[0], alice, round_=round_)
    world.lock(round_, world.owner)
    world.begin(round_, world.owner)
    world.merge_add(round_, commits, g1(3 << 23))
    with refused("CommitNotMerged"):
        mint_commit(world, commits[0], alice, round_=round_)
    world.finish(round_, world.owner)
    for commit, who, name in ((commits[0], alice, "model #1.0"), (commits[1], bob, "model #1.1")):
        mint_commit(world, commit, who, round_=round_)
        assert mint_of(world, commit).mint.name == name


def test_what_was_merged_by_nobody_has_no_nft(world: World, alice: Keypair, bob: Keypair) -> None:
    """A merge's author is whoever pressed the button, and a genesis is zero."""
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(bob, ROLE_CONTRIBUTOR)
    mint_repository(world)
    merge = world.push(alice, g1(2))
    update, round_ = update_of(world, merge, alice)
    genesis = world.account(world.branch).fork_point
    for commit, shown in ((merge, None), (merge, round_), (genesis, None), (update, None)):
        author = world.owner if commit == genesis else alice
        with refused("CommitNotMerged"):
            mint_commit(world, commit, author, round_=shown)
    second = world.push(bob, g1(3))
    with refused("CommitNotMerged"):
        mint_commit(world, update, alice, round_=world.account(second).round)
    # What was rejected before the lock counts nothing.
    open_ = world.open_round(world.owner)
    kept, vetoed = (world.contribute(open_, who, g1(n)) for n, who in enumerate((alice, bob), 4))
    for commit in (kept, vetoed):
        world.accept(open_, commit)
    world.review(vetoed, world.owner, VERDICT_REJECT)
    world.lock(open_, world.owner)
    world.begin(open_, world.owner)
    before = world.account(world.account(open_).head).chunk.point
    world.merge_add(open_, [kept, vetoed], add(before, scaled(g1(4), 1 << 24)))
    world.finish(open_, world.owner)
    mint_commit(world, kept, alice, round_=open_)
    with refused("CommitNotMerged"):
        mint_commit(world, vetoed, bob, round_=open_)


def test_only_whose_it_is_makes_it_and_only_once(world: World, alice: Keypair, stranger: Keypair) -> None:
    world.invite(alice, ROLE_MAINTAINER)
    update, round_ = update_of(world, world.push(alice, g1(2)), alice)
    with refused("NoNft"):
        mint_commit(world, update, alice, round_=round_)
    for who in (alice, stranger):
        with refused("Unauthorized"):
            mint_repository(world, by=who)
    archive(world)
    with refused("RepositoryArchived"):
        mint_repository(world)
    archive(world, archived=False)
    mint_repository(world)
    with refused("NftExists"):
        mint_repository(world)
    with refused("Unauthorized"):
        mint_commit(world, update, world.owner, round_=round_)
    # Credit is no beginning, and its author's: no owner holds it back.
    archive(world)
    mint_commit(world, update, alice, round_=round_)
    with refused("NftExists"):
        mint_commit(world, update, alice, round_=round_)


def test_nobody_is_offered_what_an_nft_decides(world: World, alice: Keypair) -> None:
    offer(world, alice.pubkey(), world.slot + 10)
    mint_repository(world)
    with refused("NotOffered"):
        take(world, alice)
    for to, expires in ((alice.pubkey(), world.slot + 10), (NOBODY, 0)):
        with refused("OwnedByHolder"):
            offer(world, to, expires, by=world.owner)


def test_lamports_sent_before_keep_nobody_from_it(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    update, round_ = update_of(world, world.push(alice, g1(2)), alice)
    for subject, lamports in ((world.repository, 900_000), (update, 10**9)):
        mint = pda.mint(subject)
        owner = world.owner if subject == world.repository else alice
        for address in (mint, token_account(owner.pubkey(), mint)):
            dust = TransferParams(from_pubkey=world.payer.pubkey(), to_pubkey=address, lamports=lamports)
            world.send(send_lamports(dust))
    mint_repository(world)
    made = mint_of(world, world.repository)
    assert made.lamports == world.svm.minimum_balance_for_rent_exemption(made.size)
    mint_commit(world, update, alice, round_=round_)
    assert mint_of(world, update).lamports == 10**9


def test_other_programs_and_groups_are_refused(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    update, round_ = update_of(world, world.push(alice, g1(2)), alice)
    classic = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
    with refused("WrongProgram"):
        mint_repository(world, program=classic)
    with refused("WrongProgram"):
        mint_repository(world, associated=TOKEN)
    for location in (types.BlobLocation(tag=0, id=bytes(32)), types.BlobLocation(tag=1, id=bytes(32))):
        with refused("InvalidLocation"):
            mint_repository(world, location=location)
    mint_repository(world)
    with refused("WrongProgram"):
        mint_commit(world, update, alice, round_=round_, program=classic)
    # A stranger's group, and the group of another repository of this program.
    forged = Keypair().pubkey()
    found = world.svm.get_account(pda.mint(world.repository))
    assert found is not None
    world.svm.set_account(forged, Account(found.lamports, bytes(found.data), TOKEN))
    with refused("WrongNft"):
        mint_commit(world, update, alice, round_=round_, group=forged)
    with refused("WrongNft"):
        mint_commit(world, update, alice, round_=round_, group=token_account(alice.pubkey(), forged))
    with pytest.raises(Refused):
        mint_commit(world, update, alice, round_=round_, mint=pda.mint(round_))


def test_after_all_nobody_mints_changes_or_closes_anything(world: World) -> None:
    mint_repository(world)
    mint, owner = pda.mint(world.repository), world.owner
    account = AccountMeta(token_account(owner.pubkey(), mint), False, True)
    signer, itself = AccountMeta(owner.pubkey(), True, False), AccountMeta(mint, False, True)
    metadata = bytes([221, 233, 49, 45, 181, 202, 220, 200])  # updating a field
    for data, accounts in (
        (bytes([14, 1, *bytes(8)]), [itself, account, signer]),
        (bytes([7, 1, *bytes(8)]), [itself, account, signer]),
        (bytes([10]), [account, itself, signer]),
        (bytes([9]), [itself, signer, signer]),
        (metadata + b"\0\x01\0\0\0x", [itself, signer]),
    ):
        with pytest.raises(Refused):
            world.send(Instruction(TOKEN, data, accounts), signers=[owner])
    assert mint_of(world, world.repository).mint.supply == 1
