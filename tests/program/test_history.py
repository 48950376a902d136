"""Every state change emits one event, and from the events the whole history can be rebuilt."""

from dataclasses import replace

from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.constants import (
    ROLE_CONTRIBUTOR,
    ROLE_KEEPER,
    ROLE_MAINTAINER,
    ROLE_OWNER,
    VERDICT_APPROVE,
    VERDICT_REJECT,
)
from federity.chain import pda
from program.history import History
from program.test_branches import fork
from program.test_weights_write import write
from program.world import RULES, World, add, g1, scaled, wallet


def live(world: World) -> None:
    """A life: invitations, reviews, merges by every rule, a push, an expiry, closings, a fork, a new base."""
    authors = [wallet(f"author {n}") for n in range(3)]
    keeper, maintainer = wallet("keeper"), wallet("maintainer")
    for author in authors:
        world.invite(author, ROLE_CONTRIBUTOR)
    world.invite(keeper, ROLE_KEEPER)
    world.invite(maintainer, ROLE_MAINTAINER)
    head = bytes(64)
    for weighting, factors in ((0, (2, 2, 0)), (1, (1, 2, 3)), (2, (3, 1, 0))):
        world.protect(replace(RULES, weighting=weighting))
        round_ = world.open_round(keeper)
        commits = [
            world.contribute(round_, author, g1(5 + n + weighting), samples=n + 1, shift=n)
            for n, author in enumerate(authors)
        ]
        world.review(commits[0], maintainer, VERDICT_APPROVE)
        if weighting == 0:
            world.review(commits[2], maintainer, VERDICT_REJECT)
        taken = commits[:2] if weighting == 0 else commits
        for commit in taken:
            world.accept(round_, commit)
        # Nobody approves here, so the keeper waits until all have had their time.
        world.pass_slots(101)
        world.lock(round_, keeper)
        weights = [factor * (1 << 16) // (4 if weighting != 1 else 6) for factor in factors]
        if weighting == 2:
            write(world, round_, taken[:1], [99], who=keeper)
            write(world, round_, taken, weights, restart=True, who=keeper)
        world.begin(round_, keeper)
        for n, commit in enumerate(taken):
            head = add(head, scaled(world.account(commit).chunk.point, weights[n] << (8 - n)))
        world.merge_add(round_, taken[:1], bytes(64))
        world.merge_add(round_, taken[1:], head)
        world.finish(round_, keeper, member=True, blob_hash=bytes([weighting + 1]) * 32)
        if weighting == 0:
            world.close(commits[2])
    world.push(authors[0], g1(77), shift=3)
    world.remove(authors[2])
    late = world.open_round(keeper)
    waiting = world.contribute(late, authors[1], g1(8))
    world.accept(late, waiting)
    world.pass_slots(301)
    world.expire(late)
    again = world.open_round(keeper)
    world.accept(again, waiting, late)
    world.branch = fork(world, world.account(world.branch).head)
    ancestor = world.push(world.owner, g1(6))
    idle = world.open_round(keeper)
    world.pass_slots(301)
    world.expire(idle)
    world.send(instructions.round_close(round=idle, payer=world.payer.pubkey()))
    world.publish_branch("wider", ancestor=ancestor)
    world.push(authors[1], g1(9))


def test_every_transaction_emits_one_event(world: World) -> None:
    live(world)
    assert all(len(sent.events) == 1 for sent in world.sent)


def test_events_alone_tell_the_whole_history(world: World) -> None:
    live(world)
    history = History(event for sent in world.sent for event in sent.events)
    assert len(history.branches) == 3
    assert len(history.rounds) == 8
    for (repository, who), role in history.members.items():
        account, owner = world.account(pda.member(repository, who)), world.account(repository).owner
        assert (ROLE_OWNER if who == owner else account.role) == role
    assert world.account(world.repository).members == len(history.members)
    for address, branch in history.branches.items():
        account = world.account(address)
        assert (account.head, account.head_seq, account.bound) == (branch.head, branch.seq, branch.bound)
        assert (account.round_count, account.rules.weighting) == (branch.rounds, branch.rules.weighting)
    for address, round_ in history.rounds.items():
        account = world.account(address)
        assert (account.branch, account.kind, account.state) == (round_.branch, round_.kind, round_.state)
        assert (account.opener, account.accepted) == (round_.opener, len(round_.accepted))
        assert account.merge == (round_.merge or Pubkey.default())
    for address, commit in history.commits.items():
        account = world.account(address)
        assert (account.author, account.round, account.parent) == (commit.author, commit.round, commit.parent)
        assert (account.chunk.point, account.blob_hash) == (commit.point, commit.blob_hash)
        assert (account.approvals, account.rejects) == (commit.approvals, commit.rejects)
        assert (account.held_by, account.shift, account.samples) == (
            commit.held_by,
            commit.shift,
            commit.samples,
        )
