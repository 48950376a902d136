"""Token-2022 as it is read here: mints with what they say and which group they are of, and who holds them.

Layouts are the program's own: a mint is 82 bytes, padded to 165, then a byte for its kind and its extensions,
each with type and length before it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from federity.errors import NotFound

__all__ = [
    "ACCOUNT_BYTES",
    "ASSOCIATED",
    "SYMBOL",
    "TOKEN",
    "Group",
    "Holding",
    "Membership",
    "Mint",
    "create_account",
    "mint_bytes",
    "token_account",
    "transfer",
]

TOKEN: Final = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
ASSOCIATED: Final = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
SYMBOL: Final = "FED"
"""Of every NFT that the program makes."""
ACCOUNT_BYTES: Final = 170
"""Of a wallet's token account, which never changes its owner."""
_ACCOUNT_BYTES: Final = 165
_MULTISIG_BYTES: Final = 355
_KIND_MINT, _KIND_ACCOUNT = 1, 2
_METADATA_POINTER, _METADATA = 18, 19
_GROUP_POINTER, _GROUP, _MEMBER_POINTER, _MEMBER = 20, 21, 22, 23
# What lets somebody beside the holder move, freeze or end a token, or say how it looks.
_FORBIDDEN: Final = {
    1: "transfer fees",
    3: "an authority that closes it",
    6: "a default state of accounts",
    9: "no transfers",
    12: "a permanent delegate",
    14: "a transfer hook",
    26: "a pause",
}


def token_account(wallet: Pubkey, mint: Pubkey) -> Pubkey:
    """The account in which a wallet keeps tokens of a mint, unless it chose another."""
    return Pubkey.find_program_address([bytes(wallet), bytes(TOKEN), bytes(mint)], ASSOCIATED)[0]


def mint_bytes(name: str, uri: str, *, member: bool) -> int:
    """Bytes of the mint that the program makes for these texts."""
    texts = len(name.encode()) + len(SYMBOL) + len(uri)
    return 302 + 2 * 4 + 32 + 32 + 4 + 3 * 4 + texts + (72 if member else 80)


def create_account(payer: Pubkey, wallet: Pubkey, mint: Pubkey) -> Instruction:
    """Make a wallet's token account, if it has none yet."""
    accounts = [
        AccountMeta(payer, is_signer=True, is_writable=True),
        AccountMeta(token_account(wallet, mint), is_signer=False, is_writable=True),
        *(
            AccountMeta(address, is_signer=False, is_writable=False)
            for address in (wallet, mint, Pubkey.default(), TOKEN)
        ),
    ]
    return Instruction(ASSOCIATED, b"\x01", accounts)


def transfer(source: Pubkey, mint: Pubkey, target: Pubkey, owner: Pubkey) -> Instruction:
    """Move the one token of an NFT from one token account to another."""
    accounts = [
        AccountMeta(source, is_signer=False, is_writable=True),
        AccountMeta(mint, is_signer=False, is_writable=False),
        AccountMeta(target, is_signer=False, is_writable=True),
        AccountMeta(owner, is_signer=True, is_writable=False),
    ]
    return Instruction(TOKEN, bytes([12]) + struct.pack("<QB", 1, 0), accounts)


@dataclass(frozen=True)
class Group:
    """What a mint says of the group that it is: whose mint, who lets members in, how many there are."""

    authority: Pubkey | None
    mint: Pubkey
    size: int
    limit: int


@dataclass(frozen=True)
class Membership:
    """What a mint says of the group that it is in: whose mint, which group, and its number there from 1."""

    mint: Pubkey
    group: Pubkey
    number: int


