"""An account in a node's JSON, in the encoding that was asked for."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey

from federity.chain import base58
from federity.chain.base import Account
from federity_node.errors import INVALID_REQUEST, RpcError, invalid
from federity_node.forms.tokens import parsed
from federity_node.params import Options, whole

__all__ = ["Encoding", "encoding_of"]

ENCODINGS = ("binary", "base58", "base64", "jsonParsed")
_BASE58_BYTES = 128
RENT_EPOCH = (1 << 64) - 1
"""Every account here is exempt from rent."""

Look = Callable[[Pubkey], Account | None]


@dataclass(frozen=True)
class Encoding:
    """How data is written: the encoding's name, and the part of the data that is wanted."""

    name: str
    start: int = 0
    length: int | None = None

    def account(self, account: Account | None, look: Look) -> Any:
        """An account; `look` finds others that it needs to be understood (a token's mint)."""
        if account is None:
            return None
        return {
            "lamports": account.lamports,
            "owner": str(account.owner),
            "data": self._data(account, look),
            "executable": account.executable,
            "rentEpoch": RENT_EPOCH,
            "space": len(account.data),
        }

    def _data(self, account: Account, look: Look) -> Any:
        name = self.name
        if name == "jsonParsed":
            found = parsed(account, look)
            if found is not None:
                return found
            name = "base64"  # as nodes do with what they cannot parse
        stop = None if self.length is None else self.start + self.length
        data = account.data[self.start : stop]
        if name == "base64":
            return [base64.b64encode(data).decode(), name]
        if len(data) > _BASE58_BYTES:
            raise RpcError(
                INVALID_REQUEST,
                f"Encoded binary (base 58) data should be less than {_BASE58_BYTES} bytes, "
                "please use Base64 encoding.",
            )
        return base58.encode(data) if name == "binary" else [base58.encode(data), name]


def encoding_of(options: Options, default: str = "binary") -> Encoding:
    """The encoding and the slice of a request's configuration. Raises RpcError."""
    name = options.get("encoding", str, default)
    if name == "base64+zstd":
        raise invalid("encoding base64+zstd is not served here: ask for base64")
    name = options.text("encoding", ENCODINGS, default)
    part = options.inner("dataSlice")
    if part is None:
        return Encoding(name)
    return Encoding(name, part.must("offset", whole), part.must("length", whole))
