"""The shortest way to a tag."""

from __future__ import annotations

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity.chain import pda
from program.world import Sent, World

__all__ = ["close_tag", "move_tag", "tag"]

NOTE = b"\x08" * 32


def tag(
    world: World,
    commit: Pubkey,
    name: str = "v1",
    who: Keypair | None = None,
    branch: Pubkey | None = None,
    repository: Pubkey | None = None,
) -> Pubkey:
    """Name a commit; returns the tag."""
    who, repository = who or world.owner, repository or world.repository
    address = pda.tag(repository, name)
    call = instructions.tag_create(
        payer=world.payer.pubkey(),
        authority=who.pubkey(),
        member=pda.member(repository, who.pubkey()),
        repository=repository,
        commit=commit,
        branch=branch,
        tag=address,
        name=pda.padded_name(name),
        note_hash=NOTE,
    )
    world.send(call, signers=[who])
    return address


def move_tag(
    world: World,
    address: Pubkey,
    commit: Pubkey,
    who: Keypair | None = None,
    before: Pubkey | None = None,
    branch: Pubkey | None = None,
    repository: Pubkey | None = None,
) -> Sent:
    """Move a tag from where it is."""
    who, repository = who or world.owner, repository or world.account(address).repository
    call = instructions.tag_move(
        authority=who.pubkey(),
        member=pda.member(repository, who.pubkey()),
        repository=repository,
        commit=commit,
        branch=branch,
        tag=address,
        before=before or world.account(address).commit,
        note_hash=bytes(32),
    )
    return world.send(call, signers=[who])


def close_tag(world: World, address: Pubkey, who: Keypair | None = None, payer: Pubkey | None = None) -> Sent:
    """Close a tag."""
    who = who or world.owner
    call = instructions.tag_close(
        authority=who.pubkey(),
        member=world.member(who),
        repository=world.repository,
        tag=address,
        payer=payer or world.account(address).payer,
    )
    return world.send(call, signers=[who])
