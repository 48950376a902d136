"""The errors a Solana node reports, by their numbers (agave's `rpc-client-api`, `custom_error.rs`)."""

from typing import Any

__all__ = [
    "BLOCK_CLEANED_UP",
    "BLOCK_NOT_AVAILABLE",
    "INTERNAL",
    "INVALID_PARAMS",
    "INVALID_REQUEST",
    "METHOD_NOT_FOUND",
    "MIN_CONTEXT_SLOT",
    "NO_SNAPSHOT",
    "PARSE",
    "PREFLIGHT_FAILURE",
    "SIGNATURE_FAILURE",
    "SLOT_SKIPPED",
    "TOO_MANY",
    "UNHEALTHY",
    "UNSUPPORTED_VERSION",
    "RpcError",
    "invalid",
]

PARSE = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL = -32603
BLOCK_CLEANED_UP = -32001
PREFLIGHT_FAILURE = -32002
SIGNATURE_FAILURE = -32003
BLOCK_NOT_AVAILABLE = -32004
UNHEALTHY = -32005
SLOT_SKIPPED = -32007
NO_SNAPSHOT = -32008
UNSUPPORTED_VERSION = -32015
MIN_CONTEXT_SLOT = -32016
TOO_MANY = 429
"""Said in the body and as the HTTP status, as public clusters do."""


class RpcError(Exception):
    """What a request is answered with in place of a result."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        """Keep number, sentence and, where the number has any, data."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def to_json(self) -> dict[str, Any]:
        """The `error` of a JSON-RPC answer."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        return body if self.data is None else {**body, "data": self.data}


def invalid(message: str) -> RpcError:
    """A parameter that cannot be used."""
    return RpcError(INVALID_PARAMS, f"Invalid params: {message}")
