"""The methods of the node, a file a group. A read gets one moment of the chain; an action gets the chain."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from federity_node.chain import Chain, View
from federity_node.methods import accounts, blocks, history, network, sending, tokens
from federity_node.params import Params

__all__ = ["ACTIONS", "READS", "WRITES"]

READS: Mapping[str, Callable[[View, Params], Any]] = {
    **accounts.READS,
    **tokens.READS,
    **blocks.READS,
    **history.READS,
    **network.READS,
}

ACTIONS: Mapping[str, Callable[[Chain, Params], Awaitable[Any]]] = sending.ACTIONS

WRITES = frozenset({"sendTransaction", "requestAirdrop"})
"""What changes the chain, and so may need a token."""
