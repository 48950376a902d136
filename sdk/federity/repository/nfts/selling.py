"""`nft sell`, `nft buy` and `nft cancel`: the repository's NFT for lamports, which its authors share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import MAX_PRICE, REPOSITORY_ARCHIVED
from federity.chain import pda
from federity.chain.token import ACCOUNT_BYTES, ASSOCIATED, TOKEN, create_account, token_account
from federity.errors import ConfigError, InsufficientFunds, NotAMember, NotFound, NothingToDo
from federity.repository.ledger import query
from federity.repository.nfts.holders import own
from federity.repository.nfts.sharing import branch_to_share, check_shared
from federity.repository.nfts.standing import run, sale_of, standing, terms
from federity.repository.reports.nft_reports import SaleReport
from federity.repository.steps import transactions
from federity.repository.steps.transactions import Sent, Step
from federity.text import sol

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

__all__ = ["buy", "cancel", "sell"]

# A week of slots.
_SLOTS = 1_512_000


async def sell(
    workspace: Workspace, price: int, branch: str | None, expires: int | None, dry_run: bool
) -> SaleReport:
    """See `Repository.nft_sell`."""
    await workspace.check_chain()
    session = workspace.session
    wallet, spec = session.wallet.pubkey, workspace.worktree.config().spec
    if not 1 <= price <= MAX_PRICE:
        raise ConfigError(f"A price is 1 to {MAX_PRICE} lamports ({sol(MAX_PRICE)}).")
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    if repository.nft_mint == Pubkey.default():
        raise NotFound("The repository has no NFT to sell.", hint="`federity nft mint` makes it.")
    if repository.owner != wallet:
        raise NotAMember(
            f"Only the owner's own wallet sells the repository: {repository.owner}.",
            hint="Who holds its NFT becomes the owner first: `federity repository claim`.",
        )
    if (listed := await sale_of(workspace)) is not None:
        raise NothingToDo(
            f"{spec} is for sale already, for {sol(listed.price)}.", hint="`federity nft cancel` ends that."
        )
    slot = await session.chain.slot()
    last = slot + _SLOTS if expires is None else expires
    if last <= slot:
        raise ConfigError(f"A sale until slot {last} is past already: it is slot {slot} now.")
    held = await own(workspace, repository.nft_mint, spec)
    name = workspace.worktree.config().branch if branch is None else branch
    sharing = pda.branch(workspace.repository, name)
    shared = await branch_to_share(workspace, name)
    await check_shared(workspace, name, shared, wallet)
    sale, purse = pda.sale(workspace.repository), pda.purse(sharing)
    known = await query.load(session.chain, accounts.Purse, purse) is not None
    call = program.sale_list(
        payer=session.payer.pubkey,
        authority=wallet,
        repository=workspace.repository,
        branch=sharing,
        sale=sale,
        purse=purse,
        mint=repository.nft_mint,
        token_account=held.account,
        escrow=token_account(sale, repository.nft_mint),
        token_program=TOKEN,
        associated_program=ASSOCIATED,
        price=price,
        expires=last,
    )
    sizes = (accounts.Sale.SIZE, ACCOUNT_BYTES, *(() if known else (accounts.Purse.SIZE,)))
    sent = await run(workspace, None, [Step(call, sizes, 80_000)], dry_run)
    done = sent.report(f"put up for sale, for {sol(price)} until slot {last},", spec)
    return SaleReport(
        **vars(done),
        price=price,
        branch=name,
        expires=last,
        seller=str(wallet),
        to_seller=shared.contributed == 0,
        archived=bool(repository.flags & REPOSITORY_ARCHIVED),
    )


async def buy(workspace: Workspace, max_price: int, dry_run: bool) -> SaleReport:
    """See `Repository.nft_buy`."""
    await workspace.check_chain()
    session = workspace.session
    wallet, spec = session.wallet.pubkey, workspace.worktree.config().spec
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    if repository.owner == wallet:
        raise NothingToDo("The repository is yours already.")
    sale = await standing(workspace)
    if (slot := await session.chain.slot()) > sale.expires:
        raise NotFound(f"The sale of {spec} is past: it was until slot {sale.expires}, and it is {slot} now.")
    if sale.price > max_price:
        raise ConfigError(
            f"{spec} costs {sol(sale.price)}, and you pay {sol(max_price)} at most: nothing was sent."
        )
    target, member = token_account(wallet, sale.mint), pda.member(workspace.repository, wallet)
    has_account = await session.chain.account(target) is not None
    is_member = await query.load(session.chain, accounts.Member, member) is not None
    call = program.sale_buy(
        payer=session.payer.pubkey,
        authority=wallet,
        repository=workspace.repository,
        branch=sale.branch,
        sale=pda.sale(workspace.repository),
        purse=pda.purse(sale.branch),
        mint=sale.mint,
        escrow=token_account(pda.sale(workspace.repository), sale.mint),
        token_account=target,
        seller=sale.seller,
        refund=sale.payer,
        member=member,
        token_program=TOKEN,
        max_price=max_price,
    )
    steps = [
        Step(
            create_account(session.payer.pubkey, wallet, sale.mint),
            () if has_account else (ACCOUNT_BYTES,),
            30_000,
        ),
        Step(call, () if is_member else (accounts.Member.SIZE,), 110_000),
    ]
    priced = await transactions.price(session, steps)
    has = await session.chain.balance(session.payer.pubkey)
    if has < sale.price + priced.lamports:
        raise InsufficientFunds(
            f"{spec} costs {sol(sale.price)}, beside fees and rent of {sol(priced.lamports)}; "
            f"{session.payer.pubkey} has {sol(has)}."
        )
    sent = await run(workspace, sale, steps, dry_run)
    return await _report(workspace, sale, sent, f"bought, for {sol(sale.price)},")


async def cancel(workspace: Workspace, dry_run: bool) -> SaleReport:
    """See `Repository.nft_cancel`."""
    await workspace.check_chain()
    session = workspace.session
    wallet = session.wallet.pubkey
    sale = await standing(workspace)
    slot = await session.chain.slot()
    if sale.seller != wallet and slot <= sale.expires:
        raise NotAMember(
            f"Until slot {sale.expires} only its seller ends the sale: {sale.seller}.",
            hint=f"It is slot {slot} now; afterwards anybody does.",
        )
    target = token_account(sale.seller, sale.mint)
    has_account = await session.chain.account(target) is not None
    call = program.sale_cancel(
        authority=wallet,
        sale=pda.sale(workspace.repository),
        mint=sale.mint,
        escrow=token_account(pda.sale(workspace.repository), sale.mint),
        token_account=target,
        refund=sale.payer,
        token_program=TOKEN,
    )
    steps = [Step(call, (), 40_000)]
    if not has_account:
        made = create_account(session.payer.pubkey, sale.seller, sale.mint)
        steps.insert(0, Step(made, (ACCOUNT_BYTES,), 30_000))
    sent = await run(workspace, sale, steps, dry_run)
    return await _report(workspace, sale, sent, "took off sale")


async def _report(workspace: Workspace, sale: accounts.Sale, sent: Sent, action: str) -> SaleReport:
    done = sent.report(action, workspace.worktree.config().spec)
    return SaleReport(**vars(done), **vars(await terms(workspace, sale)))
