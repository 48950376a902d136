"""Instructions of Solana's upgradeable loader, by which programs reach a cluster.

The loader's own interface: https://docs.rs/solana-loader-v3-interface (its state and instruction enums, in
bincode).
"""

import hashlib
import struct
from dataclasses import dataclass
from functools import lru_cache

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.system_program import (
    CreateAccountParams,
    CreateAccountWithSeedParams,
    create_account,
    create_account_with_seed,
)
from solders.sysvar import CLOCK, RENT

__all__ = [
    "LOADER",
    "ProgramData",
    "buffer_address",
    "chunks",
    "create_buffer",
    "deploy",
    "deployed_in",
    "extend",
    "programdata_address",
    "read_buffer",
    "read_programdata",
    "set_authority",
    "upgrade",
    "write",
]

LOADER = Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")
BUFFER_HEADER = 37
PROGRAM_BYTES = 36
PROGRAMDATA_HEADER = 45
_SEED_BYTES = 32
WRITE_BYTES = 1000
"""Code bytes in one writing transaction: what a packet leaves when the authority itself pays."""


@dataclass(frozen=True, slots=True)
class ProgramData:
    """A deployed program: the slot of its last deployment, who may upgrade it (None: nobody), and its room.

    `code` is the room's content: the ELF, then zeroes.
    """

    slot: int
    authority: Pubkey | None
    code: bytes


@lru_cache(maxsize=64)
def programdata_address(program: Pubkey) -> Pubkey:
    """Where the loader keeps a program's code."""
    return Pubkey.find_program_address([bytes(program)], LOADER)[0]


def read_programdata(data: bytes) -> ProgramData:
    """Decode the account at `programdata_address`. Raises ValueError for another kind of account."""
    if len(data) < PROGRAMDATA_HEADER:
        raise ValueError("this account holds no program's code")
    kind, slot, has_authority = struct.unpack_from("<IQB", data)
    if kind != 3:
        raise ValueError("this account holds no program's code")
    authority = Pubkey.from_bytes(data[13:PROGRAMDATA_HEADER]) if has_authority else None
    return ProgramData(slot, authority, data[PROGRAMDATA_HEADER:])


def deployed_in(data: bytes, slot: int) -> bytes:
    """An account at `programdata_address` with another slot for its last deployment."""
    return data[:4] + slot.to_bytes(8, "little") + data[12:]


def buffer_address(authority: Pubkey, code: bytes) -> Pubkey:
    """Where an authority's buffer for some code is: the same each time, so that a writer that was stopped
    goes on, and nobody pays for a second one.
    """
    return Pubkey.create_with_seed(authority, _seed(code), LOADER)


def _seed(code: bytes) -> str:
    return hashlib.sha256(code).hexdigest()[:_SEED_BYTES]


def create_buffer(*, authority: Pubkey, code: bytes, lamports: int) -> list[Instruction]:
    """Make the empty buffer at `buffer_address`, paid by the authority, holding the rent `lamports`."""
    buffer = buffer_address(authority, code)
    place = create_account_with_seed(
        CreateAccountWithSeedParams(
            from_pubkey=authority,
            to_pubkey=buffer,
            base=authority,
            seed=_seed(code),
            lamports=lamports,
            space=BUFFER_HEADER + len(code),
            owner=LOADER,
        )
    )
    claim = _instruction(0, b"", [AccountMeta(buffer, False, True), AccountMeta(authority, False, False)])
    return [place, claim]


def read_buffer(data: bytes) -> tuple[Pubkey | None, bytes]:
    """Who may write a buffer and upgrade from it, and what is in it. Raises ValueError for what is none."""
    if len(data) < BUFFER_HEADER or data[:4] != b"\1\0\0\0":
        raise ValueError("this account is no buffer")
    authority = Pubkey.from_bytes(data[5:BUFFER_HEADER]) if data[4] else None
    return authority, data[BUFFER_HEADER:]


def set_authority(*, place: Pubkey, authority: Pubkey, to: Pubkey | None) -> Instruction:
    """Hand a buffer, or the program whose `programdata_address` it is, to somebody else; None: to nobody."""
    accounts = [AccountMeta(place, False, True), AccountMeta(authority, True, False)]
    return _instruction(4, b"", [*accounts, *([AccountMeta(to, False, False)] if to else [])])


def chunks(code: bytes) -> list[tuple[int, bytes]]:
    """The code cut into pieces that one transaction carries, with their offsets."""
    return [(at, code[at : at + WRITE_BYTES]) for at in range(0, len(code), WRITE_BYTES)]


def write(*, buffer: Pubkey, authority: Pubkey, offset: int, piece: bytes) -> Instruction:
    """Write a piece of code into a buffer."""
    accounts = [AccountMeta(buffer, False, True), AccountMeta(authority, True, False)]
    return _instruction(1, struct.pack("<IQ", offset, len(piece)) + piece, accounts)


def deploy(
    *, payer: Pubkey, program: Pubkey, buffer: Pubkey, authority: Pubkey, room: int, lamports: int
) -> list[Instruction]:
    """Make a program of a full buffer, with `room` bytes for code; `lamports` is the program's rent."""
    place = create_account(
        CreateAccountParams(
            from_pubkey=payer, to_pubkey=program, lamports=lamports, space=PROGRAM_BYTES, owner=LOADER
        )
    )
    accounts = [
        AccountMeta(payer, True, True),
        AccountMeta(programdata_address(program), False, True),
        AccountMeta(program, False, True),
        AccountMeta(buffer, False, True),
        AccountMeta(RENT, False, False),
        AccountMeta(CLOCK, False, False),
        AccountMeta(SYSTEM_PROGRAM, False, False),
        AccountMeta(authority, True, False),
    ]
    return [place, _instruction(2, struct.pack("<Q", room), accounts)]


def upgrade(*, program: Pubkey, buffer: Pubkey, authority: Pubkey, spill: Pubkey) -> Instruction:
    """Replace a program's code by a full buffer's; the buffer's lamports go to `spill`."""
    accounts = [
        AccountMeta(programdata_address(program), False, True),
        AccountMeta(program, False, True),
        AccountMeta(buffer, False, True),
        AccountMeta(spill, False, True),
        AccountMeta(RENT, False, False),
        AccountMeta(CLOCK, False, False),
        AccountMeta(authority, True, False),
    ]
    return _instruction(3, b"", accounts)


def extend(*, program: Pubkey, payer: Pubkey, additional: int) -> Instruction:
    """Give a program more room."""
    accounts = [
        AccountMeta(programdata_address(program), False, True),
        AccountMeta(program, False, True),
        AccountMeta(SYSTEM_PROGRAM, False, False),
        AccountMeta(payer, True, True),
    ]
    return _instruction(6, struct.pack("<I", additional), accounts)


def _instruction(tag: int, data: bytes, accounts: list[AccountMeta]) -> Instruction:
    return Instruction(LOADER, struct.pack("<I", tag) + data, accounts)