@dataclass(frozen=True)
class Mint:
    """A mint with its extensions. What nobody has, and what is not there, is None."""

    supply: int
    decimals: int
    mint_authority: Pubkey | None
    freeze_authority: Pubkey | None
    metadata: Pubkey | None = None
    metadata_authority: Pubkey | None = None
    update_authority: Pubkey | None = None
    described: Pubkey | None = None
    name: str = ""
    symbol: str = ""
    uri: str = ""
    group_pointer: Pubkey | None = None
    group: Group | None = None
    member_pointer: Pubkey | None = None
    member: Membership | None = None
    powers: tuple[str, ...] = ()

    @classmethod
    def decode(cls, data: bytes) -> Mint:
        """Read a mint's bytes. Raises NotFound for what is none."""
        try:
            return cls._decode(data)
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise NotFound("What is there is no mint of Token-2022.") from error

    @classmethod
    def _decode(cls, data: bytes) -> Mint:
        supply, decimals, initialised = struct.unpack_from("<QBB", data, 36)
        extended = len(data) > _ACCOUNT_BYTES
        if not initialised or (len(data) != 82 and not extended) or (extended and data[165] != _KIND_MINT):
            raise NotFound("What is there is no mint of Token-2022.")
        parts = _extensions(data)
        mint = cls(supply, decimals, _some(data[:36]), _some(data[46:82]))
        fields: dict[str, object] = {
            "powers": tuple(word for kind, word in _FORBIDDEN.items() if kind in parts)
        }
        if (pointer := parts.get(_METADATA_POINTER)) is not None:
            fields |= {"metadata_authority": _any(pointer[:32]), "metadata": _any(pointer[32:64])}
        if (text := parts.get(_METADATA)) is not None:
            name, symbol, uri = _texts(text[64:])
            fields |= {"update_authority": _any(text[:32]), "described": _any(text[32:64])}
            fields |= {"name": name, "symbol": symbol, "uri": uri}
        if (pointer := parts.get(_GROUP_POINTER)) is not None:
            fields["group_pointer"] = _any(pointer[32:64])
        if (found := parts.get(_GROUP)) is not None:
            size, limit = struct.unpack_from("<QQ", found, 64)
            fields["group"] = Group(_any(found[:32]), Pubkey(found[32:64]), size, limit)
        if (pointer := parts.get(_MEMBER_POINTER)) is not None:
            fields["member_pointer"] = _any(pointer[32:64])
        if (found := parts.get(_MEMBER)) is not None:
            (number,) = struct.unpack_from("<Q", found, 64)
            fields["member"] = Membership(Pubkey(found[:32]), Pubkey(found[32:64]), number)
        return cls(**{**mint.__dict__, **fields})


@dataclass(frozen=True)
class Holding:
    """A token account: whose, of which mint, how many tokens, and whether they are frozen."""

    mint: Pubkey
    owner: Pubkey
    amount: int
    frozen: bool

    @classmethod
    def decode(cls, data: bytes) -> Holding | None:
        """Read a token account's bytes; None for what is none."""
        if len(data) < _ACCOUNT_BYTES or len(data) == _MULTISIG_BYTES:
            return None
        if len(data) > _ACCOUNT_BYTES and data[_ACCOUNT_BYTES] != _KIND_ACCOUNT:
            return None
        (amount,) = struct.unpack_from("<Q", data, 64)
        return cls(Pubkey(data[:32]), Pubkey(data[32:64]), amount, data[108] == 2)


def _extensions(data: bytes) -> dict[int, bytes]:
    found, at = {}, _ACCOUNT_BYTES + 1
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == 0:
            break
        found[kind] = data[at + 4 : at + 4 + length]
        at += 4 + length
    return found


def _texts(data: bytes) -> list[str]:
    found, at = [], 0
    for _ in range(3):
        (length,) = struct.unpack_from("<I", data, at)
        found.append(data[at + 4 : at + 4 + length].decode())
        at += 4 + length
    return found


def _some(data: bytes) -> Pubkey | None:
    """An option of an address: four bytes that say whether, then it."""
    return Pubkey(data[4:36]) if data[0] else None


def _any(data: bytes) -> Pubkey | None:
    """An address, of which zeros stand for none."""
    return Pubkey(data[:32]) if any(data[:32]) else None
