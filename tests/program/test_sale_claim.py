"""`sale_claim` and `sale_sweep`: each update's part of a price, paid once, to the lamport."""

from __future__ import annotations

import random

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated.constants import ROLE_CONTRIBUTOR, VERDICT_REJECT
from federity._generated.events import SaleClaimed, SaleSwept
from federity.chain import pda
from program.selling import PRICE, buy, cancel, claim_share, lamports, list_, sweep
from program.tokens import mint_repository
from program.world import Refused, World, add, g1, named, refused, scaled, wallet

PEOPLE = tuple(wallet(name) for name in ("alice", "bob", "carol"))


@pytest.fixture
def minted(world: World) -> World:
    """A repository with its NFT, in which three people may push."""
    mint_repository(world)
    for who in PEOPLE:
        world.invite(who, ROLE_CONTRIBUTOR)
        world.svm.airdrop(who.pubkey(), 10**9)
    world.svm.airdrop(world.owner.pubkey(), 10**9)
    return world


def pushed(world: World, who: Keypair, point: int = 2) -> Pubkey:
    """A merged update of somebody's own."""
    return pda.commit(world.account(world.push(who, g1(point))).round, who.pubkey())


def merged(world: World, *people: Keypair) -> list[Pubkey]:
    """Updates of one round, all of one weight, the last one rejected once it was accepted."""
    before = world.account(world.account(world.branch).head).chunk.point
    round_ = world.open_round(world.owner)
    commits = [world.contribute(round_, who, g1(n)) for n, who in enumerate(people, 2)]
    for commit in commits:
        world.accept(round_, commit)
    world.review(commits[-1], world.owner, VERDICT_REJECT)
    world.lock(round_, world.owner)
    world.begin(round_, world.owner)
    weight = (1 << 16) // (len(people) - 1)
    sums = [scaled(g1(n), weight << 8) for n in range(2, len(people) + 1)]
    world.merge_add(round_, commits, add(before, *sums))
    world.finish(round_, world.owner)
    return commits


def test_each_update_has_its_part_of_sales_after_it_and_is_paid_once(minted: World) -> None:
    world, (alice, bob, carol) = minted, PEOPLE
    first = pushed(world, alice)
    both = merged(world, alice, bob, carol)
    assert world.account(world.branch).contributed == 2 << 16
    buyer = wallet("buyer")
    list_(world, price=1001)
    buy(world, buyer, highest=1001)
    before = lamports(world, alice.pubkey())
    done = claim_share(world, first)
    event = named(done, SaleClaimed)
    assert (event.commit, event.author, event.lamports) == (first, alice.pubkey(), 500)
    assert lamports(world, alice.pubkey()) == before + 500
    assert done.units <= 20_000
    with refused("NothingToClaim"):
        claim_share(world, first)
    late = pushed(world, bob)
    with refused("NothingToClaim"):
        claim_share(world, late)
    assert [named(claim_share(world, commit), SaleClaimed).lamports for commit in both[:2]] == [250, 250]
    # What counted nothing has earned nothing.
    with refused("CommitNotMerged"):
        claim_share(world, both[2])
    # One lamport was rounded away: the owner's.
    world.svm.airdrop(buyer.pubkey(), 10**9)
    assert named(sweep(world, world.branch), SaleSwept).lamports == 1
    with refused("NothingToClaim"):
        sweep(world, world.branch)
    world.owner = buyer
    list_(world, price=300)
    buy(world, wallet("next buyer"), highest=300)
    # The one that was not there before has its part of this sale only, others theirs of both at once.
    parts = {commit: named(claim_share(world, commit), SaleClaimed).lamports for commit in (first, late)}
    assert parts == {first: 100, late: 100}
    assert world.account(pda.purse(world.branch)).balance == 100


