"""Building and signing transactions, the same for every adapter."""

from collections.abc import Sequence

from solders.compute_budget import ID as COMPUTE_BUDGET
from solders.compute_budget import set_compute_unit_limit
from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import Message, MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from federity.chain.base import PACKET_BYTES, Prepared, Signer
from federity.errors import TransactionRefused

DEFAULT_UNITS = 200_000
"""Compute units the runtime grants each instruction that asks for none."""

MAXIMUM_UNITS = 1_400_000
"""Compute units one transaction may ask for."""


def with_units(instructions: Sequence[Instruction], units: int) -> list[Instruction]:
    """Prepend a compute unit limit, unless the caller set one."""
    if any(instruction.program_id == COMPUTE_BUDGET for instruction in instructions):
        return list(instructions)
    return [set_compute_unit_limit(units), *instructions]


def budgeted(instructions: Sequence[Instruction], used: int) -> list[Instruction]:
    """Add a limit when `used` compute units, with a tenth to spare, exceed what is granted without asking.

    The spare tenth is for what moves between simulation and execution, such as the bumps of fresh addresses.
    """
    needed = used + used // 10
    if needed <= DEFAULT_UNITS * len(instructions):
        return list(instructions)
    return with_units(instructions, min(needed, MAXIMUM_UNITS))


def compile_message(instructions: Sequence[Instruction], payer: Pubkey, blockhash: Hash) -> MessageV0:
    """Lay out a version 0 message without lookup tables. Raises TransactionRefused when it names too much."""
    try:
        return MessageV0.try_compile(payer, list(instructions), [], blockhash)
    except Exception as error:
        raise TransactionRefused("TooLarge", f"The transaction cannot be built: {error}.") from error


def writable(message: Message | MessageV0) -> list[Pubkey]:
    """The addresses that a message asks to write, by its header; those of lookup tables are not known."""
    header, keys = message.header, message.account_keys
    signed = header.num_required_signatures
    first = keys[: signed - header.num_readonly_signed_accounts]
    return [*first, *keys[signed : len(keys) - header.num_readonly_unsigned_accounts]]


def unsigned(message: Message | MessageV0) -> VersionedTransaction:
    """A transaction with zeroes for signatures, to be simulated."""
    return VersionedTransaction.populate(
        message, [Signature.default()] * message.header.num_required_signatures
    )


def fits(transaction: VersionedTransaction) -> bool:
    """Whether a cluster takes a transaction of this size."""
    return len(bytes(transaction)) <= PACKET_BYTES


def sign(message: MessageV0, payer: Signer, signers: Sequence[Signer]) -> Prepared:
    """Collect the signatures a message asks for.

    Raises TransactionRefused when a signer is missing or the signed transaction exceeds 1,232 bytes.
    """
    by_key = {signer.pubkey: signer for signer in (payer, *signers)}
    payload = to_bytes_versioned(message)
    signatures = []
    for key in message.account_keys[: message.header.num_required_signatures]:
        signer = by_key.get(key)
        if signer is None:
            raise TransactionRefused(
                "MissingRequiredSignature", f"The transaction needs a signature of {key}."
            )
        signatures.append(signer.sign(payload))
    transaction = VersionedTransaction.populate(message, signatures)
    if not fits(transaction):
        raise TransactionRefused(
            "TooLarge",
            f"The transaction has {len(bytes(transaction))} bytes; a cluster takes {PACKET_BYTES}.",
        )
    return Prepared(signatures[0], bytes(transaction), str(message.recent_blockhash))
