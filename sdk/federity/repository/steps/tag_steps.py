"""Tags on the chain: set, moved, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity._generated import accounts
from federity._generated import instructions as program
from federity.chain import pda
from federity.repository.ledger import query
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.repository.working_copy.workspace import Workspace


async def tag_step(
    workspace: Workspace, member: Pubkey, name: str, commit: Pubkey, note_hash: bytes = bytes(32)
) -> Step:
    """Name what is or was a head; `note_hash` is the sha256 of what is said about it. Raises NotFound."""
    session = workspace.session
    return Step(
        program.tag_create(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            commit=commit,
            branch=await _branch_of(workspace, commit),
            tag=pda.tag(workspace.repository, name),
            name=pda.padded_name(name),
            note_hash=note_hash,
        ),
        (accounts.Tag.SIZE,),
    )


async def move_step(
    workspace: Workspace,
    member: Pubkey,
    name: str,
    tag: accounts.Tag,
    commit: Pubkey,
    note_hash: bytes = bytes(32),
) -> Step:
    """Move a tag, by force, from where it was found. Raises NotFound."""
    return Step(
        program.tag_move(
            authority=workspace.session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            commit=commit,
            branch=await _branch_of(workspace, commit),
            tag=pda.tag(workspace.repository, name),
            from_=tag.commit,
            note_hash=note_hash,
        )
    )


def close_step(workspace: Workspace, member: Pubkey, name: str, tag: accounts.Tag) -> Step:
    """Close a tag: its rent returns, and the name is free again."""
    return Step(
        program.tag_close(
            authority=workspace.session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            tag=pda.tag(workspace.repository, name),
            payer=tag.payer,
        )
    )


async def _branch_of(workspace: Workspace, address: Pubkey) -> Pubkey | None:
    """For another repository's commit a branch of this one with the same lineage, else nothing.

    The program refuses a commit that has neither by name.
    """
    commit = await workspace.commit(address)
    if commit.repository == workspace.repository:
        return None
    chain = workspace.session.chain
    found = await query.find(chain, accounts.Branch, repository=workspace.repository)
    lineage = bytes(commit.lineage)
    return next((at for at, branch in found if bytes(branch.lineage) == lineage), None)
