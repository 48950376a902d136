"""What a message's transaction costs, as the runtime reckons it (agave's `compute-budget-instruction`)."""

import struct

from solders.compute_budget import ID as COMPUTE_BUDGET
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from federity.chain.transaction import DEFAULT_UNITS, MAXIMUM_UNITS

__all__ = ["fee"]

LAMPORTS_A_SIGNATURE = 5000
BUILTIN_UNITS = 3000
_MICRO = 1_000_000
BUILTINS = {
    COMPUTE_BUDGET,
    SYSTEM_PROGRAM,
    *map(
        Pubkey.from_string,
        (
            "BPFLoader1111111111111111111111111111111111",
            "BPFLoader2111111111111111111111111111111111",
            "BPFLoaderUpgradeab1e11111111111111111111111",
            "Ed25519SigVerify111111111111111111111111111",
            "KeccakSecp256k11111111111111111111111111111",
            "LoaderV411111111111111111111111111111111111",
            "Vote111111111111111111111111111111111111111",
        ),
    ),
}
"""Programs that are a part of the runtime: an instruction of theirs is granted less without asking."""


def fee(message: Message | MessageV0) -> int:
    """Lamports: the base fee, and the price of the compute units that are asked for or granted."""
    limit, price, granted = None, 0, 0
    keys = message.account_keys
    for call in message.instructions:
        data, index = bytes(call.data), call.program_id_index
        program = keys[index] if index < len(keys) else None
        granted += BUILTIN_UNITS if program in BUILTINS else DEFAULT_UNITS
        if program == COMPUTE_BUDGET and data[:1] == b"\2" and len(data) == 5:
            limit = struct.unpack("<I", data[1:])[0]
        elif program == COMPUTE_BUDGET and data[:1] == b"\3" and len(data) == 9:
            price = struct.unpack("<Q", data[1:])[0]
    units = min(granted if limit is None else limit, MAXIMUM_UNITS)
    base = LAMPORTS_A_SIGNATURE * message.header.num_required_signatures
    return base + -(-price * units // _MICRO)
