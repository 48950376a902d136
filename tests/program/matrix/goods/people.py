"""Repositories, members, keys."""

from collections.abc import Callable

from federity._generated import instructions
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_KEEPER, ROLE_MAINTAINER, ROLE_READER
from federity.chain import pda
from program.matrix.goods.registry import good
from program.matrix.stage import ALICE, KEEPER, MAINTAINER, NEWCOMER, STRANGER, Stage
from program.world import g1, wallet
from protocol.vectors import load, raw

# Keys that nobody has yet: that of the golden unit, and the same with other first points.
UNKNOWN = raw(load("unit")["verifying_key"])
OTHER, REPEALED = (g1(alpha) + UNKNOWN[64:] for alpha in (5, 6))


@good("repository_create")
def a_second_repository(s: Stage) -> Callable[[], object]:
    return lambda: s.create_repository("another")


@good("repository_fork")
def of_one_s_own(s: Stage) -> Callable[[], object]:
    return s.forked


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


@good("member_remove")
def oneself(s: Stage) -> Callable[[], object]:
    quitter = wallet("quitter")
    s.invite(quitter, ROLE_CONTRIBUTOR)
    call = instructions.member_remove(
        authority=quitter.pubkey(),
        authority_member=None,
        repository=s.repository,
        member=s.member(quitter),
        payer=s.payer.pubkey(),
    )
    return lambda: s.send(call, signers=[quitter])


@good("member_role")
def a_keeper_s_by_the_owner(s: Stage) -> Callable[[], object]:
    return lambda: s.set_role(KEEPER, ROLE_MAINTAINER, by=s.owner)


@good("member_role")
def one_s_own_down(s: Stage) -> Callable[[], object]:
    return lambda: s.set_role(MAINTAINER, ROLE_READER)


@good("repository_offer")
def to_an_heir(s: Stage) -> Callable[[], object]:
    return lambda: s.offer(STRANGER)


@good("repository_accept")
def by_the_heir(s: Stage) -> Callable[[], object]:
    s.offer(NEWCOMER)
    call = instructions.repository_accept(
        payer=s.payer.pubkey(),
        authority=NEWCOMER.pubkey(),
        repository=s.repository,
        member=s.member(NEWCOMER),
    )
    return lambda: s.send(call, signers=[NEWCOMER])


@good("repository_archive")
def one_without_a_locked_head(s: Stage) -> Callable[[], object]:
    s.create_repository("bare")
    call = instructions.repository_archive(
        authority=s.owner.pubkey(),
        repository=pda.repository(s.owner.pubkey(), "bare"),
        archived=True,
    )
    return lambda: s.send(call, signers=[s.owner])


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
    return lambda: s.pin_key(OTHER)


@good("key_repeal")
def a_pinned_key(s: Stage) -> Callable[[], object]:
    if s.data(pda.key(REPEALED)) is None:
        s.create_key(REPEALED)
    s.pin_key(REPEALED)
    call = instructions.key_repeal(
        authority=s.owner.pubkey(),
        member=s.member(s.owner),
        repository=s.repository,
        key_pin=pda.key_pin(s.repository, pda.key(REPEALED)),
        payer=s.payer.pubkey(),
    )
    return lambda: s.send(call, signers=[s.owner])


@good("location_create")
def of_a_base_by_a_stranger(s: Stage) -> Callable[[], object]:
    genesis = pda.genesis(s.fresh())
    return lambda: s.post(genesis, STRANGER)
