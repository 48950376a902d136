"""Transactions of Arweave's own chain that carry data: format 2, signed by an RSA wallet.

https://docs.arweave.org/developers/arweave-node-server/http-api. Tags and sizes are deep-hashed as they are
sent: as UTF-8 texts, numbers in decimal.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from ...errors import BadBlob
from .encoding import ID_BYTES, deep_hash, from_base64, to_base64
from .jwk import ArweaveWallet
from .signatures import rsa_verifies
from .tags import Tag

__all__ = ["Transaction", "signed_transaction"]

_MAX_TAG_BYTES: Final = 2048
"""Of all names and values together, what a node takes."""


@dataclass(frozen=True)
class Transaction:
    """A signed transaction without its data. `reward` is in winston; `anchor` names a recent block: the
    transaction may be included up to 50 blocks after it.
    """

    owner: bytes
    anchor: bytes
    tags: tuple[Tag, ...]
    size: int
    root: bytes
    reward: int
    signature: bytes

    @property
    def id(self) -> bytes:
        """What it is found by, 32 bytes."""
        return hashlib.sha256(self.signature).digest()

    @property
    def message(self) -> bytes:
        """What is signed, 48 bytes."""
        numbers = [b"0", str(self.reward).encode()]
        tags = [[name, value] for name, value in self.tags]
        size = str(self.size).encode()
        return bytes(deep_hash([b"2", self.owner, b"", *numbers, self.anchor, tags, size, self.root]))

    def verifies(self) -> bool:
        """Whether the signature is the owner's. Raises ConfigError without the library for RSA."""
        return rsa_verifies(self.owner, self.signature, self.message)

    def to_json(self) -> dict[str, Any]:
        """What a node is sent; the data follows in chunks."""
        return {
            "format": 2,
            "id": to_base64(self.id),
            "last_tx": to_base64(self.anchor),
            "owner": to_base64(self.owner),
            "tags": [{"name": to_base64(name), "value": to_base64(value)} for name, value in self.tags],
            "target": "",
            "quantity": "0",
            "data": "",
            "data_size": str(self.size),
            "data_root": to_base64(self.root),
            "reward": str(self.reward),
            "signature": to_base64(self.signature),
        }

    def to_text(self) -> str:
        """`to_json` as a text to keep."""
        return json.dumps(self.to_json())

    @classmethod
    def from_json(cls, fields: Any) -> "Transaction":
        """Read what `to_json` wrote or a node shows. Raises BadBlob for all but a transaction of data."""
        try:
            tags = tuple((from_base64(tag["name"]), from_base64(tag["value"])) for tag in fields["tags"])
            found = cls(
                owner=from_base64(fields["owner"]),
                anchor=from_base64(fields["last_tx"]),
                tags=tags,
                size=_number(fields["data_size"]),
                root=from_base64(fields["data_root"], ID_BYTES),
                reward=_number(fields["reward"]),
                signature=from_base64(fields["signature"]),
            )
            whole = fields["format"] == 2 and fields["quantity"] == "0" and fields["target"] == ""
            if not whole or fields["id"] != to_base64(found.id):
                raise ValueError("other fields")
        except (KeyError, TypeError, ValueError) as error:
            raise BadBlob("what was read is no transaction of data, or its id is another") from error
        return found


def signed_transaction(
    wallet: ArweaveWallet, *, root: bytes, size: int, tags: tuple[Tag, ...], anchor: bytes, reward: int
) -> Transaction:
    """Sign a transaction over data with this root. Raises BadBlob for tags that no node takes."""
    if sum(len(name) + len(value) for name, value in tags) > _MAX_TAG_BYTES:
        raise BadBlob(f"a transaction has tags of at most {_MAX_TAG_BYTES} bytes")
    bare = Transaction(wallet.owner, anchor, tags, size, root, reward, b"")
    return Transaction(wallet.owner, anchor, tags, size, root, reward, wallet.sign(bare.message))


def _number(text: str) -> int:
    if not (isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 40):
        raise ValueError("it is no number")
    return int(text)
