"""JSON-RPC 2.0: from the bytes of a request, or of a batch of them, to the bytes of its answer."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from federity.parsing import parse_shallow
from federity_node.chain import Chain
from federity_node.errors import (
    INTERNAL,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE,
    RpcError,
)
from federity_node.methods import ACTIONS, READS, WRITES
from federity_node.params import Params

__all__ = ["BATCH", "Id", "answer", "encoded", "failed", "methods_of", "parsed", "read_request", "succeeded"]

BATCH = 100
"""Requests in one batch, at most."""

Id = int | float | str | None

_log = logging.getLogger("federity.node")


def encoded(document: Any) -> bytes:
    """The bytes of a document."""
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()


def succeeded(id_: Id, result: Any) -> dict[str, Any]:
    """The envelope of a result."""
    return {"jsonrpc": "2.0", "result": result, "id": id_}


def failed(id_: Id, error: RpcError) -> dict[str, Any]:
    """The envelope of an error."""
    return {"jsonrpc": "2.0", "error": error.to_json(), "id": id_}


def methods_of(document: Any) -> list[str]:
    """The methods that a parsed body names, as far as it is well-formed."""
    many = document if isinstance(document, list) else [document]
    named = (item.get("method") for item in many if isinstance(item, dict))
    return [name for name in named if isinstance(name, str)]


def parsed(body: bytes) -> Any:
    """A body as JSON. Raises RpcError."""
    try:
        return parse_shallow(body)
    except (ValueError, RecursionError) as error:
        raise RpcError(PARSE, "Parse error") from error


def read_request(item: Any) -> tuple[Id, str, Any, bool]:
    """Id, method and parameters of one request, and whether it is answered. Raises RpcError."""
    if not isinstance(item, dict):
        raise RpcError(INVALID_REQUEST, "Invalid request")
    id_, method = item.get("id"), item.get("method")
    if item.get("jsonrpc") != "2.0" or not isinstance(method, str) or not is_id(id_):
        raise RpcError(INVALID_REQUEST, "Invalid request")
    return id_, method, item.get("params"), "id" in item


def is_id(value: Any) -> bool:
    """Whether a value may name a request."""
    if isinstance(value, bool):
        return False
    return value is None or isinstance(value, str | int) or (isinstance(value, float) and abs(value) < 1e300)


async def answer(chain: Chain, document: Any, may_write: bool) -> bytes:
    """The answer to a request or a batch; nothing for notifications alone."""
    if isinstance(document, list):
        if not document:
            return encoded(failed(None, RpcError(INVALID_REQUEST, "Invalid request")))
        if len(document) > BATCH:
            return encoded(failed(None, RpcError(INVALID_REQUEST, f"a batch has at most {BATCH} requests")))
        found = [await one(chain, item, may_write) for item in document]
        said = [item for item in found if item is not None]
        return encoded(said) if said else b""
    single = await one(chain, document, may_write)
    return b"" if single is None else encoded(single)


async def one(chain: Chain, item: Any, may_write: bool) -> dict[str, Any] | None:
    """The answer to one request; None to a notification."""
    id_ = item["id"] if isinstance(item, dict) and is_id(item.get("id")) and "id" in item else None
    try:
        id_, method, values, answered = read_request(item)
        result = await call(chain, method, values, may_write)
        return succeeded(id_, result) if answered else None
    except RpcError as error:
        return failed(id_, error)
    except Exception:
        _log.exception("an answer failed")
        return failed(id_, RpcError(INTERNAL, "Internal error"))


async def call(chain: Chain, method: str, values: Any, may_write: bool) -> Any:
    """The result of one method. Raises RpcError."""
    read = READS.get(method)
    if read is not None:
        params = Params(values)
        return await chain.read(lambda view: read(view, params))
    action: Callable[[Chain, Params], Awaitable[Any]] | None = ACTIONS.get(method)
    if action is None:
        raise RpcError(METHOD_NOT_FOUND, "Method not found")
    if method in WRITES and not may_write:
        raise RpcError(INVALID_REQUEST, f"{method} needs this node's token")
    return await action(chain, Params(values))
