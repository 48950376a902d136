"""The account at which explorers and clients look for a program's IDL, and how it gets there.

The interface of Solana's program-metadata program: https://github.com/solana-program/program-metadata (its
instructions, processors and state). Who may upgrade a program may say what its IDL is. It comes zipped, too
long for one transaction, through a buffer of whoever pays, whose address follows from payer and content: a
run that was stopped goes on where it was.
"""

import hashlib
import struct
import zlib
from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.system_program import TransferParams, transfer

from federity.chain.base import Account, ChainClient, Signer
from federity.chain.deployment import send_each
from federity.chain.loader import programdata_address

__all__ = [
    "PROGRAM",
    "address",
    "buffer_address",
    "is_written",
    "offer",
    "packed",
    "publish",
    "text_in",
    "write",
]

PROGRAM: Final = Pubkey.from_string("ProgM6JCCvbYkfKqJYHePx4xxSUSqJp7rh8Lyv7nk7S")

_HEADER: Final = 96
_SEED: Final = b"idl".ljust(16, b"\0")
_KIND: Final = bytes((1, 2, 1, 0))
"""UTF-8, zlib, JSON, and in the account itself."""

_BUFFER, _METADATA = 1, 2
_GROWTH: Final = 10_240
"""Bytes by which an account may grow in one instruction."""

_WRITE_BYTES: Final = 900
_MOST: Final = 1 << 24


def packed(text: bytes) -> bytes:
    """An IDL as it is kept."""
    return zlib.compress(text, 9)


def address(program: Pubkey) -> Pubkey:
    """Where a program's IDL is, as who may upgrade it says."""
    return Pubkey.find_program_address([bytes(program), _SEED], PROGRAM)[0]


def buffer_address(program: Pubkey, payer: Pubkey, text: bytes) -> Pubkey:
    """Where a payer's buffer for an IDL is."""
    return Pubkey.find_program_address([bytes(program), bytes(payer), _buffer_seed(text)], PROGRAM)[0]


def text_in(account: Account | None) -> bytes | None:
    """The IDL in an account; None where there is none that can be read."""
    if account is None or account.owner != PROGRAM or len(account.data) < _HEADER:
        return None
    size = int.from_bytes(account.data[87:91], "little")
    if account.data[0] != _METADATA or account.data[83:87] != _KIND:
        return None
    try:
        return zlib.decompressobj().decompress(account.data[_HEADER : _HEADER + size], _MOST)
    except zlib.error:
        return None


def is_written(account: Account | None, text: bytes) -> bool:
    """Whether a buffer holds all of an IDL."""
    data = b"" if account is None or account.owner != PROGRAM else account.data
    return data[:1] == bytes([_BUFFER]) and data[_HEADER:] == packed(text)


async def write(chain: ChainClient, payer: Signer, program: Pubkey, text: bytes) -> Pubkey:
    """Write an IDL into the payer's buffer, or what is missing there; its address. Raises ChainError."""
    me, data, buffer = payer.pubkey, packed(text), buffer_address(program, payer.pubkey, text)
    (found,) = await chain.accounts([buffer])
    there = b""
    if found is not None and found.owner == PROGRAM:
        there = found.data[_HEADER:]
    else:
        rent = await chain.rent(_HEADER + len(data))
        await chain.send([_pay(me, buffer, rent), _allocate(program, buffer, me, text)], payer=payer)
    missing = len(data) - len(there)
    if missing > 0:
        await chain.send([_extend(buffer, me, size) for size in _growing(missing)], payer=payer)
    there = there.ljust(len(data), b"\0")
    pieces = (slice(at, at + _WRITE_BYTES) for at in range(0, len(data), _WRITE_BYTES))
    steps = (_write(buffer, me, part.start, data[part]) for part in pieces if there[part] != data[part])
    await send_each(chain, payer, steps)
    return buffer


async def offer(chain: ChainClient, payer: Signer, program: Pubkey, text: bytes) -> None:
    """Write an IDL for who may upgrade the program to set, and pay for its room. Raises ChainError."""
    await write(chain, payer, program, text)
    _, steps = await _paid(chain, payer.pubkey, address(program), text)
    if steps:
        await chain.send(steps, payer=payer)


