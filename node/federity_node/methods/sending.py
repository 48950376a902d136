"""What runs transactions: try one out, send one, ask the faucet, and what sending one costs."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solders.hash import Hash
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from federity.chain.bank import Bank
from federity.chain.base import PACKET_BYTES
from federity.chain.failure import Failure
from federity.chain.record import Outcome
from federity.chain.slots import BLOCKHASH_SLOTS
from federity.chain.transaction import unsigned
from federity.errors import FederityError
from federity_node.chain import Chain, View
from federity_node.errors import (
    INVALID_PARAMS,
    PREFLIGHT_FAILURE,
    SIGNATURE_FAILURE,
    RpcError,
    invalid,
)
from federity_node.fees import fee
from federity_node.forms import failures
from federity_node.forms.accounts import Encoding
from federity_node.forms.transactions import inner_by_address
from federity_node.methods.context import VERSION, at_least
from federity_node.params import Options, Params, address, binary, text, truth, whole

__all__ = ["ACTIONS"]

_MOST_LAMPORTS = 100_000_000 * 1_000_000_000
_ENCODINGS = ("base58", "base64")
_SHOWN = ("base64", "jsonParsed")


def transaction_of(data: str, encoding: str) -> VersionedTransaction:
    """Read a transaction's bytes. Raises RpcError for what is none, or none that runs here."""
    try:
        raw = binary(data, encoding)
    except ValueError as error:
        raise invalid(str(error)) from error
    if len(raw) > PACKET_BYTES:
        raise invalid(f"decoded transaction too large: {len(raw)} bytes (max: {PACKET_BYTES} bytes)")
    try:
        transaction = VersionedTransaction.from_bytes(raw)
        transaction.sanitize()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # what solders panics with is no Exception
        raise invalid(f"failed to deserialize transaction: {type(error).__name__}") from error
    if bytes(transaction) != raw:
        raise invalid("bytes follow the transaction")
    return transaction


@dataclass(frozen=True)
class Trial:
    """What trying a transaction out gave: in which slot, what it did, and with which other blockhash."""

    slot: int
    outcome: Outcome
    replaced: str | None = None

    def to_json(self, shown: Any = None) -> dict[str, Any]:
        """The answer to simulateTransaction."""
        outcome = self.outcome
        told = outcome.to_json(0)
        replacement = self.replaced and {
            "blockhash": self.replaced,
            "lastValidBlockHeight": self.slot + BLOCKHASH_SLOTS,
        }
        returned = outcome.returned and {
            "programId": str(outcome.returned[0]),
            "data": [base64.b64encode(outcome.returned[1]).decode(), "base64"],
        }
        return {
            "err": failures.error(outcome.failure),
            "logs": list(outcome.logs),
            "accounts": shown,
            "unitsConsumed": outcome.compute_units,
            "returnData": returned,
            "innerInstructions": inner_by_address(told["inner"]),
            "fee": outcome.fee,
            "loadedAccountsDataSize": 0,
            "replacementBlockhash": replacement,
        }


def try_out(bank: Bank, transaction: VersionedTransaction, *, fresh: bool, whole: bool = False) -> Trial:
    """Run without effect; with `fresh`, as if its blockhash were the newest."""
    slot = bank.slots().slot
    replaced = None
    if fresh:
        transaction, replaced = _with_blockhash(transaction, bank.hash_of(slot)), str(bank.hash_of(slot))
    elif bank.slot_of(transaction.message.recent_blockhash, slot) is None:
        return Trial(slot, _refused("BlockhashNotFound"))
    elif bank.has_run(transaction.signatures[0]):
        return Trial(slot, _refused("AlreadyProcessed"))
    slot, outcome = bank.try_out(transaction, whole=whole)
    return Trial(slot, outcome, replaced)


def _refused(reason: str) -> Outcome:
    return Outcome(Failure(reason), 0, 0, (), ())


def _with_blockhash(transaction: VersionedTransaction, blockhash: Hash) -> VersionedTransaction:
    message = transaction.message
    if isinstance(message, Message):
        header = message.header
        changed: Message | MessageV0 = Message.new_with_compiled_instructions(
            header.num_required_signatures,
            header.num_readonly_signed_accounts,
            header.num_readonly_unsigned_accounts,
            message.account_keys,
            blockhash,
            message.instructions,
        )
    elif isinstance(message, MessageV0):
        changed = MessageV0(
            message.header,
            message.account_keys,
            blockhash,
            message.instructions,
            message.address_table_lookups,
        )
    else:
        return transaction
    return unsigned(changed)


def _must_run_here(transaction: VersionedTransaction) -> Outcome | None:
    message = transaction.message
    if isinstance(message, Message) or (isinstance(message, MessageV0) and not message.address_table_lookups):
        return None
    return _refused("UnsupportedVersion")


