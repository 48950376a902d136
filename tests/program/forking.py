"""The shortest way to a fork, and to branches that begin in another repository."""

from __future__ import annotations

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions, types
from federity.chain import pda
from program.world import RULES, Sent, World

__all__ = ["beside", "branch_from", "fork_repository"]


def beside(world: World, owner: Keypair) -> World:
    """A world on the same machine for somebody else, without a repository yet."""
    other = World(world.program)
    other.svm, other.owner = world.svm, owner
    return other


def fork_repository(world: World, ancestor: Pubkey, name: str = "model", flags: int = 1) -> Sent:
    """Create the owner's repository as a fork of another, and go there."""
    world.repository = pda.repository(world.owner.pubkey(), name)
    call = instructions.repository_fork(
        payer=world.payer.pubkey(),
        authority=world.owner.pubkey(),
        ancestor=ancestor,
        repository=world.repository,
        member=world.member(world.owner),
        name=pda.padded_name(name),
        flags=flags,
    )
    return world.send(call, signers=[world.owner])


def branch_from(
    world: World,
    commit: Pubkey,
    name: str = "main",
    *,
    who: Keypair | None = None,
    origin: Pubkey | None = None,
    source: Pubkey | None = None,
    rules: types.Rules = RULES,
) -> Pubkey:
    """Create a branch at a commit of another repository, and go there."""
    who, found = who or world.owner, world.account(commit)
    branch = pda.branch(world.repository, name)
    call = instructions.branch_create(
        payer=world.payer.pubkey(),
        authority=who.pubkey(),
        member=world.member(who),
        repository=world.repository,
        source=source or found.branch,
        commit=commit,
        origin=origin or found.repository,
        branch=branch,
        name=pda.padded_name(name),
        rules=rules,
    )
    world.send(call, signers=[who])
    world.branch = branch
    return branch
