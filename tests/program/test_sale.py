"""`sale_list`, `sale_buy` and `sale_cancel`: the NFT's way, who owns meanwhile, and every refusal."""

from __future__ import annotations

import pytest
from solders.account import Account
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import MAX_PRICE, ROLE_CONTRIBUTOR, ROLE_KEEPER, ROLE_MAINTAINER
from federity._generated.events import RepositoryAccepted, SaleBought, SaleCancelled, SaleListed
from federity.chain import pda
from federity.chain.token import token_account
from program.selling import PRICE, buy, cancel, lamports, list_
from program.test_handover import archive, offer, set_role
from program.test_members import delegate
from program.tokens import (
    burn,
    claim,
    claim_while_lent,
    create_account,
    held,
    mint_commit,
    mint_repository,
    transfer,
)
from program.world import Refused, World, g1, named, refused, wallet

UNITS = 70_000


@pytest.fixture
def mint(world: World) -> Pubkey:
    """The repository's NFT, in its owner's hand."""
    mint_repository(world)
    return pda.mint(world.repository)


def test_a_listed_nft_waits_in_escrow_and_its_owner_goes_on_owning(
    world: World, mint: Pubkey, alice: Keypair, stranger: Keypair
) -> None:
    done = list_(world)
    sale = pda.sale(world.repository)
    event = named(done, SaleListed)
    assert (event.repository, event.sale, event.branch) == (world.repository, sale, world.branch)
    assert (event.seller, event.price, event.expires) == (world.owner.pubkey(), PRICE, world.slot + 50)
    assert done.units <= UNITS
    stored = world.account(sale)
    assert isinstance(stored, accounts.Sale)
    assert (stored.seller, stored.mint, stored.branch) == (world.owner.pubkey(), mint, world.branch)
    assert held(world, world.owner.pubkey(), mint) == 0
    assert held(world, sale, mint) == 1
    # Neither the program nor anybody else owns the repository by it, and nothing is locked.
    for who in (world.owner, alice, stranger):
        with refused("NftNotHeld"):
            claim(world, who, token_account(sale, mint))
    world.invite(alice, ROLE_MAINTAINER)
    world.push(alice, g1(3))
    with refused("AccountAlreadyInUse"):
        list_(world)
    with refused("OwnedByHolder"):
        offer(world, alice.pubkey(), world.slot + 10)


def test_who_buys_owns_at_once_and_what_was_given_before_lapses(
    world: World, mint: Pubkey, alice: Keypair, bob: Keypair, keeper: Keypair
) -> None:
    seller = world.owner
    world.invite(keeper, ROLE_KEEPER)
    world.invite(bob, ROLE_MAINTAINER)
    delegate(world, bob, wallet("hot").pubkey(), role=ROLE_MAINTAINER)
    world.push(bob, g1(2))
    archive(world)
    list_(world)
    purse, rent = pda.purse(world.branch), lamports(world, pda.purse(world.branch))
    with refused("OwnerAlready"):
        buy(world, seller)
    before = lamports(world, seller.pubkey())
    done = buy(world, alice)
    bought = next(event for event in done.events if isinstance(event, SaleBought))
    taken = next(event for event in done.events if isinstance(event, RepositoryAccepted))
    assert (bought.seller, bought.buyer, bought.price) == (seller.pubkey(), alice.pubkey(), PRICE)
    assert bought.contributed == 1 << 16
    assert (taken.from_, taken.owner, taken.epoch) == (seller.pubkey(), alice.pubkey(), 1)
    assert done.units <= 90_000
    assert lamports(world, purse) == rent + PRICE
    assert world.account(purse).balance == PRICE
    assert lamports(world, seller.pubkey()) == before
    assert held(world, alice.pubkey(), mint) == 1
    # The sale and its token account are gone, their rent is back.
    assert world.data(pda.sale(world.repository)) is None
    assert world.data(token_account(pda.sale(world.repository), mint)) is None
    world.owner = alice
    archive(world, archived=False)
    for by in (seller, bob):
        with refused("RoleTooLow"):
            world.invite(wallet("friend"), ROLE_CONTRIBUTOR, by=by)
    with refused("RoleTooLow"):
        world.open_round(keeper)
    set_role(world, keeper, ROLE_KEEPER, by=alice)
    world.open_round(keeper)
    with refused("NftNotHeld"):
        claim(world, seller)
    # And on it goes.
    list_(world, price=1)
    buy(world, bob, highest=1)
    assert world.account(world.repository).owner == bob.pubkey()


def test_where_nobody_contributed_the_price_is_the_seller_s(
    world: World, mint: Pubkey, alice: Keypair
) -> None:
    list_(world)
    before = lamports(world, world.owner.pubkey())
    done = buy(world, alice)
    bought = next(event for event in done.events if isinstance(event, SaleBought))
    assert (bought.contributed, bought.dividend) == (0, 0)
    assert lamports(world, world.owner.pubkey()) == before + PRICE
    assert world.account(pda.purse(world.branch)).balance == 0


