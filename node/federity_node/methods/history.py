"""Transactions that ran, by signature and by address."""

import json
from typing import Any

from solders.signature import Signature

from federity.chain import base58
from federity.chain.ledger_views import Entry
from federity.chain.record import read_failure
from federity_node.chain import View
from federity_node.errors import invalid
from federity_node.forms import failures
from federity_node.forms.transactions import form_of
from federity_node.methods.context import at_least, in_context
from federity_node.params import Options, Params, address, signature, whole

__all__ = ["READS"]

_PAGE = 1000
_STATUSES = 256


def get_transaction(view: View, params: Params) -> Any:
    """A transaction by its signature, or null."""
    asked = params.one("signature", signature)
    if isinstance(params.peek(), str):  # the older form names an encoding only
        options = Options({"encoding": params.one("encoding", str)})
    else:
        options = params.options()
    form = form_of(options)
    found = view.ledger.transaction(bytes(asked))
    if found is None:
        return None
    slot, record, raw = found
    entry = Entry(0, bytes(asked), slot, record, raw)
    return {**form.whole(entry), "slot": slot, "blockTime": json.loads(record)["time"]}


def get_signatures_for_address(view: View, params: Params) -> Any:
    """The transactions that named an address, newest first."""
    place, options = params.one("address", address), params.options()
    at_least(view.slot, options)
    limit = options.get("limit", whole, _PAGE)
    if not 1 <= limit <= _PAGE:
        raise invalid(f"Invalid limit; max {_PAGE}")
    before = options.get("before", signature, None)
    until = options.get("until", signature, None)
    last = None if until is None else view.all.position(bytes(until))
    rows = view.ledger.history(place, None if before is None else bytes(before), limit)
    found = []
    for raw, slot, record, _ in rows:
        if last is not None and (view.all.position(raw) or 0) <= last:
            break
        told = json.loads(record)
        found.append(
            {
                "signature": base58.encode(raw),
                "slot": slot,
                "err": failures.error(read_failure(told)),
                "memo": None,
                "blockTime": told["time"],
                "confirmationStatus": "finalized",
            }
        )
    return found


def get_signature_statuses(view: View, params: Params) -> Any:
    """How far transactions have come: what ran is final, and what is not there has not run."""
    asked = params.many("signatures", signature, _STATUSES)
    params.options()
    return in_context(view, [_status(view, item) for item in asked])


def _status(view: View, asked: Signature) -> Any:
    found = view.ledger.transaction(bytes(asked))
    if found is None:
        return None
    failure = read_failure(json.loads(found[1]))
    return {
        "slot": found[0],
        "confirmations": None,
        "err": failures.error(failure),
        "status": failures.status(failure),
        "confirmationStatus": "finalized",
    }


READS = {
    "getSignatureStatuses": get_signature_statuses,
    "getSignaturesForAddress": get_signatures_for_address,
    "getTransaction": get_transaction,
}
