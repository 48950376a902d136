"""`nft transfer` and `repository claim`: an NFT's way to another wallet, and what its holder may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from federity._generated import accounts
from federity._generated import instructions as program
from federity.chain import pda
from federity.chain.token import ACCOUNT_BYTES, create_account, token_account, transfer
from federity.errors import ConfigError, NotFound, NothingToDo
from federity.repository.ledger import query
from federity.repository.nfts.holders import own
from federity.repository.nfts.subjects import mint_at, named
from federity.repository.reports import TransactionReport
from federity.repository.steps import transactions
from federity.repository.steps.transactions import Step
from federity.wallet import Whose

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

__all__ = ["claim", "give"]


async def give(workspace: Workspace, reference: Any, to: Whose, dry_run: bool) -> TransactionReport:
    """See `Repository.nft_transfer`."""
    await workspace.check_chain()
    session = workspace.session
    mint = await named(workspace, reference)
    target = session.address_of(to)
    if target == session.wallet.pubkey:
        raise NothingToDo("That is your own wallet.")
    await _check_wallet(workspace, target)
    name = (await mint_at(workspace, mint)).name
    held = await own(workspace, mint, name)
    account = token_account(target, mint)
    known = await session.chain.account(account) is not None
    steps = [
        Step(create_account(session.payer.pubkey, target, mint), () if known else (ACCOUNT_BYTES,), 30_000),
        Step(transfer(held.account, mint, account, session.wallet.pubkey), (), 10_000),
    ]
    sent = await transactions.run(session, steps, dry_run)
    return sent.report(f"gave {name} to", str(target))


async def _check_wallet(workspace: Workspace, target: Pubkey) -> None:
    """Refuse an address that nobody signs for. Raises ConfigError; a wallet that was never used is one."""
    there = await workspace.session.chain.account(target)
    taken = there is not None and (there.executable or there.owner != SYSTEM_PROGRAM)
    if taken or not target.is_on_curve():
        raise ConfigError(f"{target} is no wallet: nobody could sign for what it holds.")


async def claim(workspace: Workspace, dry_run: bool) -> TransactionReport:
    """See `Repository.claim`."""
    await workspace.check_chain()
    session = workspace.session
    wallet = session.wallet.pubkey
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    if repository.nft_mint == Pubkey.default():
        raise NotFound(
            "The repository has no NFT, so nobody claims it.",
            hint="Its owner offers it instead: `federity repository offer`.",
        )
    spec = workspace.worktree.config().spec
    held = await own(workspace, repository.nft_mint, spec)
    if repository.owner == wallet:
        raise NothingToDo("The repository is yours already.")
    member = pda.member(workspace.repository, wallet)
    known = await query.load(session.chain, accounts.Member, member) is not None
    step = Step(
        program.repository_claim(
            payer=session.payer.pubkey,
            authority=wallet,
            repository=workspace.repository,
            token_account=held.account,
            member=member,
        ),
        () if known else (accounts.Member.SIZE,),
    )
    sent = await transactions.run(session, [step], dry_run)
    return sent.report("claimed", spec)
