"""Mints and token accounts of both token programs, by the programs' raw instructions."""

import base64
import hashlib
import struct

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account

from node.asking import Asked

TOKEN = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_2022 = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")


def call(program: Pubkey, data: bytes, *accounts: tuple[Pubkey, str]) -> Instruction:
    """An instruction; each account is `w`ritten or `r`ead, and with `s` signs."""
    metas = [AccountMeta(place, "s" in how, "w" in how) for place, how in accounts]
    return Instruction(program, data, metas)


def create(payer: Keypair, made: Pubkey, program: Pubkey, space: int, lamports: int) -> Instruction:
    return create_account(
        CreateAccountParams(
            from_pubkey=payer.pubkey(), to_pubkey=made, lamports=lamports, space=space, owner=program
        )
    )


async def run(ask: Asked, payer: Keypair, steps: list[Instruction], *others: Keypair) -> str:
    transaction = await ask.signed(payer, steps, *others)
    data = base64.b64encode(bytes(transaction)).decode()
    return str(await ask("sendTransaction", data, {"encoding": "base64"}))


def initialize_mint(program: Pubkey, mint: Pubkey, authority: Pubkey, decimals: int) -> Instruction:
    data = struct.pack("<BB32sB", 20, decimals, bytes(authority), 0)
    return call(program, data, (mint, "w"))


async def make_mint(ask: Asked, payer: Keypair, mint: Keypair, decimals: int = 6) -> None:
    """A plain mint of the older program."""
    rent = await ask("getMinimumBalanceForRentExemption", 82)
    place = create(payer, mint.pubkey(), TOKEN, 82, rent)
    setup = initialize_mint(TOKEN, mint.pubkey(), payer.pubkey(), decimals)
    await run(ask, payer, [place, setup], mint)


async def make_tokens(ask: Asked, payer: Keypair, mint: Pubkey, owner: Pubkey, amount: int) -> Keypair:
    """An account of the older program with so many tokens."""
    account = Keypair()
    rent = await ask("getMinimumBalanceForRentExemption", 165)
    place = create(payer, account.pubkey(), TOKEN, 165, rent)
    setup = call(TOKEN, b"\x12" + bytes(owner), (account.pubkey(), "w"), (mint, "r"))
    fill = call(
        TOKEN,
        struct.pack("<BQ", 7, amount),
        (mint, "w"),
        (account.pubkey(), "w"),
        (payer.pubkey(), "s"),
    )
    await run(ask, payer, [place, setup, fill], account)
    return account


def move(source: Pubkey, target: Pubkey, owner: Pubkey, amount: int) -> Instruction:
    """Tokens of the older program from one account to another."""
    return call(TOKEN, struct.pack("<BQ", 3, amount), (source, "w"), (target, "w"), (owner, "s"))


def text(value: str) -> bytes:
    return struct.pack("<I", len(value.encode())) + value.encode()


def interface(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:8]


async def make_nft(ask: Asked, payer: Keypair, mint: Keypair) -> None:
    """A mint of Token-2022 that is its own metadata and its own group, with one field more."""
    here, me = mint.pubkey(), payer.pubkey()
    pointers = [
        call(TOKEN_2022, bytes([39, 0]) + bytes(me) + bytes(here), (here, "w")),
        call(TOKEN_2022, bytes([40, 0]) + bytes(me) + bytes(here), (here, "w")),
        call(TOKEN_2022, bytes([41, 0]) + bytes(me) + bytes(32), (here, "w")),
    ]
    # Metadata and group are added to an account that was made for the pointers, and paid for in advance.
    rent = await ask("getMinimumBalanceForRentExemption", 700)
    place = create(payer, here, TOKEN_2022, 166 + 3 * 68, rent)
    metadata = call(
        TOKEN_2022,
        interface("spl_token_metadata_interface:initialize_account")
        + text("Digits ☃")
        + text("DGT")
        + text("https://example.org/1.json"),
        (here, "w"), (me, "r"), (here, "r"), (me, "s"),
    )  # fmt: skip
    more = call(
        TOKEN_2022,
        interface("spl_token_metadata_interface:updating_field") + b"\3" + text("commit") + text("abc"),
        (here, "w"), (me, "s"),
    )  # fmt: skip
    group = call(
        TOKEN_2022,
        interface("spl_token_group_interface:initialize_token_group")
        + bytes(me)
        + struct.pack("<Q", (1 << 64) - 1),
        (here, "w"), (here, "r"), (me, "s"),
    )  # fmt: skip
    await run(ask, payer, [place, *pointers, initialize_mint(TOKEN_2022, here, me, 0)], mint)
    await run(ask, payer, [metadata, more, group])
