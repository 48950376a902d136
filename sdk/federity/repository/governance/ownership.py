"""Who owns a repository, and whether anything new begins in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity._generated import accounts
from federity._generated import instructions as program
from federity.chain import pda
from federity.errors import ConfigError, NotAMember, NothingToDo
from federity.repository.ledger import query
from federity.repository.ledger.reader import NOBODY
from federity.repository.reports import TransactionReport
from federity.repository.steps import transactions
from federity.repository.steps.transactions import Step
from federity.wallet import Whose

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

# A week of slots.
OFFER_SLOTS = 1_512_000


async def offer(
    workspace: Workspace, wallet: Whose | None, until: int | None, dry_run: bool
) -> TransactionReport:
    """See `Repository.offer`."""
    repository = await _owned(workspace)
    if repository.nft_mint != NOBODY:
        raise ConfigError(
            "The repository has an NFT: who holds it may claim it, and nobody is offered it.",
            hint="`federity nft transfer` gives it away.",
        )
    slot = await workspace.session.chain.slot()
    to = NOBODY if wallet is None else workspace.session.address_of(wallet)
    if wallet is None and repository.offered_to == NOBODY:
        raise NothingToDo("The repository is offered to nobody.")
    if to == repository.owner:
        raise ConfigError("The repository is yours already: offer it to somebody else.")
    last = 0 if wallet is None else slot + OFFER_SLOTS if until is None else until
    if wallet is not None and last <= slot:
        raise ConfigError(f"An offer until slot {last} is past already: it is slot {slot} now.")
    step = Step(
        program.repository_offer(
            authority=workspace.session.wallet.pubkey, repository=workspace.repository, to=to, expires=last
        )
    )
    sent = await transactions.run(workspace.session, [step], dry_run)
    if wallet is None:
        return sent.report("took back the offer to", str(repository.offered_to))
    return sent.report(f"offered the repository, until slot {last}, to", str(to))


async def accept_offer(workspace: Workspace, dry_run: bool) -> TransactionReport:
    """See `Repository.accept_offer`."""
    await workspace.check_chain()
    session = workspace.session
    wallet = session.wallet.pubkey
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    slot = await session.chain.slot()
    if repository.offered_to != wallet or slot > repository.offer_expires:
        raise NotAMember(
            f"The repository is not offered to {wallet}.",
            hint="Its owner does that: `federity repository offer`.",
        )
    member = pda.member(workspace.repository, wallet)
    known = await query.load(session.chain, accounts.Member, member) is not None
    step = Step(
        program.repository_accept(
            payer=session.payer.pubkey, authority=wallet, repository=workspace.repository, member=member
        ),
        () if known else (accounts.Member.SIZE,),
    )
    sent = await transactions.run(session, [step], dry_run)
    return sent.report("took over", workspace.worktree.config().spec)


async def archive(workspace: Workspace, archived: bool, dry_run: bool) -> TransactionReport:
    """See `Repository.archive`."""
    await _owned(workspace)
    step = Step(
        program.repository_archive(
            authority=workspace.session.wallet.pubkey, repository=workspace.repository, archived=archived
        )
    )
    sent = await transactions.run(workspace.session, [step], dry_run)
    done = "archived" if archived else "took out of the archive"
    return sent.report(done, workspace.worktree.config().spec)


async def _owned(workspace: Workspace) -> accounts.Repository:
    """The repository. Raises NotAMember for a wallet that does not own it."""
    await workspace.check_chain()
    found = await workspace.load(accounts.Repository, workspace.repository, "repository")
    if found.owner != workspace.session.wallet.pubkey:
        raise NotAMember(f"Only the owner's own wallet does this: {found.owner}.", hint="")
    return found
