"""`federity nft`: the repository and its commits as tokens that people hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.cli.amounts import lamports
from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, group, whole
from federity.cli.output import Result, fields, short, sol, table
from federity.cli.parser import Parser
from federity.cli.transaction import transaction
from federity.errors import NotFound, ProofError

if TYPE_CHECKING:
    from federity.repository.reports.nft_reports import NftView, SaleReport, SaleView


def register(subparsers: Subparsers) -> None:
    """Add the command and its verbs."""
    parser = command(subparsers, "nft", run_list)
    verbs = group(parser, "VERB", required=False)
    mint = command(verbs, "mint", run_mint, "make the NFT of the repository, or of your commit", prices=True)
    mint.add_argument(
        "commit", nargs="?", metavar="COMMIT", help="a merged commit of yours (default: the repository)"
    )
    command(verbs, "list", run_list, "list the NFTs of this repository and who holds them")
    show = command(verbs, "show", run_show, "show one NFT")
    _which(show)
    give = command(verbs, "transfer", run_transfer, "give an NFT of yours to a wallet", prices=True)
    give.add_argument("wallet", metavar="ADDRESS", help="who gets it: address, contact or keypair file")
    _which(give)
    _sales(verbs)
    verify = command(verbs, "verify", run_verify, "recheck an NFT and what it says against the chain")
    _which(verify)


def _sales(verbs: Subparsers) -> None:
    sell = command(verbs, "sell", run_sell, "put the repository up for sale", prices=True)
    sell.add_argument("price", type=lamports, metavar="SOL", help="what it costs, in SOL, or as 5000lamports")
    sell.add_argument("--branch", help="whose authors share the price (default: the one checked out)")
    sell.add_argument(
        "--expires",
        type=whole,
        metavar="SLOT",
        help="last slot in which it can be bought (default: a week from now)",
    )
    buy = command(verbs, "buy", run_buy, "buy the repository; the payer pays its price too", prices=True)
    buy.add_argument(
        "--max-price",
        type=lamports,
        metavar="SOL",
        help="pay this at most (default: what it costs when you are asked)",
    )
    command(verbs, "cancel", run_cancel, "take the repository off sale", prices=True)
    command(verbs, "claim", run_claim, "have what your commits have earned in sales", prices=True)


def _which(parser: Parser) -> None:
    parser.add_argument(
        "nft", nargs="?", metavar="NFT", help="a commit, or a mint's address (default: the repository's)"
    )


async def run_mint(invocation: Invocation) -> Result:
    """Make an NFT."""
    args = invocation.args
    async with invocation.repository() as repository:
        report = await invocation.pay(
            f"Minting the NFT of {args.commit or 'the repository'}",
            lambda dry_run: repository.nft_mint(args.commit, dry_run=dry_run),
        )
    text = fields(
        [
            ("minted" if not args.dry_run else "would mint", report.name),
            ("mint", report.mint),
            ("owner", report.owner),
            ("description", report.uri),
            ("picture", report.image),
        ]
    )
    return invocation.priced(report, report.to_json(), text)


async def run_list(invocation: Invocation) -> Result:
    """One line an NFT."""
    called = invocation.called()
    async with invocation.repository() as repository:
        views = await repository.nfts()
    rows = [(v.name, v.kind, v.mint, called(v.author), _holder(v, called(v.holder))) for v in views]
    text = table(["nft", "of", "mint", "author", "holder"], rows) if views else "no NFT was made yet"
    return Result([view.to_json() for view in views], text)


async def run_show(invocation: Invocation) -> Result:
    """All of one."""
    async with invocation.repository() as repository:
        view = await repository.nft(invocation.args.nft)
    text = fields(
        [
            ("nft", view.name),
            ("of the", f"{view.kind} {view.subject}"),
            ("mint", view.mint),
            ("author" if view.kind == "commit" else "owner", view.author),
            ("holder", _holder(view, view.holder)),
            ("for sale", _sale(view)),
            (
                "archived",
                "nothing new begins in it" if view.sale is not None and view.sale.archived else None,
            ),
            ("description", view.uri),
        ]
    )
    return Result(view.to_json(), text)


async def run_transfer(invocation: Invocation) -> Result:
    """Give one away."""
    args = invocation.args
    async with invocation.repository() as repository:
        return await transaction(
            invocation,
            f"Giving the NFT of {args.nft or 'the repository'} to {invocation.who(args.wallet)}",
            lambda dry_run: repository.nft_transfer(args.nft, args.wallet, dry_run=dry_run),
        )


async def run_sell(invocation: Invocation) -> Result:
    """Put the repository up for sale."""
    args = invocation.args
    async with invocation.repository() as repository:
        report = await invocation.pay(
            f"Putting the repository up for sale for {sol(args.price)}",
            lambda dry_run: repository.nft_sell(
                args.price, branch=args.branch, expires=args.expires, dry_run=dry_run
            ),
        )
    return _dealt(invocation, report, [f"for {_receivers(report)}"])


async def run_buy(invocation: Invocation) -> Result:
    """Buy it, for what was shown and no more."""
    async with invocation.repository() as repository:
        sale = (await repository.nft()).sale
        if sale is None:
            raise NotFound("The repository is not for sale.")
        highest = sale.price if invocation.args.max_price is None else invocation.args.max_price
        payer = repository.workspace.session.payer.pubkey
        known = [f"for {sol(highest)} at most, for {_receivers(sale)}", f"paid by {payer}", *_archived(sale)]
        report = await invocation.pay(
            f"Buying the repository ({'; '.join(known)})",
            lambda dry_run: repository.nft_buy(highest, dry_run=dry_run),
        )
    price = f"price: {sol(report.price)}, paid by {payer}, for {_receivers(report)}"
    return _dealt(invocation, report, [price, *_archived(report)])


async def run_cancel(invocation: Invocation) -> Result:
    """Take it off sale."""
    async with invocation.repository() as repository:
        return await transaction(
            invocation,
            "Taking the repository off sale",
            lambda dry_run: repository.nft_cancel(dry_run=dry_run),
        )


async def run_claim(invocation: Invocation) -> Result:
    """Fetch one's own part of sales."""
    async with invocation.repository() as repository:
        report = await invocation.pay(
            "Claiming your part of sales", lambda dry_run: repository.nft_claim(dry_run=dry_run)
        )
    rows = [(short(row.commit), row.branch, sol(row.lamports)) for row in report.updates]
    if report.rest:
        rows.append(("rounded away", "", sol(report.rest)))
    done = "would claim" if invocation.args.dry_run else "claimed"
    text = f"{table(['commit', 'branch', 'earned'], rows)}\n{done}: {sol(report.lamports)}"
    return invocation.priced(report, report.to_json(), text)


