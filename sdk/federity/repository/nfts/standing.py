"""The sale that stands: what it says, and what to say of one that changed while somebody acted on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from federity._generated import accounts
from federity._generated.constants import REPOSITORY_ARCHIVED
from federity.chain import pda
from federity.errors import FederityError, NotFound, NothingToDo, ProgramError, StaleHead, TransactionRefused
from federity.repository.ledger import query
from federity.repository.steps import transactions
from federity.text import sol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from federity.repository.ledger.reader import Reader
    from federity.repository.steps.transactions import Sent, Step
    from federity.repository.working_copy.workspace import Workspace

__all__ = ["Terms", "run", "sale_of", "standing", "terms"]


@dataclass(frozen=True)
class Terms:
    """What every answer about a sale says. `price` is in lamports."""

    seller: str
    price: int
    branch: str
    expires: int
    to_seller: bool
    archived: bool


async def sale_of(reader: Reader) -> accounts.Sale | None:
    """The sale that the repository's NFT waits in; None when there is none."""
    return await query.load(reader.session.chain, accounts.Sale, pda.sale(reader.repository))


async def standing(workspace: Workspace) -> accounts.Sale:
    """The sale. Raises NotFound."""
    sale = await sale_of(workspace)
    if sale is None:
        raise NotFound(f"{workspace.worktree.config().spec} is not for sale.")
    return sale


async def terms(reader: Reader, sale: accounts.Sale) -> Terms:
    """What a sale says, and what else is to be known before somebody buys. Raises NotFound."""
    branch = await reader.load(accounts.Branch, sale.branch, "branch")
    repository = await reader.load(accounts.Repository, reader.repository, "repository")
    return Terms(
        seller=str(sale.seller),
        price=sale.price,
        branch=pda.plain_name(bytes(branch.name)),
        expires=sale.expires,
        to_seller=branch.contributed == 0,
        archived=bool(repository.flags & REPOSITORY_ARCHIVED),
    )


async def run(
    workspace: Workspace, before: accounts.Sale | None, steps: Sequence[Step], dry_run: bool
) -> Sent:
    """Send what was decided by the sale `before`, or price it.

    Where the chain refuses it and the sale is another one now, that is the reason, and is said instead of
    what the runtime says of an account that is gone. Raises NotFound (it is gone), NothingToDo (what was
    wanted is so), StaleHead (there is another), and what sending raises.
    """
    try:
        return await transactions.run(workspace.session, steps, dry_run)
    except (ProgramError, TransactionRefused) as error:
        now = await sale_of(workspace)
        if now == before:
            raise
        raise await _changed(workspace, before, now) from error


async def _changed(
    workspace: Workspace, before: accounts.Sale | None, now: accounts.Sale | None
) -> FederityError:
    spec = workspace.worktree.config().spec
    if now is not None:
        said = f"it is for sale for {sol(now.price)} until slot {now.expires} now"
        if before is None:
            return NothingToDo(f"{spec} was put up for sale meanwhile: {said}.")
        return StaleHead(
            f"The sale of {spec} is another one meanwhile: {said}.",
            hint="Look at it with `federity nft show`.",
        )
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    if repository.owner == workspace.session.wallet.pubkey and before is not None:
        if before.seller != repository.owner:
            return NothingToDo(f"{spec} was sold to you meanwhile: it is yours.")
        return NotFound(f"{spec} was taken off sale meanwhile.")
    return NotFound(
        f"{spec} was sold or taken off sale meanwhile, and nothing was paid: {repository.owner} owns it.",
    )
