"""`round_open`: who opens which kind, and how many at a time."""

from dataclasses import replace

import pytest
from solders.keypair import Keypair

from federity._generated import instructions
from federity._generated.constants import (
    ROLE_CONTRIBUTOR,
    ROLE_KEEPER,
    ROLE_READER,
    ROUND_OPEN,
    ROUND_SERVER,
    ROUND_SOLO,
)
from federity._generated.events import RoundOpened
from program.world import RULES, World, named, refused, wallet


def test_a_round_takes_rules_and_deadlines_with_it(world: World, keeper: Keypair) -> None:
    world.invite(keeper, ROLE_KEEPER)
    address = world.open_round(keeper)
    round_ = world.account(address)
    assert (round_.index, round_.kind, round_.state, round_.opener) == (0, 1, 1, keeper.pubkey())
    assert (round_.propose_deadline, round_.review_deadline, round_.merge_deadline) == (1100, 1200, 1300)
    assert world.account(world.branch).current_round == address
    event = named(world.sent[-1], RoundOpened)
    assert (event.round, event.index, event.rules) == (address, 0, RULES)


@pytest.mark.parametrize(
    ("role", "kind"),
    [(ROLE_READER, ROUND_SOLO), (ROLE_CONTRIBUTOR, ROUND_OPEN), (ROLE_CONTRIBUTOR, ROUND_SERVER)],
)
def test_lower_roles_open_nothing_above_them(world: World, alice: Keypair, role: int, kind: int) -> None:
    world.protect(replace(RULES, allow_server=True))
    world.invite(alice, role)
    with refused("RoleTooLow"):
        world.open_round(alice, kind)


def test_one_open_round_at_a_time_beside_any_number_of_pushes(world: World) -> None:
    world.open_round(world.owner)
    with refused("RoundInProgress"):
        world.open_round(world.owner)
    world.open_round(world.owner, ROUND_SOLO)
    world.open_round(world.owner, ROUND_SOLO)
    assert world.account(world.branch).round_count == 3


@pytest.mark.parametrize("kind", [ROUND_SERVER, 0, 4])
def test_server_rounds_need_the_rule_and_others_do_not_exist(world: World, kind: int) -> None:
    with refused("RoundKindNotAllowed"):
        world.open_round(world.owner, kind)


def test_an_authority_may_be_an_address_without_a_private_key(world: World) -> None:
    """A multisig's vault signs by its program; the runtime then hands it over as a signer off the curve."""
    vault, _ = wallet("x").pubkey().find_program_address([b"vault"], wallet("multisig").pubkey())
    assert not vault.is_on_curve()
    membership = world.invite_address(vault, ROLE_CONTRIBUTOR)
    round_ = world.next_round()
    call = instructions.round_open(
        payer=world.payer.pubkey(),
        authority=vault,
        member=membership,
        repository=world.repository,
        branch=world.branch,
        round=round_,
        kind=ROUND_SOLO,
    )
    world.send_unsigned(call)
    assert world.account(round_).opener == vault
