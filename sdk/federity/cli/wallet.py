"""`federity address`, `balance` and `airdrop`, as Solana's own command line has them."""

from __future__ import annotations

import argparse
from decimal import Decimal

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields, sol
from federity.text import LAMPORTS

MOST = 10**6  # SOL that are asked for at once


def register(subparsers: Subparsers) -> None:
    """Add the three commands."""
    command(subparsers, "address", run_address)
    balance = command(subparsers, "balance", run_balance)
    balance.add_argument(
        "wallet", nargs="?", metavar="ADDRESS", help="address, contact or keypair file (default: your wallet)"
    )
    add_airdrop(subparsers)


def add_airdrop(subparsers: Subparsers) -> None:
    """Add `airdrop`, which is also a verb of `key`."""
    airdrop = command(subparsers, "airdrop", run_airdrop, prices=True)
    airdrop.add_argument(
        "amount", nargs="?", type=amount, default=10 * LAMPORTS, metavar="SOL", help="(default: 10)"
    )
    airdrop.add_argument(
        "wallet", nargs="?", metavar="ADDRESS", help="address, contact or keypair file (default: who pays)"
    )


def amount(text: str) -> int:
    """Parse an amount of SOL, as lamports. Raises ArgumentTypeError."""
    try:
        lamports = Decimal(text) * LAMPORTS
        if not 1 <= lamports <= MOST * LAMPORTS:
            raise ValueError
    except (ArithmeticError, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of SOL up to {MOST}") from None
    return int(lamports)


def run_address(invocation: Invocation) -> Result:
    """The wallet's address, without asking a chain."""
    address = str(invocation.keypair(invocation.here()).read().pubkey)
    return Result({"address": address}, address)


async def run_balance(invocation: Invocation) -> Result:
    """What a wallet has."""
    async with invocation.session(invocation.here()) as session:
        named = invocation.args.wallet
        wallet = session.wallet.pubkey if named is None else session.address_of(named)
        lamports = await session.chain.balance(wallet)
    return Result({"address": str(wallet), "lamports": lamports}, sol(lamports))


async def run_airdrop(invocation: Invocation) -> Result:
    """Ask for play money."""
    async with invocation.session(invocation.here()) as session:
        named = invocation.args.wallet
        wallet = session.payer.pubkey if named is None else session.address_of(named)
        if not invocation.args.dry_run:
            await session.chain.airdrop(wallet, invocation.args.amount)
        balance = await session.chain.balance(wallet)
    text = fields([("wallet", wallet), ("balance", sol(balance))])
    return Result({"wallet": str(wallet), "lamports": balance}, text)
