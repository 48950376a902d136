"""Why a transaction failed, in one form for every adapter, and the error it is raised as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.transaction_status import (
    InstructionErrorCustom,
    TransactionErrorDuplicateInstruction,
    TransactionErrorInstructionError,
    TransactionErrorInsufficientFundsForRent,
    TransactionErrorProgramExecutionTemporarilyRestricted,
    TransactionErrorType,
)

from federity._generated.errors import ERRORS
from federity.chain.foreign_errors import INSUFFICIENT, RUNTIME, foreign_error
from federity.errors import InsufficientFunds, TransactionRefused, program_error

__all__ = ["Failure", "failure_of", "told_failure"]

_SENTENCES = {
    "AlreadyProcessed": "The transaction has run already.",
    "BlockhashNotFound": "The transaction is too old, or was made for another chain.",
    "SanitizeFailure": "These bytes are no transaction.",
    "SignatureFailure": "A signature of the transaction does not verify.",
    "TooLarge": "The transaction has more bytes than a cluster takes.",
    "UnsupportedVersion": "The embedded chain takes transactions without lookup tables only.",
}
_NO_FUNDS = {
    "AccountNotFound": "The paying wallet has no SOL.",
    "InsufficientFundsForFee": "The paying wallet cannot pay the transaction's fee.",
    "InsufficientFundsForRent": "The paying wallet would be left with less than an account must hold.",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a transaction failed.

    `reason` is the runtime's name (`Custom` for a program's own error, whose number is `code`);
    `instruction` the index of the failing instruction and `program` its program, None when the transaction
    failed as a whole; `account` the index of the account that it failed for, where the runtime says so.
    """

    reason: str
    instruction: int | None = None
    program: Pubkey | None = None
    code: int | None = None
    account: int | None = None

    @property
    def name(self) -> str:
        """The program's name of the error, or the runtime's."""
        if self.code is None:
            return self.reason
        known = ERRORS.get(self.code) or foreign_error(self.code, self.program, ())
        return known[0] if known else self.reason

    def error(self, logs: tuple[str, ...] = (), signature: str | None = None) -> Exception:
        """The exception that says this failure; `logs` help to tell whose error a bare number is."""
        if self.reason in _NO_FUNDS:
            return InsufficientFunds(_NO_FUNDS[self.reason])
        if self.code is not None:
            known = ERRORS.get(self.code)
            if known:
                return program_error(self.code, known[0], known[1], signature)
            foreign = foreign_error(self.code, self.program, logs)
            if foreign and foreign == foreign_error(INSUFFICIENT, SYSTEM_PROGRAM, logs):
                return InsufficientFunds(foreign[1])
            sentence = f"The program {self.program} refused with its error {self.code}."
            return program_error(self.code, *(foreign or ("Custom", sentence)), signature)
        where = "" if self.instruction is None else f" in instruction {self.instruction}"
        sentence = {**RUNTIME, **_SENTENCES}.get(
            self.reason, f"The chain refused the transaction: {self.reason}{where}."
        )
        return TransactionRefused(self.reason, sentence, signature)

    def throw(self, logs: tuple[str, ...] = (), signature: str | None = None) -> NoReturn:
        """Raise it."""
        raise self.error(logs, signature)


def failure_of(error: TransactionErrorType, transaction: Any) -> Failure:
    """Read the runtime's error; `transaction` is the solders transaction, which names the programs."""
    if isinstance(error, TransactionErrorInstructionError):
        message = transaction.message
        program = message.account_keys[message.instructions[error.index].program_id_index]
        inner = error.err
        if isinstance(inner, InstructionErrorCustom):
            return Failure("Custom", error.index, program, inner.code)
        return Failure(_name(inner), error.index, program)
    if isinstance(error, TransactionErrorInsufficientFundsForRent):
        return Failure("InsufficientFundsForRent", account=error.account_index)
    if isinstance(error, TransactionErrorDuplicateInstruction):
        return Failure("DuplicateInstruction", error.index)
    if isinstance(error, TransactionErrorProgramExecutionTemporarilyRestricted):
        return Failure("ProgramExecutionTemporarilyRestricted", account=error.account_index)
    return Failure(_name(error))


def _name(error: object) -> str:
    """The last word of `TransactionErrorFieldless.BlockhashNotFound` and its like."""
    return str(error).rsplit(".", 1)[-1].split("(", 1)[0].removeprefix("InstructionError")


def told_failure(error: Any, transaction: Any) -> Failure:
    """Read the runtime's error as an RPC node writes it in JSON; raises what a wrong value raises."""
    if isinstance(error, str):
        return Failure(error)
    ((reason, detail),) = error.items()
    if reason == "InstructionError":
        index, inner = detail
        message = transaction.message
        program = message.account_keys[message.instructions[index].program_id_index]
        if isinstance(inner, str):
            return Failure(inner, index, program)
        ((name, value),) = inner.items()
        return Failure(name, index, program, _u32(value) if name == "Custom" else None)
    if reason == "DuplicateInstruction":
        return Failure(reason, detail)
    return Failure(reason, account=detail["account_index"])


def _u32(value: Any) -> int:
    """A program's error number."""
    if type(value) is not int or not 0 <= value < 1 << 32:
        raise ValueError("no number of 32 bits")
    return value
