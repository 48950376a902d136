"""Repositories, members, keys."""

from collections.abc import Callable

from federity._generated import instructions
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_KEEPER, ROLE_MAINTAINER
from federity.chain import pda
from program.matrix.goods.registry import good
from program.matrix.stage import ALICE, MAINTAINER, NEWCOMER, STRANGER, Stage
from program.proving import N
from program.world import wallet
from protocol.vectors import load, raw

# Two keys that nobody has yet: that of the golden unit, and the same with another first point.
UNKNOWN = raw(load("unit")["verifying_key"])
OTHER = UNKNOWN[448:512] + UNKNOWN[64:]


@good("repository_create")
def a_second_repository(s: Stage) -> Callable[[], object]:
    repository = pda.repository(s.owner.pubkey(), "another")
    call = instructions.repository_create(
        payer=s.payer.pubkey(),
        authority=s.owner.pubkey(),
        repository=repository,
        member=pda.member(repository, s.owner.pubkey()),
        name=pda.padded_name("another"),
        flags=1,
        cluster=bytes(32),
        tau_g2=s.prover.tau_g2,
    )
    return lambda: s.send(call, signers=[s.owner])


@good("member_add")
def a_maintainer_by_the_owner(s: Stage) -> Callable[[], object]:
    return lambda: s.invite(NEWCOMER, ROLE_MAINTAINER)


@good("member_add")
def a_keeper_by_a_maintainer(s: Stage) -> Callable[[], object]:
    return lambda: s.invite(NEWCOMER, ROLE_KEEPER, by=MAINTAINER)


@good("member_remove")
def a_contributor(s: Stage) -> Callable[[], object]:
    leaver = wallet("leaver")
    s.invite(leaver, ROLE_CONTRIBUTOR)
    return lambda: s.remove(leaver)


@good("member_delegate")
def a_helper(s: Stage) -> Callable[[], object]:
    return lambda: s.delegate(ALICE, wallet("helper").pubkey())


@good("key_create")
def a_new_key(s: Stage) -> Callable[[], object]:
    return lambda: s.create_key(UNKNOWN)


@good("key_pin")
def a_key_of_anybody(s: Stage) -> Callable[[], object]:
    if s.data(pda.key(OTHER)) is None:
        s.create_key(OTHER)
    call = instructions.key_pin(
        payer=s.payer.pubkey(),
        authority=s.owner.pubkey(),
        repository=s.repository,
        member=s.member(s.owner),
        key=pda.key(OTHER),
        key_pin=pda.key_pin(s.repository, pda.key(OTHER)),
        relation=1,
        width=8,
        n=N,
    )
    return lambda: s.send(call, signers=[s.owner])


@good("location_create")
def of_a_base_by_a_stranger(s: Stage) -> Callable[[], object]:
    genesis = pda.genesis(s.fresh())
    return lambda: s.post(genesis, STRANGER)
