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


async def set_step(
    workspace: Workspace,
    member: Pubkey,
    name: str,
    before: Pubkey | None,
    commit: Pubkey,
    note_hash: bytes,
) -> Step:
    """Name a head or, where the tag is there, move it from the commit `before`; `note_hash` is the sha256 of
    what is said of it.
    """
    session, tag = workspace.session, pda.tag(workspace.repository, name)
    branch = await _branch_of(workspace, commit)
    if before is not None:
        return Step(
            program.tag_move(
                authority=session.wallet.pubkey,
                member=member,
                repository=workspace.repository,
                commit=commit,
                branch=branch,
                tag=tag,
                before=before,
                note_hash=note_hash,
            )
        )
    return Step(
        program.tag_create(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            commit=commit,
            branch=branch,
            tag=tag,
            name=pda.padded_name(name),
            note_hash=note_hash,
        ),
        (accounts.Tag.SIZE,),
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
        ),
        (),
        10_000,
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
