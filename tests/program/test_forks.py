"""`repository_fork`, and branches that begin in another repository."""

from dataclasses import replace

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import constants
from federity._generated.events import RepositoryForked
from federity.chain import pda
from program.forking import beside, branch_from, fork_repository
from program.operations import create, operate, term, value, whole
from program.proving import Prover, delta, pin, prepare, submit
from program.tagging import tag
from program.test_branches import fork
from program.test_key_pin import secure
from program.test_operation_trust import WIDE, push_proved
from program.world import RULES, World, add, g1, refused, scaled, tau_times_g2


@pytest.fixture
def forked(world: World, alice: Keypair) -> tuple[World, Pubkey]:
    """Alice's fork of a repository with a head of 1, and that head."""
    head = world.push(world.owner, g1(1))
    other = beside(world, alice)
    fork_repository(other, world.repository)
    branch_from(other, head)
    return other, head


def test_a_fork_names_its_ancestor_and_has_its_string(
    world: World, forked: tuple[World, Pubkey], alice: Keypair
) -> None:
    other, _ = forked
    mine, theirs = world.account(world.repository), other.account(other.repository)
    assert theirs.ancestor == world.repository
    assert mine.ancestor == Pubkey.default()
    same = ("srs_id", "tau_g2", "cluster", "flags")
    assert [getattr(mine, name) for name in same] == [getattr(theirs, name) for name in same]
    assert (theirs.owner, theirs.members, theirs.epoch) == (alice.pubkey(), 1, 0)
    (event,) = [one for sent in other.sent for one in sent.events if isinstance(one, RepositoryForked)]
    assert (event.repository, event.ancestor, event.creator) == (
        other.repository,
        world.repository,
        alice.pubkey(),
    )


def test_a_fork_goes_on_from_the_head_of_another(forked: tuple[World, Pubkey], alice: Keypair) -> None:
    other, head = forked
    branch = other.account(other.branch)
    assert (branch.head, branch.fork_point, branch.head_seq) == (head, head, 0)
    pushed = other.push(alice, g1(2))
    assert value(other, pushed) == whole(3)
    assert (other.account(pushed).start, other.account(pushed).repository) == (head, other.repository)


def test_what_a_fork_made_comes_back_as_terms(
    world: World, forked: tuple[World, Pubkey], alice: Keypair
) -> None:
    """A side of the fork is merged into where it came from, and the other way round."""
    other, head = forked
    side = other.push(alice, g1(2))
    own = world.push(world.owner, g1(5))
    merged = operate(world, world.owner, [term(own), term(side, 1, head), term(head, -1, side)])
    assert value(world, merged) == whole(8)
    back = operate(other, alice, [term(side), term(own, 1, head), term(head, -1, own)])
    assert value(other, back) == whole(8)


def test_a_fork_of_a_fork_begins_where_the_first_did(forked: tuple[World, Pubkey], stranger: Keypair) -> None:
    other, head = forked
    third = beside(other, stranger)
    fork_repository(third, other.repository)
    branch_from(third, head)
    assert value(third, third.push(stranger, g1(4))) == whole(5)


def test_whose_a_commit_is_must_be_said(world: World, forked: tuple[World, Pubkey], alice: Keypair) -> None:
    other, head = forked
    with refused("WrongRepository"):
        branch_from(other, head, "side", origin=_third(other, alice))
    other.branch = world.branch
    with refused("WrongRepository"):
        fork(other, head)
    with refused("WrongBranch"):
        branch_from(other, head, "side", source=pda.branch(other.repository, "main"))


def _third(world: World, owner: Keypair) -> Pubkey:
    third = beside(world, owner)
    fork_repository(third, world.repository, "third")
    return third.repository


def test_another_string_has_no_commits_in_common(world: World, alice: Keypair) -> None:
    head = world.push(world.owner, g1(1))
    other = beside(world, alice)
    other.publish(tau_g2=tau_times_g2(11))
    with refused("SrsMismatch"):
        branch_from(other, head, "side")


def test_a_maintainer_of_a_fork_loosens_nothing(forked: tuple[World, Pubkey], bob: Keypair) -> None:
    """Whom another repository lets set its rules sets none here."""
    other, head = forked
    other.invite(bob, constants.ROLE_MAINTAINER)
    loose = replace(RULES, rules_role=constants.ROLE_MAINTAINER)
    with refused("RoleTooLow"):
        branch_from(other, head, "side", who=bob, rules=loose)
    branch_from(other, head, "side", who=bob)


@pytest.fixture
def tainted(empty: World, alice: Keypair) -> tuple[World, Pubkey]:
    """A secure world, and the head of an insecure repository with the same string and lineage."""
    insecure = beside(empty, alice)
    secure(empty)
    fork_repository(insecure, empty.repository)
    branch_from(insecure, pda.genesis(empty.branch))
    return empty, insecure.push(alice, g1(1))


def test_nothing_insecure_enters_a_secure_repository(tainted: tuple[World, Pubkey], bob: Keypair) -> None:
    """Neither as a term, nor as a branch's beginning, nor as a tag or by a fork of the whole."""
    world, head = tainted
    assert world.account(head).flags == constants.COMMIT_INSECURE
    own = world.push(world.owner, g1(5))
    assert world.account(own).flags == 0
    for attack in (
        lambda: create(world, world.owner, [term(head)]),
        lambda: create(world, world.owner, [term(own), term(head)]),
        lambda: branch_from(world, head, "side"),
        lambda: tag(world, head, branch=world.branch),
    ):
        with refused("InsecureOrigin"):
            attack()
    other = beside(world, bob)
    with refused("InsecureOrigin"):
        fork_repository(other, world.account(head).repository, flags=0)


def test_a_taint_is_said_of_all_that_an_insecure_repository_makes(
    tainted: tuple[World, Pubkey], alice: Keypair
) -> None:
    """Whatever it is made of, so that nobody need look up where it came from."""
    world, head = tainted
    own = world.push(world.owner, g1(5))
    insecure = beside(world, alice)
    insecure.repository = world.account(head).repository
    insecure.branch = world.account(head).branch
    for result in (
        operate(insecure, alice, [term(own)]),
        insecure.push(alice, g1(1)),
        pda.commit(pda.round_(insecure.branch, 0), alice.pubkey()),
        pda.genesis(insecure.publish_branch("fresh")),
    ):
        assert insecure.account(result).flags == constants.COMMIT_INSECURE


def test_the_levels_of_an_insecure_origin_are_its_word(empty: World, prover: Prover, alice: Keypair) -> None:
    """A fork's rounds start from what another's owner says of its keys, and from no more."""
    _, merge = push_proved(empty, prover, prepare(empty, prover, WIDE))
    assert empty.account(merge).history_level == 1
    other = beside(empty, alice)
    fork_repository(other, empty.repository)
    branch_from(other, merge, rules=WIDE)
    pinned = pin(other, prover)
    round_ = other.open_round(alice, kind=2)
    commit = other.propose(round_, alice, key_pin=pinned)
    submit(other, prover, commit, prover.prove(other, commit, delta()))
    other.lock(round_, alice, commit=commit)
    result = other.begin(round_, alice)
    before = other.account(merge).chunk.point
    expected = add(before, scaled(other.account(commit).chunk.point, 1 << 24))
    other.merge_add(round_, [commit], expected)
    other.finish(round_, alice)
    found = other.account(result)
    assert (found.level, found.history_level) == (1, 0)
