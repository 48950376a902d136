"""What nodes have been seen to answer instead of answers."""

from contract.node import Http, Mood, Result, RpcError

TOO_MANY = "429 Too Many Requests"
CODES = (429, -32000, -32002, -32004, -32005, -32007, -32014, -32016, -32429, -32603)
"""JSON-RPC errors that mean: not now."""
DATA = (None, {"numSlotsBehind": 42}, {"err": "BlockhashNotFound", "logs": []}, "text", [])

PASSING: list[Mood] = [
    *(RpcError(code, "Not now", data) for code in CODES for data in DATA),
    Http(TOO_MANY),
    Http(TOO_MANY, headers=("Retry-After: 7",)),
    Http(TOO_MANY, headers=("Retry-After: Fri, 15 Jan 2027 08:00:09 GMT",)),
    Http("503 Service Unavailable", headers=("Retry-After: soon",)),
    Http("502 Bad Gateway", b"<html>nginx</html>"),
    Http(body=b"<html>Please log in</html>"),
    Http(body=b'{"jsonrpc": "2.0", "res'),
    Http(body=b'{"jsonrpc": "2.0", "res', cut=50),
    Http(body=b"[" * 100_000),
    Http(body=b'{"jsonrpc":"2.0","id":1,"result":' + b"9" * 5000 + b"}"),
    Http(body=b'{"jsonrpc":"2.0","id":null,"result":null}'),
    Http(body=b'{"jsonrpc":"2.0","id":1}'),
    Http(body=b'{"jsonrpc":"2.0","id":1,"error":"no"}'),
    Http(body=b'{"jsonrpc":"2.0","id":1,"error":{"code":"x"}}'),
    Result(None),
    Result({"context": {"slot": 1 << 64}, "value": 5}),
    Result({"context": {"slot": 5}, "value": -1}),
    Result({"context": {"slot": 5}, "value": 1.5}),
    Result({"context": {}, "value": 5}),
    Result([]),
]
