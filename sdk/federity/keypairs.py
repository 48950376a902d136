"""Which keypair file acts when a command or a program names none: looked for where people keep one."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from federity.config import Config
from federity.errors import ConfigError, WalletError
from federity.local_files import Unsound, contents
from federity.wallet import Wallet

__all__ = ["ENVIRONMENT", "KeypairFile", "find", "solana_setting"]

ENVIRONMENT = "FEDERITY_KEYPAIR"
"""The environment variable that names a keypair file."""

_SOLANA = Path("~/.config/solana")
# Solana's own tool writes one setting a line; a quoted value has no escapes worth knowing in a path or a URL.
_LINE = re.compile(r"""^(\w+): *(?:"(.*)"|'(.*)'|(.*?)) *$""", re.MULTILINE)


@dataclass(frozen=True)
class KeypairFile:
    """A keypair file and, when it was not named for this very command, what it was found by.

    `named` is True for a file that the caller named: a new working copy remembers that one.
    """

    path: Path
    origin: str = ""
    named: bool = False

    def read(self) -> Wallet:
        """Read the wallet. Raises WalletError, which says what named the file."""
        try:
            return Wallet.read(self.path)
        except WalletError as error:
            if not self.origin:
                raise
            raise WalletError(f"{error.sentence} It is named by {self.origin}.", hint=error.hint) from error

    def __str__(self) -> str:
        """The file and what named it."""
        return f"{self.path}, from {self.origin}" if self.origin else str(self.path)


def find(named: Path | None, remembered: Path | None, config: Config) -> KeypairFile:
    """The first of: `named`, the environment, what the working copy remembers, the settings, their folder's
    `id.json`, Solana's own settings, Solana's own default.

    A wallet that was made for Federity comes before Solana's, which may hold real money. Where there is none
    at all, the one in the folder of settings is meant: `federity key new` makes it. Files are not read here.
    """
    if named is not None:
        return KeypairFile(named.expanduser(), named=True)
    if os.environ.get(ENVIRONMENT):
        return KeypairFile(Path(os.environ[ENVIRONMENT]).expanduser(), ENVIRONMENT)
    if remembered is not None:
        return KeypairFile(remembered, "this working copy")
    if config.keypair is not None:
        return KeypairFile(config.keypair, "the settings")
    own = config.home / "id.json"
    if own.exists():
        return KeypairFile(own)
    solana = solana_setting("keypair_path")
    if solana is not None:
        return KeypairFile(Path(solana).expanduser(), "Solana's settings")
    default = (_SOLANA / "id.json").expanduser()
    return KeypairFile(default, "Solana's default") if default.exists() else KeypairFile(own)


def solana_setting(name: str) -> str | None:
    """A setting of Solana's own tool, None where there is none. Raises ConfigError, FileUnavailable."""
    path = (_SOLANA / "cli" / "config.yml").expanduser()
    try:
        text = contents(path).decode()
    except FileNotFoundError:
        return None
    except (Unsound, UnicodeDecodeError) as error:
        raise ConfigError(
            f"Solana's settings in {path} cannot be read: {error}.", hint="Name a keypair with --keypair."
        ) from error
    found = {
        line[1]: next((value for value in line.groups()[1:] if value), "") for line in _LINE.finditer(text)
    }
    return found.get(name) or None
