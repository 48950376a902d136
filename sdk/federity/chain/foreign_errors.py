"""Errors that others raise inside a transaction: the system program, Anchor, and the runtime itself.

The program's own errors start at 6000 and are generated from its IDL.
"""

from __future__ import annotations

from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from federity._generated.program import PROGRAM_ID

__all__ = ["INSUFFICIENT", "RUNTIME", "foreign_error"]

# The system program's `ResultWithNegativeLamports`.
INSUFFICIENT = 1

# solana-system-interface, `SystemError`.
_SYSTEM = {
    0: ("AccountAlreadyInUse", "An account that this makes is there already: it was done before."),
    INSUFFICIENT: (
        "ResultWithNegativeLamports",
        "The paying wallet has too little SOL for what the transaction transfers or creates.",
    ),
    2: ("InvalidProgramId", "An account cannot be given to that program."),
    3: ("InvalidAccountDataLength", "An account cannot have that many bytes."),
    4: ("MaxSeedLengthExceeded", "A seed of an address is too long."),
    5: ("AddressWithSeedMismatch", "An address is not the one that its seed gives."),
    6: ("NonceNoRecentBlockhashes", "There is no recent block for a nonce."),
    7: ("NonceBlockhashNotExpired", "The nonce cannot move on yet."),
    8: ("NonceUnexpectedBlockhashValue", "The nonce is another one than the transaction names."),
}

# Anchor's numbers, which its version 2 keeps from version 1 (anchor-lang, `ErrorCode`).
_ANCHOR = {
    2000: ("ConstraintMut", "An account that this changes was handed over to be read only."),
    2001: ("ConstraintHasOne", "Two accounts of the transaction do not belong together."),
    2002: ("ConstraintSigner", "A wallet that has to sign did not."),
    2003: ("ConstraintRaw", "An account is not in the state that this needs."),
    2004: ("ConstraintOwner", "An account is another program's."),
    2005: ("ConstraintRentExempt", "An account holds too little SOL for its size."),
    2006: ("ConstraintSeeds", "An account's address is not the one that its seeds give."),
    2007: ("ConstraintExecutable", "An account that should be a program is none."),
    2011: ("ConstraintClose", "An account cannot be closed to that address."),
    2012: ("ConstraintAddress", "An account has another address than the one that this needs."),
    2013: ("ConstraintZero", "An account that should be new is in use."),
    2019: ("ConstraintSpace", "An account has another size than the one that this needs."),
    2020: ("ConstraintAccountIsNone", "An account that this needs was left out."),
    2040: (
        "ConstraintDuplicateMutableAccount",
        "The same account stands in two places: nobody does this to themselves.",
    ),
    2500: ("RequireViolated", "A condition of the program does not hold."),
    2501: ("RequireEqViolated", "Two values that should be equal differ."),
    2502: ("RequireKeysEqViolated", "Two addresses that should be equal differ."),
    2503: ("RequireNeqViolated", "Two values that should differ are equal."),
    2504: ("RequireKeysNeqViolated", "Two addresses that should differ are equal."),
    2505: ("RequireGtViolated", "A value is not above its bound."),
    2506: ("RequireGteViolated", "A value is below its bound."),
    3000: ("AccountDiscriminatorAlreadySet", "An account that this makes is there already."),
    3001: ("AccountDiscriminatorNotFound", "An account that this needs is empty."),
    3002: ("AccountDiscriminatorMismatch", "An account is of another kind than this needs."),
    3003: ("AccountDidNotDeserialize", "An account's bytes cannot be read."),
    3004: ("AccountDidNotSerialize", "An account's bytes cannot be written."),
    3005: ("AccountNotEnoughKeys", "The transaction names fewer accounts than this needs."),
    3006: ("AccountNotMutable", "An account that this changes was handed over to be read only."),
    3007: ("AccountOwnedByWrongProgram", "An account is another program's."),
    3008: ("InvalidProgramId", "Another program was named than the one that this calls."),
    3009: ("InvalidProgramExecutable", "An account that should be a program is none."),
    3010: ("AccountNotSigner", "A wallet that has to sign did not."),
    3011: ("AccountNotSystemOwned", "An account that should be a wallet is a program's."),
    3012: ("AccountNotInitialized", "An account that this needs is not there (yet)."),
    3013: ("AccountNotProgramData", "An account is not a program's code."),
    3014: ("AccountNotAssociatedTokenAccount", "An account is not the token account of that wallet."),
    3015: ("AccountSysvarMismatch", "An account is not the system variable that this reads."),
    3016: ("AccountReallocExceedsLimit", "An account cannot grow by that much at once."),
    3017: ("AccountDuplicateReallocs", "The same account is resized twice."),
}

# The runtime's own refusals of an instruction, which have names and no numbers.
RUNTIME = {
    "AccountAlreadyInitialized": "An account that this makes is there already.",
    "AccountDataTooSmall": "An account has fewer bytes than this needs.",
    "ComputationalBudgetExceeded": "The transaction needs more compute units than it may use.",
    "IllegalOwner": "An account is another program's.",
    "IncorrectProgramId": "Another program was named than the one that this calls.",
    "InvalidAccountData": "An account is of another kind than this needs, or its bytes cannot be read.",
    "InvalidAccountOwner": "An account that the program needs does not exist, or is another program's.",
    "InvalidInstructionData": "The program does not know this instruction: it is of another version.",
    "InvalidSeeds": "An account's address is not the one that its seeds give.",
    "MissingAccount": "The transaction names fewer accounts than this needs.",
    "MissingRequiredSignature": "A signature that the program needs is missing.",
    "NotEnoughAccountKeys": "The transaction names fewer accounts than this needs.",
    "ProgramFailedToComplete": "The program stopped half-way; nothing of the transaction stays.",
    "UninitializedAccount": "An account that this needs is not there (yet).",
    "UnsupportedProgramId": "There is no program at the address that the transaction calls.",
}


def foreign_error(code: int, program: Pubkey | None, logs: tuple[str, ...]) -> tuple[str, str] | None:
    """Name and sentence of an error number that is not the program's own; None when nobody knows it.

    The system program's small numbers count as its own where it was called: by the transaction, by our
    program (whose numbers start at 6000), or by one whose log says so.
    """
    said = f"Program {SYSTEM_PROGRAM} failed: custom program error: {hex(code)}"
    if code in _SYSTEM and (program in {SYSTEM_PROGRAM, PROGRAM_ID} or said in logs):
        return _SYSTEM[code]
    return _ANCHOR.get(code) if program == PROGRAM_ID else None
