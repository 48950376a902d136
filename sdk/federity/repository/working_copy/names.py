"""The names of commits that this working copy gives: its HEAD, and what was made in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from solders.pubkey import Pubkey

from federity.chain import pda
from federity.errors import NotFound
from federity.files import listed
from federity.repository.ledger.names import Names
from federity.repository.ledger.references import SHORTEST
from federity.repository.reports import LocalCommit
from federity.repository.working_copy.reflog import Tip
from federity.repository.working_copy.remotes import ORIGIN
from federity.repository.working_copy.worktree import Worktree
from federity.text import short


class LocalNames(Names):
    """Names read off a working copy."""

    def __init__(self, worktree: Worktree) -> None:
        """Take the working copy."""
        self._worktree = worktree

    def head(self) -> Pubkey:
        """The head that commits go on top of. Raises WorktreeError."""
        return Pubkey.from_string(self._worktree.head().commit)

    def stack(self, name: str) -> tuple[LocalCommit, ...] | None:
        """The local commits up to the one that `HEAD` or an id means, oldest first: of `HEAD` all that are
        on the head, maybe none. None for what is not made here, or not on this branch. Raises WorktreeError.
        """
        stack = tuple(self._worktree.stack(self._worktree.head().branch))
        if name == "HEAD":
            return stack
        commit = None if self._is_branch(name) else self.local(name)
        return stack[: stack.index(commit) + 1] if commit in stack else None

    def _is_branch(self, name: str) -> bool:
        """Whether this working copy knows a branch of that name: then the branch is meant, whatever commit
        starts so.
        """
        known = {entry.tip.branch for entry in self._worktree.reflog.entries()}
        known |= {commit.branch for commit in self._worktree.commits.all()}
        return name in known | {self._worktree.head().branch}

    def remotes(self) -> Mapping[str, Pubkey]:
        """The repositories that have names here, `origin` being this working copy's. Raises WorktreeError."""
        own = {ORIGIN: self._worktree.config().repository}
        others = {one.name: one.repository for one in self._worktree.remotes.all()}
        return {name: Pubkey.from_string(address) for name, address in {**own, **others}.items()}

    def tip(self, name: str) -> Tip:
        """Where HEAD or a branch was so many moves ago: `HEAD@{2}`, `@{0}`, `main@{1}`. Raises NotFound."""
        found = re.fullmatch(r"([^@]*|@)@\{([0-9]{1,6})\}", name)
        if found is None:
            raise NotFound(
                f"{name!r} names no commit: a number of moves stands in the braces, as in HEAD@{{1}}.",
                hint="`federity reflog` lists them.",
            )
        of, number = found[1], int(found[2])
        entries = self._worktree.reflog.entries()
        if of not in ("", "HEAD", "@"):
            entries = tuple(entry for entry in entries if entry.tip.branch == of)
        if number >= len(entries):
            known = f"the reflog has {len(entries)} of them"
            raise NotFound(f"{name} is further back than is known here: {known}.")
        return entries[number].tip

    def earlier(self, name: str) -> Pubkey:
        """The head that `HEAD@{1}` means. Raises NotFound, also where local commits were on it."""
        tip = self.tip(name)
        if tip.deltas:
            raise NotFound(
                f"{name} is {short(tip.called)}, which was committed here and is not on a head.",
                hint=f"`federity restore --source {name}` puts its weights into the model file.",
            )
        return Pubkey.from_string(tip.commit)

    def branch(self) -> Pubkey | None:
        """The branch that is checked out, if one of this repository is."""
        config = self._worktree.config()
        repository = Pubkey.from_string(config.repository)
        return pda.branch(repository, config.branch) if config.branch else None

    def made_here(self, start: str) -> set[Pubkey]:
        """The addresses of the commits made here whose id, now or in earlier versions, starts so."""
        known = listed(self._worktree.folder / "pushed")
        found = (self._worktree.pushed(path.name) for path in known if path.name.startswith(start))
        return {Pubkey.from_string(address) for address in found if address}

    def pushed(self, identity: str) -> str | None:
        """The address that a local commit has on the chain, also after it became part of a head."""
        return self._worktree.pushed(identity)

    def local(self, reference: Any) -> LocalCommit | None:
        """The commit of this working copy that is meant, when it is one that is not on the chain."""
        wanted = reference.id if isinstance(reference, LocalCommit) else reference
        if not isinstance(wanted, str) or len(wanted) < SHORTEST:
            return None
        under = self._worktree.queue.under()
        found = [
            commit
            for commit in self._worktree.commits.all()
            if commit.state == "local"
            and commit.id not in under
            and (commit.id.startswith(wanted) or commit.delta.startswith(wanted))
        ]
        return found[0] if len(found) == 1 else None
