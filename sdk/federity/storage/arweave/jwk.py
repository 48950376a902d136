"""An Arweave wallet: an RSA key of 4096 bits in a JWK file, read and used by arweave-python-client.

Of that library nothing but the wallet is touched: importing its uploader takes Python's handling of broken
pipes away from the whole process, and its transactions ask the network while they are made.
"""

import hashlib
from pathlib import Path
from typing import Any, Protocol

from ...errors import ConfigError, WalletError
from ...local_files import Unsound, contents
from ...parsing import parse
from .encoding import from_base64, to_base64

__all__ = ["ArweaveWallet", "JwkWallet", "address_of"]

_LIMIT = 1 << 14
_KEY_BYTES = 512
_FIELDS = ("n", "e", "d", "p", "q", "dp", "dq", "qi")


class ArweaveWallet(Protocol):
    """Whoever signs transactions: the key's modulus, 512 bytes, and its signatures."""

    @property
    def owner(self) -> bytes:
        """The modulus."""

    def sign(self, message: bytes) -> bytes:
        """RSA-PSS with SHA-256 over a message; another signature each time."""


def address_of(owner: bytes) -> str:
    """The address of a key's owner, as it is written."""
    return to_base64(hashlib.sha256(owner).digest())


class JwkWallet:
    """A wallet read from a JWK file. Neither its repr nor its errors show the secret."""

    def __init__(self, wallet: Any, owner: bytes) -> None:
        """Used by `read`."""
        self._wallet = wallet
        self.owner = owner

    @classmethod
    def read(cls, path: Path | str) -> "JwkWallet":
        """Read a JWK file.

        Raises WalletError when it is missing or no RSA key of 4096 bits, FileUnavailable, and ConfigError
        when the library is not installed.
        """
        path = Path(path).expanduser()
        hint = "Name a JWK file with `federity config arweave_wallet FILE`."
        try:
            data = contents(path, _LIMIT)
        except FileNotFoundError as error:
            raise WalletError(f"There is no Arweave wallet {path}.", hint=hint) from error
        except Unsound as error:
            raise WalletError(f"{path} is no Arweave wallet: {error}.", hint=hint) from error
        try:
            from arweave.arweave_lib import Wallet
        except ImportError as error:
            raise ConfigError(
                "An Arweave wallet needs a library that is not installed.",
                hint="Install it with `pip install 'federity[arweave]'`.",
            ) from error
        # The causes are not chained: their messages could repeat secret text.
        wallet = None
        try:
            fields = parse(data.decode())
            numbers = {name: from_base64(fields[name]) for name in _FIELDS}
            if fields["kty"] == "RSA" and len(numbers["n"]) == _KEY_BYTES and numbers["e"] == b"\1\0\1":
                wallet = Wallet.from_data(fields)
        except Exception:  # whatever the library says of numbers that are no key
            wallet = None
        if wallet is None:
            raise WalletError(f"{path} holds no RSA key of 4096 bits as a JWK.", hint=hint)
        return cls(wallet, numbers["n"])

    @property
    def address(self) -> str:
        """Where its AR are."""
        return address_of(self.owner)

    def sign(self, message: bytes) -> bytes:
        """See `ArweaveWallet.sign`."""
        return bytes(self._wallet.sign(message))
