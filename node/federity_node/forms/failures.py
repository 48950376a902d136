"""Failures in a node's JSON, and in the words of its log."""

from typing import Any

from federity.chain.failure import Failure

__all__ = ["error", "sentence", "status"]

_SENTENCES = {
    "AccountNotFound": "Attempt to debit an account but found no record of a prior credit.",
    "AlreadyProcessed": "This transaction has already been processed",
    "BlockhashNotFound": "Blockhash not found",
    "InsufficientFundsForFee": "Insufficient funds for fee",
    "SanitizeFailure": "Transaction failed to sanitize accounts offsets correctly",
    "SignatureFailure": "Transaction did not pass signature verification",
    "UnsupportedVersion": "Transaction version is unsupported",
}
"""In the runtime's own words (solana-transaction-error), which clients look for."""


def error(failure: Failure | None) -> Any:
    """The runtime's error as serde writes it; None for success."""
    if failure is None:
        return None
    if failure.account is not None:
        return {failure.reason: {"account_index": failure.account}}
    if failure.reason == "DuplicateInstruction":
        return {failure.reason: failure.instruction}
    if failure.instruction is None:
        return failure.reason
    inner = failure.reason if failure.code is None else {"Custom": failure.code}
    return {"InstructionError": [failure.instruction, inner]}


def status(failure: Failure | None) -> Any:
    """The older form of the same."""
    return {"Ok": None} if failure is None else {"Err": error(failure)}


def sentence(failure: Failure) -> str:
    """What a person reads."""
    if failure.code is not None:
        return f"Error processing Instruction {failure.instruction}: custom program error: {failure.code:#x}"
    if failure.instruction is not None and failure.reason != "DuplicateInstruction":
        return f"Error processing Instruction {failure.instruction}: {failure.reason}"
    return _SENTENCES.get(failure.reason, failure.reason)
