"""What other repositories are called in this working copy, as in git: `upstream`. `origin` is its own one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from federity.chain import pda
from federity.errors import ConfigError, NotFound
from federity.local_files import Format
from federity.records import Address, Name
from federity.repository.working_copy.lock import write_atomic

ORIGIN = "origin"
UPSTREAM = "upstream"
# What stands before a slash in names of another kind.
_TAKEN = frozenset({"tags", "heads", "refs", "remotes"})


@dataclass(frozen=True)
class Remote:
    """A repository with the name that it has here: its address, and its OWNER/TITLE."""

    name: Name
    repository: Address
    owner: Address
    title: Name

    @property
    def spec(self) -> str:
        """OWNER/NAME, what `clone` takes."""
        return f"{self.owner}/{self.title}"


@dataclass(frozen=True)
class Known:
    """What `remotes` holds."""

    remotes: tuple[Remote, ...] = ()


_FORMAT = Format(Known, "Delete it, and name them again with `federity remote add`.")


class Remotes:
    """The file `remotes` of a working copy. Whoever changes it holds the working copy's lock."""

    def __init__(self, file: Path) -> None:
        """Take the file."""
        self._file = file

    def all(self) -> tuple[Remote, ...]:
        """Every remote but `origin`, by name. Raises WorktreeError when the file is damaged."""
        return _FORMAT.read(self._file).remotes if self._file.exists() else ()

    def find(self, name: str) -> Remote | None:
        """The remote of that name."""
        return next((one for one in self.all() if one.name == name), None)

    def get(self, name: str) -> Remote:
        """The remote of that name. Raises NotFound."""
        found = self.find(name)
        if found is None:
            raise NotFound(f"There is no remote {name!r}.", hint="`federity remote -v` lists them.")
        return found

    def put(self, remote: Remote) -> None:
        """Name a repository, or another one so. Raises ConfigError for what is no name of a remote."""
        if remote.name in _TAKEN or remote.name == ORIGIN:
            raise ConfigError(f"{remote.name!r} means something else: choose another name.")
        # The same rules as for branches, as the two are written together.
        pda.padded_name(remote.name)
        others = [one for one in self.all() if one.name != remote.name]
        self._write([*others, remote])

    def rename(self, old: str, new: str) -> None:
        """Call a repository something else. Raises NotFound, ConfigError (the name is taken, or none)."""
        found = self.get(old)
        if self.find(new) is not None:
            raise ConfigError(f"There is a remote {new!r} already.")
        self.put(replace(found, name=new))
        self.remove(old)

    def remove(self, name: str) -> None:
        """Forget a name. Raises NotFound."""
        found = self.get(name)
        self._write([one for one in self.all() if one != found])

    def _write(self, remotes: list[Remote]) -> None:
        ordered = tuple(sorted(remotes, key=lambda one: one.name))
        write_atomic(self._file, _FORMAT.encode(Known(ordered)))
