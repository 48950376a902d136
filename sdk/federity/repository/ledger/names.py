"""Names of commits that not everybody can resolve: those that one working copy gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from solders.pubkey import Pubkey

from federity.errors import NotFound
from federity.repository.reports import LocalCommit


class Names:
    """The names of a reader without a working copy: none. A working copy knows some."""

    def head(self) -> Pubkey:
        """What `HEAD` means. Raises NotFound."""
        raise NotFound("HEAD is the head of a working copy, and there is none here.")

    def stack(self, name: str) -> tuple[LocalCommit, ...] | None:
        """The local commits up to the one that `HEAD` or an id means, oldest first; None for other names."""
        return None

    def remotes(self) -> Mapping[str, Pubkey]:
        """The repositories that have names here: `upstream`, and of a working copy `origin`, its own."""
        return {}

    def earlier(self, name: str) -> Pubkey:
        """What `HEAD@{1}` or `main@{2}` means: where it was before. Raises NotFound."""
        raise NotFound(f"{name} is of a working copy's reflog, and there is none here.")

    def branch(self) -> Pubkey | None:
        """The branch whose commits are meant first, where a name is on several."""
        return None

    def made_here(self, start: str) -> set[Pubkey]:
        """The addresses of commits made here whose id, now or in earlier versions, starts so."""
        return set()

    def pushed(self, identity: str) -> str | None:
        """The address on the chain of a commit that was made here."""
        return None

    def local(self, reference: Any) -> LocalCommit | None:
        """The commit made here that is meant, when it is one that is not on the chain."""
        return None
