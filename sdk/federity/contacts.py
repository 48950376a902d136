"""Names that a person gives to wallets, on this machine alone: nothing that is sent or stored has them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from solders.pubkey import Pubkey

from federity.errors import ConfigError, NotFound, NothingToDo
from federity.files import write_atomically
from federity.local_files import Unsound, contents, newer, table

__all__ = ["Contacts"]

VERSION = 1
"""Version of the format of `contacts.toml`."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
# The file stays far below what is read of one.
_MOST = 500
# Words that other people's commands already mean something by.
_TAKEN = frozenset({"federity", "me", "none", "nobody", "owner"})


class Contacts:
    """The file `contacts.toml` in the folder of settings: one name for an address, one address for a name."""

    def __init__(self, home: Path) -> None:
        """Take the folder of settings; the file is read whenever a name is needed."""
        self._path = home / "contacts.toml"

    def all(self) -> Mapping[str, str]:
        """Addresses by name, in the order of names. Raises ConfigError, FileUnavailable."""
        try:
            found = table(contents(self._path))
        except FileNotFoundError:
            return {}
        except Unsound as error:
            raise ConfigError(f"The contacts in {self._path} cannot be read: {error}.") from error
        version, people = found.get("version", VERSION), found.get("people", {})
        if type(version) is int and version > VERSION:
            raise ConfigError(newer(self._path, version), hint="Update Federity.")
        if not isinstance(people, dict) or not set(found) <= {"version", "people"}:
            raise ConfigError(f"The contacts in {self._path} are not names and addresses.")
        for name, address in people.items():
            try:
                _check(name)
                Pubkey.from_string(address)
            except (ConfigError, ValueError, TypeError) as error:
                raise ConfigError(
                    f"The contact {name!r} in {self._path} is not a name with an address.",
                    hint="Delete its line and add it again with `federity contact add NAME ADDRESS`.",
                ) from error
        if len(set(people.values())) < len(people):
            raise ConfigError(f"Two contacts in {self._path} have one address.", hint="Delete one's line.")
        return dict(sorted(people.items()))

    def address(self, name: str) -> Pubkey | None:
        """Whose address a name stands for; None for no contact's. Raises ConfigError, FileUnavailable."""
        # What cannot be a name needs no file that may be damaged.
        found = self.all().get(name) if _NAME.fullmatch(name) else None
        return None if found is None else Pubkey.from_string(found)

    def name(self, address: str) -> str:
        """The name of who has an address; empty for nobody's. Raises ConfigError, FileUnavailable."""
        return next((name for name, found in self.all().items() if found == address), "")

    def add(self, name: str, address: Pubkey) -> None:
        """Name a wallet.

        Raises ConfigError when the name can be none, or is somebody else's, or the address has another one;
        NothingToDo when it is so already; StorageFull, FileUnavailable.
        """
        _check(name)
        people = self.all()
        known, other = people.get(name), self.name(str(address))
        if known == str(address):
            raise NothingToDo(f"{name} is {address} already.")
        if known is not None:
            raise ConfigError(
                f"{name} is {known} already.",
                hint=f"If that is to change, `federity contact remove {name}` first.",
            )
        if other:
            raise ConfigError(
                f"{address} is {other} already.",
                hint=f"For another name, `federity contact remove {other}` first.",
            )
        if len(people) >= _MOST:
            raise ConfigError(f"There are {_MOST} contacts already, which is the most there can be.")
        self._write({**people, name: str(address)})

    def remove(self, name: str) -> str:
        """Forget a name and return its address. Raises NotFound, StorageFull, FileUnavailable."""
        people = dict(self.all())
        if name not in people:
            raise NotFound(f"No contact is named {name!r}.", hint="`federity contact` lists them.")
        address = people.pop(name)
        self._write(people)
        return address

    def _write(self, people: Mapping[str, str]) -> None:
        lines = [f"version = {VERSION}\n", "\n[people]\n"]
        lines += [f"{name} = {json.dumps(address)}\n" for name, address in sorted(people.items())]
        write_atomically(self._path, ["".join(lines).encode()])


def _check(name: str) -> None:
    """Raise ConfigError for what names nobody. No name can be taken for an address or for a path."""
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} cannot name anybody: a name is 1 to 32 of a-z 0-9 _ - and begins with a letter."
        )
    if name in _TAKEN:
        raise ConfigError(f"{name!r} names nobody in particular.", hint="Choose another name.")
