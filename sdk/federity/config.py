"""A user's settings and folders: `FEDERITY_HOME`, by default `~/.federity`."""

import json
import os
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from federity import cluster_settings, storage_settings
from federity.errors import ConfigError
from federity.files import write_atomically
from federity.local_files import Unsound, contents, newer, table
from federity.masking import shown_url
from federity.records import is_text

__all__ = ["CLUSTERS", "EMBEDDED", "MAX_SAMPLES", "Config", "remembered_samples", "resolve_url"]

EMBEDDED = "embedded"
"""The url of the chain that lives in a folder, see `federity.chain.embedded`."""

CLUSTERS = {
    "localhost": "http://127.0.0.1:8899",
    "devnet": "https://api.devnet.solana.com",
    "testnet": "https://api.testnet.solana.com",
    "mainnet-beta": "https://api.mainnet-beta.solana.com",
}
"""Solana's own names of clusters, which are accepted wherever a URL is."""

MAX_SAMPLES = (1 << 32) - 1
"""Most training samples that a commit can declare."""

_READERS = {**cluster_settings.READERS, **storage_settings.READERS}

VERSION = 1
"""Version of the format of `config.toml`."""

_SHORT = {"l": "localhost", "localnet": "localhost", "d": "devnet", "t": "testnet", "m": "mainnet-beta"}


def resolve_url(url: str) -> str:
    """`embedded`, or the URL that a moniker (`l`, `devnet`, ...) or a URL means. Raises ConfigError."""
    if url == EMBEDDED:
        return url
    name = _SHORT.get(url, url)
    if name in CLUSTERS:
        return CLUSTERS[name]
    if url.startswith(("http://", "https://")) and _is_reachable(url):
        return url
    raise ConfigError(f"'{shown_url(url)}' is no cluster: use embedded, {', '.join(CLUSTERS)} or a URL.")


def remembered_samples(text: str) -> int:
    """How many training samples commits declare from now on. Raises ConfigError."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:20]) <= MAX_SAMPLES):
        raise ConfigError(
            f"'{text}' is no number of training samples to remember: from 1 to {MAX_SAMPLES}.",
            hint="To declare none for one commit, commit with --samples 0.",
        )
    return int(text)


def _is_reachable(url: str) -> bool:
    """Whether a URL names a host and, if any, a port that exists."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0 and not any(c.isspace() for c in url)
    except ValueError:
        return False


@dataclass(frozen=True)
class Config:
    """Settings, as `config.toml` under `home` keeps them.

    `url` is `embedded`, a moniker or a URL; `keypair` a Solana keypair file, None where `federity.keypairs`
    looks for one. The others are about clusters:
    `commitment` is how sure a block must be; `rate_limit` requests a second (0: what public clusters allow
    there, no limit elsewhere); `priority_fee_cap` the lamports that a transaction may pay beside its base
    fee; `program` the program's address, `program_hash` its code's sha256, `program_authority` who may
    upgrade it or `none`; each empty for what the package knows. `samples` is how many training samples a
    commit declares that names no number itself (0: none is remembered).

    `storage` is where blobs are kept, a kind that `federity.storage_settings` names; the rest is about
    Arweave: `arweave_gateways` are read from, in this order; `arweave_upload` takes items and
    `arweave_payment` names prices and credit; `arweave_node` takes transactions, which `arweave_wallet`, a
    JWK file, signs.
    """

    home: Path
    url: str = EMBEDDED
    keypair: Path | None = None
    commitment: str = "confirmed"
    rate_limit: float = 0.0
    priority_fee_cap: int = 100_000
    program: str = ""
    program_hash: str = ""
    program_authority: str = ""
    samples: int = 0
    storage: str = "local"
    arweave_gateways: str = storage_settings.GATEWAYS
    arweave_upload: str = storage_settings.UPLOAD
    arweave_payment: str = storage_settings.PAYMENT
    arweave_node: str = storage_settings.NODE
    arweave_wallet: str = ""

    @classmethod
    def read(cls, home: Path | None = None) -> Self:
        """Read the settings under `home` (default: the environment's FEDERITY_HOME, else `~/.federity`).

        A missing file means the defaults. Raises ConfigError for one that is not TOML, has unknown settings
        or was written by a newer version.
        """
        home = (home or Path(os.environ.get("FEDERITY_HOME") or "~/.federity")).expanduser().absolute()
        path = home / "config.toml"
        try:
            found = table(contents(path))
        except FileNotFoundError:
            found = {}
        except Unsound as error:
            raise ConfigError(f"The settings in {path} cannot be read: {error}.") from error
        version = found.pop("version", VERSION)
        if type(version) is not int or version < 1:
            raise ConfigError(f"The settings in {path} state no version of their format.")
        if version > VERSION:
            raise ConfigError(newer(path, version), hint="Update Federity.")
        config = cls(home)
        for name, value in found.items():
            number = name in ("rate_limit", "priority_fee_cap", "samples") and type(value) in (int, float)
            if not isinstance(value, str) and not number:
                raise ConfigError(f"The setting {name} in {path} is not a text.")
            config = config.with_setting(name, str(value))
        return config

    def with_setting(self, name: str, value: str) -> Self:
        """The settings with one changed. Raises ConfigError for an unknown name or an unusable value."""
        if name not in self.names():
            raise ConfigError(f"There is no setting '{name}': the settings are {', '.join(self.names())}.")
        if name == "url":
            resolve_url(value)
            return replace(self, url=value)
        if name == "samples":
            return replace(self, samples=remembered_samples(value))
        if name in _READERS:
            changed: dict[str, Any] = {name: _READERS[name](value)}
            return replace(self, **changed)
        what = "A keypair" if name == "keypair" else "An Arweave wallet"
        try:
            if not value or not is_text(value):
                raise ValueError
            path = self.home / Path(value).expanduser()
        except (ValueError, RuntimeError) as error:  # a home folder of nobody
            raise ConfigError(f"{what} is a file, and no file can have this name.") from error
        return replace(self, keypair=path) if name == "keypair" else replace(self, arweave_wallet=str(path))

    def without_setting(self, name: str) -> Self:
        """The settings with one as if it had never been set. Raises ConfigError."""
        if name not in self.names():
            raise ConfigError(f"There is no setting '{name}': the settings are {', '.join(self.names())}.")
        changed: dict[str, Any] = {name: getattr(Config, name)}
        return replace(self, **changed)

    def write(self) -> None:
        """Write the settings under `home`, whole or not at all. Raises StorageFull, FileUnavailable."""
        path = self.home / "config.toml"
        lines = [f"version = {VERSION}\n"] + [
            f"{name} = {json.dumps(str(getattr(self, name)), ensure_ascii=False)}\n"
            for name in self.names()
            if getattr(self, name) != getattr(Config, name)
        ]
        write_atomically(path, ["".join(lines).encode()])

    @staticmethod
    def names() -> tuple[str, ...]:
        """The settings there are."""
        return tuple(field.name for field in fields(Config) if field.name != "home")

    @property
    def chain(self) -> Path:
        """The folder of the embedded chain."""
        return self.home / "chain"

    @property
    def store(self) -> Path:
        """The folder of the local content-addressed store."""
        return self.home / "store"

    @property
    def uploads(self) -> Path:
        """The folder of what was uploaded from here, and of what is under way."""
        return self.home / "uploads"

    @property
    def cache(self) -> Path:
        """The folder of SRS and proving keys, which can be made again."""
        return self.home / "cache"
