"""Extensions of Token-2022 mints and accounts, in the JSON of `jsonParsed`.

They lie one after the other: type and length, two bytes each, then that many bytes. Those that are not known
here are called so, as nodes do (agave's `parse_token_extension.rs`).
"""

import struct
from collections.abc import Callable
from typing import Any

from solders.pubkey import Pubkey

__all__ = ["extensions"]

_STATES = ("uninitialized", "initialized", "frozen")


class _Bytes:
    """Reads fields one after the other. Raises struct.error, ValueError past the end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.data):
            raise ValueError("it ends early")
        self.at += count
        return self.data[self.at - count : self.at]

    def address(self) -> str:
        return str(Pubkey.from_bytes(self.take(32)))

    def maybe(self) -> str | None:
        """An address that is all zeroes where there is none."""
        raw = self.take(32)
        return str(Pubkey.from_bytes(raw)) if any(raw) else None

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def text(self) -> str:
        return self.take(self.number(4)).decode(errors="replace")


def _pointer(what: str) -> Callable[[_Bytes], Any]:
    return lambda data: {"authority": data.maybe(), what: data.maybe()}


def _metadata(data: _Bytes) -> Any:
    return {
        "updateAuthority": data.maybe(),
        "mint": data.address(),
        "name": data.text(),
        "symbol": data.text(),
        "uri": data.text(),
        "additionalMetadata": [[data.text(), data.text()] for _ in range(data.number(4))],
    }


def _group(data: _Bytes) -> Any:
    return {
        "updateAuthority": data.maybe(),
        "mint": data.address(),
        "size": data.number(8),
        "maxSize": data.number(8),
    }


_KNOWN: dict[int, tuple[str, Callable[[_Bytes], Any] | None]] = {
    3: ("mintCloseAuthority", lambda data: {"closeAuthority": data.maybe()}),
    6: ("defaultAccountState", lambda data: {"accountState": _STATES[data.number(1)]}),
    7: ("immutableOwner", None),
    8: ("memoTransfer", lambda data: {"requireIncomingTransferMemos": data.number(1) == 1}),
    9: ("nonTransferable", None),
    11: ("cpiGuard", lambda data: {"lockCpi": data.number(1) == 1}),
    12: ("permanentDelegate", lambda data: {"delegate": data.maybe()}),
    13: ("nonTransferableAccount", None),
    14: ("transferHook", lambda data: {"authority": data.maybe(), "programId": data.maybe()}),
    15: ("transferHookAccount", lambda data: {"transferring": data.number(1) == 1}),
    18: ("metadataPointer", _pointer("metadataAddress")),
    19: ("tokenMetadata", _metadata),
    20: ("groupPointer", _pointer("groupAddress")),
    21: ("tokenGroup", _group),
    22: ("groupMemberPointer", _pointer("memberAddress")),
    23: (
        "tokenGroupMember",
        lambda data: {"mint": data.address(), "group": data.address(), "memberNumber": data.number(8)},
    ),
}


def extensions(data: bytes) -> list[dict[str, Any]]:
    """What follows the byte that tells mints from accounts."""
    found, at = [], 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        at += 4
        if kind == 0 or at + size > len(data):
            break
        found.append(_extension(kind, data[at : at + size]))
        at += size
    return found


def _extension(kind: int, data: bytes) -> dict[str, Any]:
    name, read = _KNOWN.get(kind, ("unparseableExtension", None))
    if read is None:
        return {"extension": name}
    try:
        return {"extension": name, "state": read(_Bytes(data))}
    except (ValueError, IndexError):
        return {"extension": "unparseableExtension"}
