"""Keys in Solana's keypair files: a JSON array of 64 bytes, the secret half first."""

import json
import logging
import stat
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol, Self, TypeAlias

from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature

from federity.contacts import Contacts
from federity.errors import ConfigError, WalletError
from federity.files import write_new
from federity.local_files import Unsound, contents
from federity.parsing import parse

__all__ = ["Wallet", "Whose", "address_of"]

_BYTES = 64
_LIMIT = 4096

_log = logging.getLogger("federity")


@dataclass(frozen=True)
class Wallet:
    """A keypair held in memory: a `Signer`. Neither its repr nor its errors show the secret."""

    keypair: Keypair = field(repr=False)
    path: Path | None = None

    @property
    def pubkey(self) -> Pubkey:
        """The wallet's address."""
        return self.keypair.pubkey()

    def sign(self, message: bytes) -> Signature:
        """Sign a message with Ed25519."""
        return self.keypair.sign_message(message)

    @classmethod
    def generate(cls) -> Self:
        """A new wallet that is kept nowhere."""
        return cls(Keypair())

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """Read a keypair file. Raises WalletError when it is missing or not a keypair, FileUnavailable."""
        path = Path(path).expanduser()
        try:
            data = contents(path, _LIMIT)
        except FileNotFoundError as error:
            raise WalletError(f"There is no keypair file {path}.") from error
        except Unsound as error:
            raise WalletError(f"{path} is no keypair file: {error}.") from error
        keypair = _keypair(data, path)
        _warn_if_shared(path)
        return cls(keypair, path)

    @classmethod
    def create(cls, path: Path | str) -> Self:
        """Make a new wallet and write it for its user's eyes only; never overwrites.

        Raises WalletError, StorageFull, FileUnavailable.
        """
        path = Path(path).expanduser()
        wallet = cls(Keypair(), path)
        if not write_new(path, json.dumps(list(bytes(wallet.keypair))).encode()):
            raise WalletError(f"The file {path} exists already.", hint="Name another file.")
        return wallet


class _HasAddress(Protocol):
    @property
    def pubkey(self) -> Pubkey: ...


Whose: TypeAlias = str | Path | Pubkey | _HasAddress
"""A wallet as people have it at hand: an address, a contact's name, a keypair file, a key, or the wallet."""


def address_of(whose: Whose, contacts: Contacts | None = None) -> Pubkey:
    """The address of a wallet, however it is given: in base58, as a contact's name, as a key, as a wallet, as
    a keypair file.

    A contact comes before a file of the same name, which `./NAME` means. Raises ConfigError for what is none
    of these, WalletError for a file that is no keypair, FileUnavailable.
    """
    if isinstance(whose, Pubkey):
        return whose
    if not isinstance(whose, str | Path):
        found = getattr(whose, "pubkey", None)
        if isinstance(found, Pubkey):
            return found
        raise ConfigError(f"A {type(whose).__name__} is no wallet and no address.")
    try:
        return Pubkey.from_string(str(whose))
    except ValueError as error:
        known = contacts.address(whose) if contacts is not None and isinstance(whose, str) else None
        if known is not None:
            return known
        if isinstance(whose, Path) or Path(whose).expanduser().is_file():
            return Wallet.read(whose).pubkey
        raise ConfigError(
            f"{whose!r} is no wallet's address and no contact's name.",
            hint="Give an address or a keypair file; `federity contact` lists and gives names.",
        ) from error


@cache
def _warn_if_shared(path: Path) -> None:
    """Say once that others on this machine can read a keypair file."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        _log.warning("Others can read the keypair file %s: run `chmod 600 %s`.", path, path)


def _keypair(data: bytes, path: Path) -> Keypair:
    # The causes are not chained: their messages could repeat secret bytes.
    try:
        numbers = parse(data.decode())
        secret = bytes(numbers) if isinstance(numbers, list) else b""
    except (ValueError, TypeError):
        secret = b""
    if len(secret) != _BYTES:
        raise WalletError(f"The keypair file {path} is not a JSON array of {_BYTES} numbers.")
    keypair = Keypair.from_seed(secret[:32])
    if bytes(keypair) != secret:
        raise WalletError(
            f"The keypair file {path} is damaged: its public half does not fit its secret half."
        )
    return keypair
