"""Slots, blocks and blockhashes. Every slot of this chain is a block, most of them empty; all are final."""

import json
from typing import Any

from federity.chain import base58
from federity.chain.slots import BLOCKHASH_SLOTS
from federity_node.chain import View
from federity_node.errors import BLOCK_NOT_AVAILABLE, SLOT_SKIPPED, RpcError, invalid
from federity_node.forms.transactions import form_of
from federity_node.methods.context import at_least, in_context
from federity_node.params import Options, Params, blockhash, truth, whole

__all__ = ["FIRST", "READS"]

FIRST = 1
"""The first slot; the chain was made in it."""

_RANGE = 500_000
_DETAILS = ("full", "accounts", "signatures", "none")


def get_slot(view: View, params: Params) -> Any:
    """The current slot; also the block height, for no slot is skipped."""
    at_least(view.slot, params.options())
    return view.slot


def get_first(view: View, params: Params) -> Any:
    """The first slot that can be asked about."""
    params.end()
    return FIRST


def get_latest_blockhash(view: View, params: Params) -> Any:
    """A blockhash for new transactions, and the last height at which it can be used."""
    at_least(view.slot, params.options())
    latest = str(view.bank.hash_of(view.slot))
    last = view.slot + BLOCKHASH_SLOTS
    return in_context(view, {"blockhash": latest, "lastValidBlockHeight": last})


def is_blockhash_valid(view: View, params: Params) -> Any:
    """Whether a transaction with this blockhash can still run."""
    asked = params.one("blockhash", blockhash)
    at_least(view.slot, params.options())
    return in_context(view, view.bank.slot_of(asked, view.slot) is not None)


def _require(slot: int, end: int) -> None:
    """Refuse a slot that is not before `end`, or never was."""
    if slot < FIRST:
        raise RpcError(
            SLOT_SKIPPED, f"Slot {slot} was skipped, or missing due to ledger jump to recent snapshot"
        )
    if slot >= end:
        raise RpcError(BLOCK_NOT_AVAILABLE, f"Block not available for slot {slot}")


def get_block(view: View, params: Params) -> Any:
    """A block with its transactions."""
    slot = params.one("slot", whole)
    if isinstance(params.peek(), str):  # the older form names an encoding only
        options = Options({"encoding": params.one("encoding", str)})
    else:
        options = params.options()
    form = form_of(options)
    details = options.text("transactionDetails", _DETAILS, "full")
    rewards = options.get("rewards", truth, True)
    _require(slot, view.slot)  # to the current one transactions are still added
    entries = view.all.block(slot)
    told: dict[str, Any] = {
        "blockhash": str(view.bank.hash_of(slot)),
        "previousBlockhash": str(view.bank.hash_of(slot - 1)),
        "parentSlot": slot - 1,
        "blockHeight": slot,
        "blockTime": json.loads(entries[0].record)["time"] if entries else None,
    }
    if details == "signatures":
        told["signatures"] = [base58.encode(entry.signature) for entry in entries]
    elif details == "accounts":
        told["transactions"] = [form.accounts(entry) for entry in entries]
    elif details == "full":
        told["transactions"] = [form.whole(entry) for entry in entries]
    return {**told, "rewards": []} if rewards else told


def get_block_time(view: View, params: Params) -> Any:
    """When a block's transactions ran, in Unix seconds; null for one without any."""
    slot = params.one("slot", whole)
    params.end()
    _require(slot, view.slot + 1)
    found = view.all.block(slot)
    return json.loads(found[0].record)["time"] if found else None


def get_blocks(view: View, params: Params) -> Any:
    """The blocks from one slot to another, at most half a million."""
    start = params.one("start slot", whole)
    peeked = params.peek()
    last = view.slot - 1 if isinstance(peeked, dict) else params.maybe("end slot", whole, view.slot - 1)
    params.options()
    if last < start:
        return []
    if last - start > _RANGE:
        raise invalid(f"Slot range too large; max {_RANGE}")
    return list(range(max(start, FIRST), min(last, view.slot - 1) + 1))


def get_blocks_with_limit(view: View, params: Params) -> Any:
    """That many blocks from a slot on."""
    start, limit = params.one("start slot", whole), params.one("limit", whole)
    params.options()
    if limit > _RANGE:
        raise invalid(f"Limit too large; max {_RANGE}")
    first = max(start, FIRST)
    return list(range(first, min(first + limit, view.slot)))


READS = {
    "getBlock": get_block,
    "getBlockHeight": get_slot,
    "getBlocks": get_blocks,
    "getBlocksWithLimit": get_blocks_with_limit,
    "getBlockTime": get_block_time,
    "getFirstAvailableBlock": get_first,
    "getLatestBlockhash": get_latest_blockhash,
    "getSlot": get_slot,
    "isBlockhashValid": is_blockhash_valid,
    "minimumLedgerSlot": get_first,
}