async def _paid(
    chain: ChainClient, payer: Pubkey, place: Pubkey, text: bytes
) -> tuple[Account | None, list[Instruction]]:
    """The account where the IDL is to be, and what pays for the room that it needs."""
    (found,) = await chain.accounts([place])
    held = 0 if found is None else found.lamports
    lacking = await chain.rent(_HEADER + len(packed(text))) - held
    return found, [_pay(payer, place, lacking)] if lacking > 0 else []


async def publish(chain: ChainClient, payer: Signer, program: Pubkey, text: bytes) -> None:
    """Make an IDL the program's, in one transaction once it is written. Raises ChainError."""
    buffer, place, me = await write(chain, payer, program, text), address(program), payer.pubkey
    found, steps = await _paid(chain, me, place, text)
    size = 0 if found is None else len(found.data)
    if size == 0:
        steps.append(_initialize(program, place, me))
        size = _HEADER + 1
    grown = _HEADER + len(packed(text)) - size - _GROWTH  # setting it grows it by as much once more
    steps += [_extend(place, me, step, program) for step in _growing(grown)]
    steps.append(_set_data(program, place, me, buffer))
    steps.append(_close(buffer, me))
    await chain.send(steps, payer=payer)


def _growing(size: int) -> list[int]:
    """The steps in which an account grows by so many bytes."""
    return [min(_GROWTH, size - at) for at in range(0, size, _GROWTH)]


def _buffer_seed(text: bytes) -> bytes:
    return hashlib.sha256(packed(text)).digest()[:16]


def _pay(payer: Pubkey, to: Pubkey, lamports: int) -> Instruction:
    return transfer(TransferParams(from_pubkey=payer, to_pubkey=to, lamports=lamports))


# In a place that stays empty, the program's own address stands.


def _allocate(program: Pubkey, buffer: Pubkey, payer: Pubkey, text: bytes) -> Instruction:
    # Without the program's data, the buffer is the payer's, whoever may upgrade the program.
    return _instruction(7, _buffer_seed(text), buffer, payer, program, PROGRAM, SYSTEM_PROGRAM)


def _extend(place: Pubkey, authority: Pubkey, size: int, program: Pubkey | None = None) -> Instruction:
    return _instruction(8, struct.pack("<H", size), place, authority, *_of(program))


def _write(buffer: Pubkey, authority: Pubkey, offset: int, piece: bytes) -> Instruction:
    return _instruction(0, struct.pack("<I", offset) + piece, buffer, authority, PROGRAM)


def _initialize(program: Pubkey, place: Pubkey, authority: Pubkey) -> Instruction:
    # With a byte in it: what it is to hold is set by the same transaction.
    return _instruction(1, _SEED + _KIND + b"\0", place, authority, *_of(program), SYSTEM_PROGRAM)


def _set_data(program: Pubkey, place: Pubkey, authority: Pubkey, buffer: Pubkey) -> Instruction:
    return _instruction(3, _KIND, place, authority, buffer, *_of(program))


def _close(buffer: Pubkey, authority: Pubkey) -> Instruction:
    made = _instruction(6, b"", buffer, authority, *_of(None))
    return Instruction(PROGRAM, made.data, [*made.accounts, AccountMeta(authority, False, True)])


def _of(program: Pubkey | None) -> tuple[Pubkey, Pubkey]:
    """A program and what says who may upgrade it; nothing for a buffer, which has an owner of its own."""
    return (PROGRAM, PROGRAM) if program is None else (program, programdata_address(program))


def _instruction(tag: int, data: bytes, place: Pubkey, authority: Pubkey, *others: Pubkey) -> Instruction:
    accounts = [AccountMeta(place, False, True), AccountMeta(authority, True, False)]
    return Instruction(
        PROGRAM, bytes([tag]) + data, [*accounts, *(AccountMeta(one, False, False) for one in others)]
    )