async def run_verify(invocation: Invocation) -> Result:
    """Recheck one; a failed check is a failed command."""
    async with invocation.repository() as repository:
        report = await repository.nft_verify(invocation.args.nft)
    rows = [(check.name, check.outcome, check.detail) for check in report.checks]
    verdict = "every check passed" if report.ok else "SOME CHECKS DID NOT PASS"
    text = f"{report.name} {short(report.mint)}\n\n{table(['check', 'outcome', 'detail'], rows)}\n\n{verdict}"
    return Result(report.to_json(), text, 0 if report.ok else ProofError.exit_code)


def _holder(view: NftView, shown: str) -> str:
    if view.sale is not None:
        return f"its sale by {view.sale.seller}"
    return shown if view.holder else "nobody is known to hold it"


def _sale(view: NftView) -> str | None:
    if (sale := view.sale) is None:
        return None
    until = "was until" if sale.over else "until"
    return f"{sol(sale.price)}, {until} slot {sale.expires}, for {_receivers(sale)}"


def _receivers(sale: SaleView | SaleReport) -> str:
    """Whom the price goes to."""
    if sale.to_seller:
        return f"the seller: nothing was merged into {sale.branch}"
    return f"the authors of {sale.branch}"


def _archived(sale: SaleView | SaleReport) -> list[str]:
    return ["the repository is archived: nothing new begins in it"] if sale.archived else []


def _dealt(invocation: Invocation, report: SaleReport, more: list[str]) -> Result:
    text = "\n".join([f"{report.action} {report.subject}".rstrip(), *more])
    return invocation.priced(report, report.to_json(), text)
