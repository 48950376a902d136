"""What the embedded chain writes into its history about a transaction, and reads back."""

import base64
from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey
from solders.signature import Signature

from federity.chain.base import Account, InnerInstruction, Receipt, TransactionRecord
from federity.chain.events import decode_events
from federity.chain.failure import Failure
from federity.chain.tokens import Holding


@dataclass(frozen=True, slots=True)
class Outcome:
    """What running a transaction gave.

    `returned` is a program and the bytes it handed back; `balances` the lamports of the transaction's
    accounts before and after, empty where nobody looked, and `tokens` the tokens in them; `after` the
    accounts as a simulation left them.
    """

    failure: Failure | None
    fee: int
    compute_units: int
    logs: tuple[str, ...]
    inner: tuple[InnerInstruction, ...]
    returned: tuple[Pubkey, bytes] | None = None
    balances: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    tokens: tuple[tuple[Holding, ...], tuple[Holding, ...]] = ((), ())
    after: tuple[tuple[Pubkey, Account], ...] = ()

    def receipt(self, signature: Signature | None, slot: int, size: int) -> Receipt:
        """The outcome as the sender sees it; raises what the failure stands for."""
        if self.failure:
            self.failure.throw(self.logs, str(signature) if signature else None)
        return Receipt(
            signature, slot, self.compute_units, self.fee, decode_events(self.inner), self.logs, size
        )

    def to_json(self, time: int) -> dict[str, Any]:
        """The outcome as the ledger keeps it, with the Unix second it happened in."""
        failure = self.failure
        return {
            "time": time,
            "fee": self.fee,
            "units": self.compute_units,
            "failure": failure
            and [
                failure.reason,
                failure.instruction,
                failure.program and str(failure.program),
                failure.code,
                failure.account,
            ],
            "logs": self.logs,
            "inner": [
                [i.index, str(i.program), [str(a) for a in i.accounts], base64.b64encode(i.data).decode()]
                for i in self.inner
            ],
            "returned": self.returned
            and [str(self.returned[0]), base64.b64encode(self.returned[1]).decode()],
            "balances": self.balances,
            "tokens": [[holding.to_json() for holding in moment] for moment in self.tokens],
        }


def read_failure(record: dict[str, Any]) -> Failure | None:
    """Why a transaction of the history failed."""
    if record["failure"] is None:
        return None
    # Earlier versions wrote no account.
    reason, instruction, program, code, *account = record["failure"]
    return Failure(reason, instruction, program and Pubkey.from_string(program), code, *account)


def read_record(signature: bytes, slot: int, record: dict[str, Any], transaction: bytes) -> TransactionRecord:
    """A transaction of the history."""
    failure = read_failure(record)
    inner = tuple(
        InnerInstruction(
            index,
            Pubkey.from_string(program),
            tuple(map(Pubkey.from_string, accounts)),
            base64.b64decode(data),
        )
        for index, program, accounts, data in record["inner"]
    )
    return TransactionRecord(
        signature=Signature.from_bytes(signature),
        slot=slot,
        time=record["time"],
        fee=record["fee"],
        compute_units=record["units"],
        failure=failure,
        logs=tuple(record["logs"]),
        inner=inner,
        events=() if failure else decode_events(inner),
        transaction=transaction,
    )