def test_only_its_owner_who_holds_it_sells(
    world: World, mint: Pubkey, alice: Keypair, stranger: Keypair
) -> None:
    with refused("Unauthorized"):
        list_(world, stranger)
    for price, slots in ((0, 50), (MAX_PRICE + 1, 50), (PRICE, 0)):
        with refused("InvalidSale"):
            list_(world, price=price, slots=slots)
    for other, name in (
        ({"mint": world.branch}, "WrongNft"),
        ({"token_program": world.branch}, "WrongProgram"),
        ({"associated_program": world.branch}, "WrongProgram"),
    ):
        with refused(name):
            list_(world, **other)
    transfer(world, mint, world.owner, alice.pubkey())
    # The owner no longer holds it, and its holder has not claimed it.
    with refused("NftNotHeld"):
        list_(world)
    with refused("NftNotHeld"):
        list_(world, token_account=token_account(alice.pubkey(), mint))
    with refused("Unauthorized"):
        list_(world, alice)
    claim(world, alice)
    world.owner = alice
    burn(world, mint, alice)
    with refused("NftNotHeld"):
        list_(world)


def test_a_sale_shares_among_authors_of_its_own_repository(world: World, mint: Pubkey) -> None:
    home = world.branch
    repository = world.repository
    world.owner, before = wallet("another owner"), world.owner
    world.publish()
    foreign = world.branch
    with refused("NoNft"):
        list_(world)
    world.owner, world.repository, world.branch = before, repository, home
    with refused("WrongRepository"):
        list_(world, branch=foreign, purse=pda.purse(foreign))


def test_a_frozen_account_sells_nothing(world: World, mint: Pubkey) -> None:
    address = token_account(world.owner.pubkey(), mint)
    found = world.svm.get_account(address)
    assert found is not None
    data = bytearray(found.data)
    data[108] = 2
    world.svm.set_account(address, Account(found.lamports, bytes(data), found.owner))
    with refused("NftNotHeld"):
        list_(world)


def test_what_is_lent_is_sold_by_nobody_who_does_not_own(world: World, mint: Pubkey, alice: Keypair) -> None:
    """Flash-held: the token is back in its lender's hand by the end of the transaction."""
    lender = world.owner
    claim_while_lent(world, mint, lender, alice)
    # Who owns for a moment holds nothing to sell; who holds it claims it back and does.
    with refused("NftNotHeld"):
        list_(world, alice)
    with refused("Unauthorized"):
        list_(world, lender)
    claim(world, lender)
    list_(world, lender)


def test_nobody_pays_more_or_later_than_meant(
    world: World, mint: Pubkey, alice: Keypair, bob: Keypair
) -> None:
    list_(world)
    with refused("PriceTooHigh"):
        buy(world, alice, highest=PRICE - 1)
    for name, other in (
        ("WrongRecipient", {"seller": bob.pubkey()}),
        ("WrongPayer", {"refund": bob.pubkey()}),
        ("WrongNft", {"mint": bob.pubkey()}),
        ("WrongProgram", {"token_program": bob.pubkey()}),
    ):
        with refused(name):
            buy(world, alice, **other)
    # Into nobody else's token account than the buyer's.
    World.send(world, create_account(world, bob.pubkey(), mint))
    with refused("NftNotHeld"):
        buy(world, alice, token_account=token_account(bob.pubkey(), mint))
    with pytest.raises(Refused):
        buy(world, alice, escrow=token_account(bob.pubkey(), mint))
    home = world.branch
    world.publish_branch("beside")
    with refused("WrongBranch"):
        buy(world, alice)
    world.branch = home
    world.pass_slots(51)
    with refused("SaleOver"):
        buy(world, alice)


def test_its_seller_cancels_at_any_time_and_anybody_once_it_is_past(
    world: World, mint: Pubkey, alice: Keypair, stranger: Keypair
) -> None:
    list_(world)
    for who in (alice, stranger):
        with refused("SaleStands"):
            cancel(world, who)
    World.send(world, create_account(world, alice.pubkey(), mint))
    with refused("NftNotHeld"):
        cancel(world, world.owner, token_account=token_account(alice.pubkey(), mint))
    with refused("WrongPayer"):
        cancel(world, world.owner, refund=alice.pubkey())
    with refused("WrongNft"):
        cancel(world, world.owner, mint=world.branch)
    with refused("WrongProgram"):
        cancel(world, world.owner, token_program=world.branch)
    done = cancel(world, world.owner)
    event = named(done, SaleCancelled)
    assert (event.seller, event.by) == (world.owner.pubkey(), world.owner.pubkey())
    assert held(world, world.owner.pubkey(), mint) == 1
    assert world.data(pda.sale(world.repository)) is None
    list_(world)
    world.pass_slots(51)
    assert named(cancel(world, stranger), SaleCancelled).by == stranger.pubkey()
    assert held(world, world.owner.pubkey(), mint) == 1
    assert world.account(world.repository).epoch == 0


def test_credit_for_a_commit_is_no_repository(world: World, mint: Pubkey, alice: Keypair) -> None:
    """The NFT of a commit is given away like any token; nobody sells the repository with it."""
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.account(world.push(alice, g1(2))).round
    update = pda.commit(round_, alice.pubkey())
    mint_commit(world, update, alice, round_=round_)
    with refused("WrongNft"):
        list_(world, mint=pda.mint(update))
    with refused("NftNotHeld"):
        list_(world, token_account=token_account(alice.pubkey(), pda.mint(update)))
