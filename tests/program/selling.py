"""The shortest way to a sale: list, buy, cancel, claim and sweep."""

from __future__ import annotations

from typing import Any

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity.chain import pda
from federity.chain.token import ASSOCIATED, TOKEN, token_account
from program.tokens import create_account
from program.world import Sent, World

__all__ = ["PRICE", "buy", "cancel", "claim_share", "lamports", "list_", "sweep"]

PRICE = 5_000_000_000


def list_(
    world: World,
    by: Keypair | None = None,
    *,
    price: int = PRICE,
    slots: int = 50,
    **other: Pubkey,
) -> Sent:
    """Put the repository's NFT up for sale; `other` are accounts in the place of the usual ones."""
    by = by or world.owner
    mint = pda.mint(world.repository)
    accounts: dict[str, Any] = {
        "payer": world.payer.pubkey(),
        "authority": by.pubkey(),
        "repository": world.repository,
        "branch": world.branch,
        "sale": pda.sale(world.repository),
        "purse": pda.purse(world.branch),
        "mint": mint,
        "token_account": token_account(by.pubkey(), mint),
        "escrow": token_account(pda.sale(world.repository), mint),
        "token_program": TOKEN,
        "associated_program": ASSOCIATED,
    }
    call = instructions.sale_list(**(accounts | other), price=price, expires=world.slot + slots)
    return world.send(call, signers=[by])


def buy(world: World, who: Keypair, *, highest: int = PRICE, **other: Pubkey) -> Sent:
    """Buy it, into a token account that is there."""
    mint, sale = pda.mint(world.repository), pda.sale(world.repository)
    seller = world.account(world.repository).owner
    if world.data(token_account(who.pubkey(), mint)) is None:
        World.send(world, create_account(world, who.pubkey(), mint))
        world.sent.pop()
    accounts: dict[str, Any] = {
        "payer": world.payer.pubkey(),
        "authority": who.pubkey(),
        "repository": world.repository,
        "branch": world.branch,
        "sale": sale,
        "purse": pda.purse(world.branch),
        "mint": mint,
        "escrow": token_account(sale, mint),
        "token_account": token_account(who.pubkey(), mint),
        "seller": seller,
        "refund": world.payer.pubkey(),
        "member": world.member(who),
        "token_program": TOKEN,
    }
    call = instructions.sale_buy(**(accounts | other), max_price=highest)
    return world.send(call, signers=[who])


def cancel(world: World, by: Keypair, **other: Pubkey) -> Sent:
    """End it."""
    mint, sale = pda.mint(world.repository), pda.sale(world.repository)
    seller = world.account(world.repository).owner
    accounts: dict[str, Any] = {
        "authority": by.pubkey(),
        "sale": sale,
        "mint": mint,
        "escrow": token_account(sale, mint),
        "token_account": token_account(seller, mint),
        "refund": world.payer.pubkey(),
        "token_program": TOKEN,
    }
    return world.send(instructions.sale_cancel(**(accounts | other)), signers=[by])


def claim_share(world: World, commit: Pubkey, **other: Pubkey) -> Sent:
    """Pay the author of an update what it has earned."""
    account = world.account(commit)
    accounts: dict[str, Any] = {
        "branch": account.branch,
        "round": account.held_by,
        "commit": commit,
        "purse": pda.purse(account.branch),
        "author": account.author,
    }
    return world.send(instructions.sale_claim(**(accounts | other)))


def sweep(world: World, branch: Pubkey, **other: Pubkey) -> Sent:
    """Pay the owner what was rounded away."""
    accounts: dict[str, Any] = {
        "repository": world.repository,
        "purse": pda.purse(branch),
        "owner": world.account(world.repository).owner,
    }
    return world.send(instructions.sale_sweep(**(accounts | other)))


def lamports(world: World, address: Pubkey) -> int:
    """What an account holds."""
    return int(world.svm.get_balance(address) or 0)