async def simulate_transaction(chain: Chain, params: Params) -> Any:
    """Run a transaction without effect."""
    data, options = params.one("transaction", text), params.options()
    transaction = transaction_of(data, options.text("encoding", _ENCODINGS, "base58"))
    verify = options.get("sigVerify", truth, False)
    fresh = options.get("replaceRecentBlockhash", truth, False)
    if verify and fresh:
        raise invalid("sigVerify may not be used with replaceRecentBlockhash")
    if verify and not all(transaction.verify_with_results()):
        raise RpcError(SIGNATURE_FAILURE, "Transaction signature verification failure")
    wanted = options.inner("accounts")
    places = (
        None if wanted is None else wanted.list("addresses", address, len(transaction.message.account_keys))
    )
    encoding = Encoding("base64" if wanted is None else wanted.text("encoding", _SHOWN, "base64"))

    def work(bank: Bank) -> Any:
        refused = _must_run_here(transaction)
        if refused is not None:
            trial = Trial(bank.slots().slot, refused)
        else:
            trial = try_out(bank, transaction, fresh=fresh, whole=places is not None)
        at_least(trial.slot, options)
        after: Mapping[Pubkey, Any] = dict(trial.outcome.after)
        shown = None
        if places is not None and trial.outcome.failure is None:
            shown = [encoding.account(after.get(place), after.get) for place in places]
        told = trial.to_json(shown)
        if not options.get("innerInstructions", truth, False):
            told["innerInstructions"] = None
        return {"context": {"apiVersion": VERSION, "slot": trial.slot}, "value": told}

    return await chain.simulate(work)


async def send_transaction(chain: Chain, params: Params) -> Any:
    """Run a transaction for good, after trying it out; its signature.

    Without a preflight what the chain drops is dropped in silence, as a cluster does.
    """
    data, options = params.one("transaction", text), params.options()
    transaction = transaction_of(data, options.text("encoding", _ENCODINGS, "base58"))
    options.get("maxRetries", whole, 0)
    preflight = not options.get("skipPreflight", truth, False)
    signature = transaction.signatures[0]
    if preflight:
        await _preflight(chain, transaction, options)
    try:
        await chain.write(lambda bank: bank.submit(bytes(transaction)))
    except FederityError:
        # A failure that landed is read from the history. What was dropped is not there: it may have grown
        # too old while it waited for its turn, and whoever asked for a preflight is told so.
        if preflight and not await chain.simulate(lambda bank: bank.has_run(signature)):
            await _preflight(chain, transaction, options)
    return str(signature)


async def _preflight(chain: Chain, transaction: VersionedTransaction, options: Options) -> None:
    if not all(transaction.verify_with_results()):
        raise RpcError(SIGNATURE_FAILURE, "Transaction signature verification failure")

    def work(bank: Bank) -> Trial:
        refused = _must_run_here(transaction)
        if refused is not None:
            return Trial(bank.slots().slot, refused)
        return try_out(bank, transaction, fresh=False)

    trial = await chain.simulate(work)
    at_least(trial.slot, options)
    failure = trial.outcome.failure
    if failure is not None:
        said = f"Transaction simulation failed: {failures.sentence(failure)}"
        raise RpcError(PREFLIGHT_FAILURE, said, {**trial.to_json(), "innerInstructions": None})


async def request_airdrop(chain: Chain, params: Params) -> Any:
    """Lamports from the faucet; the signature of its transfer."""
    place, lamports = params.one("pubkey", address), params.one("lamports", whole)
    params.options()
    if lamports > _MOST_LAMPORTS:
        raise invalid(f"the faucet gives at most {_MOST_LAMPORTS} lamports at once")
    try:
        receipt = await chain.write(lambda bank: bank.airdrop(place, lamports))
    except FederityError as error:
        sentence = "The faucet cannot pay that: it has less, or a new account must hold more."
        raise RpcError(INVALID_PARAMS, sentence) from error
    return str(receipt.signature)


async def get_fee_for_message(chain: Chain, params: Params) -> Any:
    """What a message's transaction would cost; null when its blockhash is too old."""
    raw = params.one("message", lambda value: binary(value, "base64"))
    options = params.options()
    message = _message(raw)

    def work(view: View) -> Any:
        at_least(view.slot, options)
        known = view.bank.slot_of(message.recent_blockhash, view.slot) is not None
        value = fee(message) if known else None
        return {"context": {"apiVersion": VERSION, "slot": view.slot}, "value": value}

    return await chain.read(work)


def _message(raw: bytes) -> Message | MessageV0:
    try:
        return MessageV0.from_bytes(raw[1:]) if raw[:1] == b"\x80" else Message.from_bytes(raw)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise invalid("failed to deserialize message") from error


ACTIONS = {
    "getFeeForMessage": get_fee_for_message,
    "requestAirdrop": request_airdrop,
    "sendTransaction": send_transaction,
    "simulateTransaction": simulate_transaction,
}
