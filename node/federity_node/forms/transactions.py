"""A transaction of the history in a node's JSON: `json`, `jsonParsed`, `base58` or `base64`."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from solders.message import Message, MessageV0
from solders.transaction import VersionedTransaction

from federity.chain import base58
from federity.chain.ledger_views import Entry
from federity.chain.record import read_failure
from federity.chain.transaction import writable
from federity_node.errors import UNSUPPORTED_VERSION, RpcError
from federity_node.forms import failures
from federity_node.forms.tokens import held
from federity_node.params import Options, whole

__all__ = ["Form", "form_of", "inner_by_address"]

ENCODINGS = ("json", "jsonParsed", "base58", "base64", "binary")


@dataclass(frozen=True)
class Form:
    """How transactions are written, and the newest version that the client says it reads."""

    encoding: str
    newest: int | None

    def whole(self, entry: Entry) -> dict[str, Any]:
        """Transaction, what it did, and its version. Raises RpcError for a version that is too new."""
        transaction, version = self._read(entry)
        told: dict[str, Any] = {
            "transaction": self._transaction(transaction, entry.transaction),
            "meta": self._meta(json.loads(entry.record), transaction),
        }
        return told if self.newest is None else {**told, "version": version}

    def accounts(self, entry: Entry) -> dict[str, Any]:
        """A transaction's signatures, accounts and balances only. Raises RpcError as `whole`."""
        transaction, version = self._read(entry)
        meta = self._meta(json.loads(entry.record), transaction)
        names = (
            "err",
            "status",
            "fee",
            "preBalances",
            "postBalances",
            "preTokenBalances",
            "postTokenBalances",
        )
        told: dict[str, Any] = {
            "transaction": {
                "signatures": [str(signature) for signature in transaction.signatures],
                "accountKeys": _keys(transaction.message),
            },
            "meta": {name: meta[name] for name in names},
        }
        return told if self.newest is None else {**told, "version": version}

    def _read(self, entry: Entry) -> tuple[VersionedTransaction, int | str]:
        transaction = VersionedTransaction.from_bytes(entry.transaction)
        version = "legacy" if isinstance(transaction.message, Message) else 0
        if version != "legacy" and self.newest is None:
            raise RpcError(
                UNSUPPORTED_VERSION,
                f"Transaction version ({version}) is not supported by the requesting client. Please try the "
                'request again with the following configuration parameter: "maxSupportedTransactionVersion": '
                f"{version}",
            )
        return transaction, version

    def _transaction(self, transaction: VersionedTransaction, raw: bytes) -> Any:
        match self.encoding:
            case "base64":
                return [base64.b64encode(raw).decode(), "base64"]
            case "base58":
                return [base58.encode(raw), "base58"]
            case "binary":
                return base58.encode(raw)
        message = transaction.message
        signatures = [str(signature) for signature in transaction.signatures]
        told = _parsed(message) if self.encoding == "jsonParsed" else _plain(message)
        return {"signatures": signatures, "message": told}

    def _meta(self, record: dict[str, Any], transaction: VersionedTransaction) -> dict[str, Any]:
        failure = read_failure(record)
        before, after = record.get("balances") or ((), ())
        # Earlier versions recorded no tokens: null says so.
        tokens = record.get("tokens") or (None, None)
        returned = record.get("returned")
        more: dict[str, Any] = {}
        if returned:
            more["returnData"] = {"programId": returned[0], "data": [returned[1], "base64"]}
        if self.encoding != "jsonParsed":
            more["loadedAddresses"] = {"writable": [], "readonly": []}
        return {
            "err": failures.error(failure),
            "status": failures.status(failure),
            "fee": record["fee"],
            "preBalances": list(before),
            "postBalances": list(after),
            "innerInstructions": _inner(record, transaction, self.encoding),
            "logMessages": record["logs"],
            "preTokenBalances": tokens[0] and [held(item) for item in tokens[0]],
            "postTokenBalances": tokens[1] and [held(item) for item in tokens[1]],
            "rewards": [],
            "computeUnitsConsumed": record["units"],
            **more,
        }


def form_of(options: Options) -> Form:
    """The form that a request's configuration asks for. Raises RpcError."""
    newest = options.get("maxSupportedTransactionVersion", whole, None)
    return Form(options.text("encoding", ENCODINGS, "json"), newest)


def _plain(message: Any) -> dict[str, Any]:
    header = message.header
    told = {
        "header": {
            "numRequiredSignatures": header.num_required_signatures,
            "numReadonlySignedAccounts": header.num_readonly_signed_accounts,
            "numReadonlyUnsignedAccounts": header.num_readonly_unsigned_accounts,
        },
        "accountKeys": [str(key) for key in message.account_keys],
        "recentBlockhash": str(message.recent_blockhash),
        "instructions": [
            {
                "programIdIndex": call.program_id_index,
                "accounts": list(call.accounts),
                "data": base58.encode(bytes(call.data)),
                "stackHeight": 1,
            }
            for call in message.instructions
        ],
    }
    return {**told, "addressTableLookups": []} if isinstance(message, MessageV0) else told


def _keys(message: Any) -> list[Any]:
    written = set(writable(message))
    signed = message.header.num_required_signatures
    return [
        {"pubkey": str(key), "signer": index < signed, "writable": key in written, "source": "transaction"}
        for index, key in enumerate(message.account_keys)
    ]


def _parsed(message: Any) -> dict[str, Any]:
    """With addresses in place of numbers. Instructions are given as nodes give those of unknown programs."""
    keys = message.account_keys
    told = {
        "accountKeys": _keys(message),
        "recentBlockhash": str(message.recent_blockhash),
        "instructions": [
            {
                "programId": str(keys[call.program_id_index]),
                "accounts": [str(keys[index]) for index in bytes(call.accounts)],
                "data": base58.encode(bytes(call.data)),
                "stackHeight": 1,
            }
            for call in message.instructions
        ],
    }
    return {**told, "addressTableLookups": []} if isinstance(message, MessageV0) else told


def _inner(record: dict[str, Any], transaction: VersionedTransaction, encoding: str) -> list[Any]:
    if encoding == "jsonParsed":
        return inner_by_address(record["inner"])
    places = {str(key): index for index, key in enumerate(transaction.message.account_keys)}
    groups: dict[int, list[Any]] = {}
    for index, program, accounts, data in record["inner"]:
        groups.setdefault(index, []).append(
            {
                "programIdIndex": places[program],
                "accounts": [places[key] for key in accounts],
                "data": base58.encode(base64.b64decode(data)),
                "stackHeight": None,
            }
        )
    return [{"index": index, "instructions": calls} for index, calls in groups.items()]


def inner_by_address(calls: list[Any]) -> list[Any]:
    """Inner instructions, as a record of the history holds them, with addresses."""
    groups: dict[int, list[Any]] = {}
    for index, program, accounts, data in calls:
        groups.setdefault(index, []).append(
            {
                "programId": program,
                "accounts": accounts,
                "data": base58.encode(base64.b64decode(data)),
                "stackHeight": None,
            }
        )
    return [{"index": index, "instructions": calls} for index, calls in groups.items()]
