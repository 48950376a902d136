"""The part of the facade that names are in: tags, and what other repositories are called here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.repository import verbs
from federity.repository.governance.facade import Commit
from federity.repository.ledger.naming import address_of
from federity.repository.proposing import Proposing
from federity.repository.reports.readable import Listing

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.repository.reports import ForkReport, RentReport, TagReport, TagView
    from federity.repository.reports.remote_reports import RemoteView
    from federity.session import Session


class Naming(Proposing):
    """Git's verbs on names. Each hands over to a module of its name."""

    @staticmethod
    async def fork(
        session: Session,
        spec: str | Pubkey,
        *,
        name: str | None = None,
        branch: str = "main",
        dry_run: bool = False,
    ) -> ForkReport:
        """Make a repository of the wallet's own that begins where a branch of OWNER/NAME (or an address) is.

        Its history is the other's up to there, and no weights are copied. It has a branch of that name with
        the rules of a new one, and those keys of the other's that nobody can forge with alone; it is insecure
        if the other is. Stopped half way, the same call goes on.

        Raises NotFound, ConfigError (you have a repository of that name), NothingToDo (it is forked already),
        WrongCluster, Insecure.
        """
        parent = address_of(session, spec)
        return await verbs.fork.fork(session, parent, name, branch, dry_run)

    async def fork_here(self, *, name: str | None = None, dry_run: bool = False) -> ForkReport:
        """`fork` this working copy's repository at the branch that is checked out, and make the fork its
        `origin` and what that was its `upstream`; local commits, and what was trained, stay.

        Raises what `fork` does, and WorktreeError (a commit of this working copy is on its way).
        """
        return await verbs.fork.fork_here(self._workspace, name, dry_run)

    def remotes(self) -> Listing[RemoteView]:
        """The repository that this working copy is of, `origin`, and those that have names here."""
        return Listing(verbs.remote.remotes(self._workspace))

    async def remote_add(self, name: str, spec: str | Pubkey) -> RemoteView:
        """Call another repository on this chain `name`: `NAME/BRANCH` is its branch, wherever a commit is
        named.

        Raises NotFound, ConfigError (the name is taken or none, or the other has another reference string).
        """
        return await verbs.remote.add(self._workspace, name, spec)

    async def remote_set_url(self, name: str, spec: str | Pubkey) -> RemoteView:
        """Let a name mean another repository; of `origin` it is the one that this working copy is of from now
        on, with its local commits. The next pull loads its head.

        Raises NotFound, ConfigError (no commits in common), NothingToDo, WorktreeError (a commit of this
        working copy is on its way).
        """
        return await verbs.remote.set_url(self._workspace, name, spec)

    async def remote_rename(self, old: str, new: str) -> RemoteView:
        """Call a repository something else. Raises NotFound, ConfigError."""
        return await verbs.remote.rename(self._workspace, old, new)

    async def remote_remove(self, name: str) -> RemoteView:
        """Forget a name. Raises NotFound, ConfigError (`origin`)."""
        return await verbs.remote.remove(self._workspace, name)

    async def tags(self, *patterns: str, points_at: Commit = None) -> Listing[TagView]:
        """The tags, by name: those that a pattern fits (`v1.*`), if any is given, and that name a commit.

        Raises NotFound.
        """
        return Listing(await verbs.tag.tags(self._workspace, patterns, points_at))

    async def tag_create(
        self,
        name: str,
        at: Commit = "HEAD",
        *,
        message: str = "",
        force: bool = False,
        before: str | None = None,
        dry_run: bool = False,
    ) -> TagReport:
        """Give a commit that is or was a head a name that stays; for maintainers.

        `message` is kept in the store, its hash on the chain, at most 64 kB. With `force` a tag that is there
        moves, and with `before`, an address (empty: no tag), only if that is what it names now.

        Raises ConfigError (a bad name, one that is taken, or of what was never a head), NotFound, NotAMember,
        Archived, NothingToDo (it names that commit), StaleHead (it names another one than `before`).
        """
        wanted = verbs.tag.Wanted(name, at, message, force, before)
        return await verbs.tag.create(self._workspace, wanted, dry_run)

    async def tag_delete(self, *names: str, dry_run: bool = False) -> RentReport:
        """Take tags away: their rent returns, and the names are free again. The commits stay.

        Raises NotFound, NotAMember.
        """
        return await verbs.tag.delete(self._workspace, names, dry_run)
