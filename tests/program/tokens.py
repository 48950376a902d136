"""The shortest way to an NFT, and Token-2022 as its holders use it: by the bytes that any wallet sends."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions, types
from federity.chain import pda, token
from federity.chain.token import ASSOCIATED, TOKEN, Mint, token_account
from program.world import Sent, World

__all__ = [
    "HASH",
    "PLACE",
    "burn",
    "claim",
    "claim_while_lent",
    "create_account",
    "held",
    "mint_commit",
    "mint_of",
    "mint_repository",
    "moved",
    "transfer",
]

HASH = b"\x07" * 32
PLACE = types.BlobLocation(tag=2, id=b"\x08" * 32)


def mint_repository(
    world: World,
    by: Keypair | None = None,
    *,
    mint: Pubkey | None = None,
    program: Pubkey = TOKEN,
    associated: Pubkey = ASSOCIATED,
    location: types.BlobLocation = PLACE,
) -> Sent:
    """Make the repository's NFT."""
    by = by or world.owner
    mint = mint or pda.mint(world.repository)
    call = instructions.nft_mint_repository(
        payer=world.payer.pubkey(),
        authority=by.pubkey(),
        repository=world.repository,
        mint=mint,
        token_account=token_account(by.pubkey(), mint),
        token_program=program,
        associated_program=associated,
        blob_hash=HASH,
        location=location,
    )
    return world.send(call, signers=[by])


def mint_commit(
    world: World,
    commit: Pubkey,
    by: Keypair,
    *,
    round_: Pubkey | None = None,
    mint: Pubkey | None = None,
    group: Pubkey | None = None,
    program: Pubkey = TOKEN,
    repository: Pubkey | None = None,
) -> Sent:
    """Make the NFT of an update, shown with its round, or of an operation."""
    mint = mint or pda.mint(commit)
    call = instructions.nft_mint_commit(
        payer=world.payer.pubkey(),
        authority=by.pubkey(),
        repository=repository or world.repository,
        commit=commit,
        round=round_,
        mint=mint,
        group=group or pda.mint(world.repository),
        token_account=token_account(by.pubkey(), mint),
        token_program=program,
        associated_program=ASSOCIATED,
        blob_hash=HASH,
        location=PLACE,
    )
    return world.send(call, signers=[by])


def claim(world: World, who: Keypair, account: Pubkey | None = None) -> Sent:
    """Claim the repository as the holder of its NFT."""
    return world.send(_claiming(world, who, account), signers=[who])


def claim_while_lent(world: World, mint: Pubkey, lender: Keypair, borrower: Keypair) -> None:
    """Claim the repository with its NFT lent for that one transaction."""
    World.send(world, create_account(world, borrower.pubkey(), mint))
    world.send(
        moved(mint, lender, borrower.pubkey()),
        _claiming(world, borrower),
        moved(mint, borrower, lender.pubkey()),
        signers=[lender, borrower],
    )


def _claiming(world: World, who: Keypair, account: Pubkey | None = None) -> Instruction:
    return instructions.repository_claim(
        payer=world.payer.pubkey(),
        authority=who.pubkey(),
        repository=world.repository,
        token_account=account or token_account(who.pubkey(), pda.mint(world.repository)),
        member=world.member(who),
    )


@dataclass(frozen=True)
class Minted:
    """A mint as Token-2022 holds it."""

    mint: Mint
    lamports: int
    size: int


def mint_of(world: World, subject: Pubkey) -> Minted:
    """The mint of a repository's or commit's NFT."""
    found = world.svm.get_account(pda.mint(subject))
    assert found is not None and found.owner == TOKEN
    return Minted(Mint.decode(bytes(found.data)), found.lamports, len(found.data))


def held(world: World, wallet: Pubkey, mint: Pubkey) -> int:
    """How many tokens a wallet holds."""
    data = world.data(token_account(wallet, mint))
    return 0 if data is None else int(struct.unpack_from("<Q", data, 64)[0])


def create_account(world: World, wallet: Pubkey, mint: Pubkey) -> Instruction:
    """The wallet's token account, if it has none yet."""
    return token.create_account(world.payer.pubkey(), wallet, mint)


def moved(mint: Pubkey, source: Keypair, to: Pubkey) -> Instruction:
    """The token's way from one wallet to another."""
    accounts = (token_account(wallet, mint) for wallet in (source.pubkey(), to))
    return token.transfer(next(accounts), mint, next(accounts), source.pubkey())


def transfer(world: World, mint: Pubkey, source: Keypair, to: Pubkey) -> None:
    """Give the token away, as a wallet does: no call of the program's."""
    World.send(world, create_account(world, to, mint), moved(mint, source, to), signers=[source])
    world.sent.pop()


def burn(world: World, mint: Pubkey, holder: Keypair) -> None:
    """Destroy the token."""
    accounts = [
        AccountMeta(token_account(holder.pubkey(), mint), False, True),
        AccountMeta(mint, False, True),
        AccountMeta(holder.pubkey(), True, False),
    ]
    World.send(world, Instruction(TOKEN, b"\x08" + struct.pack("<Q", 1), accounts), signers=[holder])
