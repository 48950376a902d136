"""Merges that are not the stated sum of the accepted commits. The program refuses each."""

from __future__ import annotations

from dataclasses import dataclass

from solders.pubkey import Pubkey

from federity import _native
from federity._generated import constants, types
from federity._generated import instructions as program
from federity.chain import pda
from federity.demo.attacks.arena import Arena
from federity.demo.attacks.attempt import Attempt
from federity.demo.attacks.cast import rules, update
from federity.repository.ledger.planning import scaled_weight, uniform_weights


@dataclass(frozen=True)
class Locked:
    """A locked round with two accepted commits, its merge begun unless a keeper still has to weigh."""

    branch: Pubkey
    round: Pubkey
    commits: list[Pubkey]


async def _locked(arena: Arena, branch_rules: types.Rules | None = None) -> Locked:
    branch = await arena.branch(branch_rules or rules())
    round_ = await arena.open_round(branch)
    commits = [await arena.contribute(round_, name, seed) for seed, name in enumerate(("ann", "bob"))]
    for commit, name in zip(commits, ("ann", "bob"), strict=True):
        await arena.send("owner", arena.acceptance(branch, round_, commit, name))
    await arena.send("owner", arena.lock(branch, round_))
    if branch_rules is None:
        await arena.send("owner", arena.begin(branch, round_))
    return Locked(branch, round_, commits)


def expected_sum(arena: Arena) -> bytes:
    """The point that merging both commits with equal weights must give."""
    total = bytes(64)
    for seed, weight in enumerate(uniform_weights(2)):
        scaled = scaled_weight(weight, constants.GENESIS_FRACTION_BITS, 0)
        total = _native.point_add(total, _native.point_mul(arena.point(update(seed)), scaled))
    return total


async def wrong_sum(arena: Arena) -> Attempt:
    """Claim another result than the sum."""
    state = await _locked(arena)
    instruction = arena.addition(state.round, state.commits, arena.point(update(9)))
    return lambda: arena.send("owner", instruction)


async def left_out(arena: Arena) -> Attempt:
    """Finish a merge without one of the accepted commits."""
    state = await _locked(arena)
    await arena.send("owner", arena.addition(state.round, state.commits[:1], bytes(64)))
    return lambda: arena.send("owner", arena.finish(state.branch, state.round))


async def merged_twice(arena: Arena) -> Attempt:
    """Name one commit twice, and claim the sum in which it counts twice."""
    state = await _locked(arena)
    first, second = state.commits
    scaled = scaled_weight(uniform_weights(2)[0], constants.GENESIS_FRACTION_BITS, 0)
    doubled = _native.point_add(expected_sum(arena), _native.point_mul(arena.point(update(0)), scaled))
    instruction = arena.addition(state.round, [first, first, second], doubled)
    return lambda: arena.send("owner", instruction)


async def rejected(arena: Arena) -> Attempt:
    """Merge a commit that a reviewer rejected."""
    branch = await arena.branch(rules())
    round_ = await arena.open_round(branch)
    commit = await arena.contribute(round_, "ann", 1)
    await arena.send(
        "owner",
        program.review_create(
            payer=arena.address("owner"),
            authority=arena.address("owner"),
            member=arena.member("owner"),
            repository=arena.repository,
            commit=commit,
            round=round_,
            review=pda.review(commit, arena.address("owner")),
            verdict=constants.VERDICT_REJECT,
            note_hash=bytes(32),
        ),
    )
    instruction = arena.acceptance(branch, round_, commit, "ann")
    return lambda: arena.send("owner", instruction)


async def locked_head(arena: Arena) -> Attempt:
    """Move the head by a push of one's own while a round has it locked."""
    state = await _locked(arena)
    solo = await arena.open_round(state.branch, "ann", constants.ROUND_SOLO)
    commit = await arena.contribute(solo, "ann", 3)
    instruction = program.round_lock(
        authority=arena.address("ann"),
        member=arena.member("ann"),
        repository=arena.repository,
        branch=state.branch,
        round=solo,
        commit=commit,
        current=state.round,
    )
    return lambda: arena.send("ann", instruction)


async def heavy_weights(arena: Arena) -> Attempt:
    """Give weights that sum to more than one."""
    state = await _locked(arena, rules(weighting=constants.WEIGHTING_KEEPER))
    instruction = arena.weighing(state.round, state.commits, (constants.WEIGHT_ONE, 1))
    return lambda: arena.send("owner", instruction)
