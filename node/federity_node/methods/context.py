"""The slot that an answer is of."""

from typing import Any

from federity_node.chain import View
from federity_node.errors import MIN_CONTEXT_SLOT, RpcError
from federity_node.params import Options, whole

__all__ = ["VERSION", "at_least", "in_context"]

VERSION = "4.2.2"
"""The release of agave whose answers these are like; clients look at it for what a node can do."""


def at_least(view_slot: int, options: Options) -> None:
    """Refuse when the client has seen a later slot than this one. Raises RpcError."""
    if options.get("minContextSlot", whole, 0) > view_slot:
        raise RpcError(
            MIN_CONTEXT_SLOT, "Minimum context slot has not been reached", {"contextSlot": view_slot}
        )


def in_context(view: View, value: Any) -> Any:
    """An answer with its slot."""
    return {"context": {"apiVersion": VERSION, "slot": view.slot}, "value": value}