def test_it_goes_to_whom_the_commit_names_and_from_its_own_branch(minted: World, stranger: Keypair) -> None:
    world, (alice, *_) = minted, PEOPLE
    update, home = pushed(world, alice), world.branch
    world.publish_branch("beside")
    other = pushed(world, alice)
    # So that there is a purse, in which nothing is.
    list_(world)
    cancel(world, world.owner)
    world.branch = home
    list_(world)
    buy(world, wallet("buyer"))
    beside = world.account(other).branch
    with refused("WrongRecipient"):
        claim_share(world, update, author=stranger.pubkey())
    with refused("WrongBranch"):
        claim_share(world, update, branch=beside, purse=pda.purse(beside))
    with refused("CommitNotMerged"):
        claim_share(world, other, branch=home, purse=pda.purse(home), round=world.account(update).held_by)
    with pytest.raises(Refused):
        claim_share(world, update, purse=pda.purse(beside))
    # Another branch's authors have nothing of it.
    with refused("NothingToClaim"):
        claim_share(world, other)
    with refused("WrongRecipient"):
        sweep(world, home, owner=alice.pubkey())
    claim_share(world, update)


def test_nobody_s_empty_wallet_keeps_others_from_theirs(minted: World) -> None:
    """A wallet that holds nothing takes no payment below what an account must hold, and waits alone."""
    world = minted
    poor = wallet("poor")
    world.invite(poor, ROLE_CONTRIBUTOR)
    theirs, others = pushed(world, poor), pushed(world, PEOPLE[0], 3)
    list_(world, price=100)
    buy(world, wallet("buyer"), highest=100)
    with pytest.raises(Refused, match="InsufficientFundsForRent"):
        claim_share(world, theirs)
    assert named(claim_share(world, others), SaleClaimed).lamports == 50
    world.svm.airdrop(poor.pubkey(), 10**9)
    assert named(claim_share(world, theirs), SaleClaimed).lamports == 50


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_to_the_lamport_whatever_happens(minted: World, seed: int) -> None:
    """Sales, claims, sweeps, cancelled and overdue lists and pushes, in any order, some of them refused."""
    world, chance = minted, random.Random(seed)
    updates = [pushed(world, chance.choice(PEOPLE))]
    buyers = [wallet(f"buyer {n}") for n in range(3)]
    for who in buyers:
        world.svm.airdrop(who.pubkey(), 10**9)
    purse, brought, gone, listed, rent = pda.purse(world.branch), 0, 0, None, 0
    for _ in range(120):
        kind = chance.choice(("push", "list", "buy", "buy", "cancel", "claim", "claim", "claim", "sweep"))
        try:
            if kind == "push" and len(updates) < 12:
                updates.append(pushed(world, chance.choice(PEOPLE), chance.randrange(2, 9)))
            elif kind == "list":
                price = chance.choice((1, 7, 10**6 + 1, PRICE))
                list_(world, price=price, slots=chance.randrange(1, 40))
                listed, rent = price, world.svm.minimum_balance_for_rent_exemption(8 + 154)
            elif kind == "buy":
                buyer = chance.choice(buyers)
                buy(world, buyer)
                assert listed is not None
                brought, listed, world.owner = brought + listed, None, buyer
            elif kind == "cancel":
                cancel(world, chance.choice((world.owner, *buyers)))
                listed = None
            elif kind == "claim":
                commit = chance.choice(updates)
                author = world.account(commit).author
                before = lamports(world, author)
                paid = named(claim_share(world, commit), SaleClaimed).lamports
                assert lamports(world, author) == before + paid
                gone += paid
            elif kind == "sweep":
                gone += named(sweep(world, world.branch), SaleSwept).lamports
        except (Refused, AssertionError) as error:
            # Only what says so by name; nothing has changed.
            assert isinstance(error, Refused) and not error.name.startswith("Custom"), error
        world.pass_slots(chance.randrange(3))
        assert lamports(world, purse) == rent + brought - gone
    for commit in (*updates, None):
        try:
            done = sweep(world, world.branch) if commit is None else claim_share(world, commit)
            gone += done.event.lamports
        except Refused as error:
            assert error.name == "NothingToClaim"
    left = world.account(purse).balance
    assert brought > 0 and left == brought - gone
    # Each update keeps less than a lamport, for the next sale.
    assert left <= len(updates)
