"""`federity whoami`: which wallet acts, who pays, where, and with how much."""

from __future__ import annotations

from contextlib import suppress

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields, sol
from federity.cli.parties import Parties
from federity.errors import NotFound
from federity.masking import shown_url


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    command(subparsers, "whoami", run)


async def run(invocation: Invocation) -> Result:
    """Ask the chain for balances; inside a working copy also for role, owner and who holds its NFT."""
    role = owner = holder = held = None
    here = invocation.here()
    if here is None:
        invocation.console.detail("not in a working copy, so there is no role to show")
    async with invocation.session(here) as session:
        wallet = str(session.wallet.pubkey)
        balance = await session.chain.balance(session.payer.pubkey)
        if here is not None:
            async with invocation.repository() as repository:
                members = await repository.members()
                role = next((m.role for m in members if wallet in {m.wallet, m.delegate}), None)
                owner = next((m.wallet for m in members if m.role == "owner"), None)
                with suppress(NotFound):
                    nft = await repository.nft()
                    holder = nft.holder
                    held = holder if nft.sale is None else f"its sale by {nft.sale.seller}"
        parties = Parties.of(session)
    document = {
        "wallet": wallet,
        "url": shown_url(session.url),
        "lamports": balance,
        "role": role,
        "owner": owner,
        "holder": holder,
        **parties.to_json(),
    }
    text = fields(
        [
            ("balance", sol(balance)),
            ("chain", shown_url(session.url)),
            ("role", role or ("none in this repository" if here is not None else None)),
            ("owner", owner),
            ("nft held by", held),
        ]
    )
    return Result(document, f"{parties.text()}\n{text}")
