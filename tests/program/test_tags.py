"""`tag_create`, `tag_move`, `tag_close`: names that stay, unless they are moved by force."""

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import constants
from federity._generated.events import TagClosed, TagCreated, TagMoved
from federity.chain import pda
from program.forking import beside, branch_from, fork_repository
from program.tagging import NOTE, close_tag, move_tag, tag
from program.test_handover import archive
from program.world import World, g1, named, refused


@pytest.fixture
def heads(world: World) -> list[Pubkey]:
    """The genesis and two pushes."""
    return [pda.genesis(world.branch), *(world.push(world.owner, g1(n)) for n in (1, 2))]


def test_a_tag_names_a_head(world: World, heads: list[Pubkey], alice: Keypair) -> None:
    world.invite(alice, constants.ROLE_MAINTAINER)
    for number, head in enumerate(heads):
        address = tag(world, head, f"v{number}", alice)
        found, event = world.account(address), named(world.sent[-1], TagCreated)
        assert (found.commit, found.tagger, found.moves, found.slot) == (head, alice.pubkey(), 0, world.slot)
        assert (event.tag, event.commit, event.tagger) == (address, head, alice.pubkey())
        assert pda.plain_name(bytes(event.name)) == f"v{number}"
        assert found.note_hash == event.note_hash == NOTE


def test_a_name_is_given_once(world: World, heads: list[Pubkey]) -> None:
    tag(world, heads[1])
    with refused("AccountAlreadyInUse"):
        tag(world, heads[2])


def test_it_moves_by_force_from_where_its_mover_knows_it(world: World, heads: list[Pubkey]) -> None:
    address = tag(world, heads[1])
    event = named(move_tag(world, address, heads[2]), TagMoved)
    assert (event.from_, event.commit, event.moves) == (heads[1], heads[2], 1)
    found = world.account(address)
    assert (found.commit, found.moves, found.note_hash) == (heads[2], 1, bytes(32))
    with refused("TagElsewhere"):
        move_tag(world, address, heads[0], before=heads[1])


def test_maintainers_tag_and_nobody_below(world: World, heads: list[Pubkey], keeper: Keypair) -> None:
    address = tag(world, heads[1])
    world.invite(keeper, constants.ROLE_KEEPER)
    with refused("RoleTooLow"):
        tag(world, heads[1], "v2", keeper)
    with refused("RoleTooLow"):
        move_tag(world, address, heads[2], keeper)
    with refused("RoleTooLow"):
        close_tag(world, address, keeper)


def test_what_was_never_a_head_has_no_name(world: World, heads: list[Pubkey]) -> None:
    address = tag(world, heads[1])
    proposal = world.contribute(world.open_round(world.owner), world.owner, g1(3))
    with refused("TagNotHistory"):
        tag(world, proposal, "v2")
    with refused("TagNotHistory"):
        move_tag(world, address, proposal)


def test_a_closed_tag_gives_back_its_rent_and_its_name(
    world: World, heads: list[Pubkey], stranger: Keypair
) -> None:
    before = world.svm.get_balance(world.payer.pubkey())
    address = tag(world, heads[1])
    with refused("WrongPayer"):
        close_tag(world, address, payer=stranger.pubkey())
    archive(world)
    event = named(close_tag(world, address), TagClosed)
    assert (event.tag, event.commit) == (address, heads[1])
    # What is gone are fees: a signature of the payer and one of the owner, three times, and one refused.
    fees = 5_000 * 2 * 4
    assert world.svm.get_balance(world.payer.pubkey()) == before - fees
    with refused("RepositoryArchived"):
        tag(world, heads[2])
    archive(world, archived=False)
    tag(world, heads[2])


def test_a_tag_made_again_elsewhere_shows_in_the_history(world: World, heads: list[Pubkey]) -> None:
    """Its own account says only what became of it since it was made."""
    address = tag(world, heads[1])
    close_tag(world, address)
    tag(world, heads[2])
    assert (world.account(address).commit, world.account(address).moves) == (heads[2], 0)
    told = [
        (type(event), event.tag, event.commit)
        for sent in world.sent
        for event in sent.events
        if isinstance(event, TagClosed | TagCreated)
    ]
    assert told == [
        (TagCreated, address, heads[1]),
        (TagClosed, address, heads[1]),
        (TagCreated, address, heads[2]),
    ]


def test_a_fork_tags_what_it_came_from(world: World, heads: list[Pubkey], alice: Keypair) -> None:
    other = beside(world, alice)
    fork_repository(other, world.repository)
    with refused("TagNotHistory"):
        tag(other, heads[1])
    branch = branch_from(other, heads[2])
    with refused("TagNotHistory"):
        tag(other, heads[1], branch=world.branch)
    address = tag(other, heads[1], branch=branch)
    assert other.account(address).commit == heads[1]
    with refused("WrongRepository"):
        move_tag(world, address, heads[2], repository=world.repository)
