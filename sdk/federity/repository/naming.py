"""The part of the facade that names are in: tags, and what other repositories are called here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.repository import verbs
from federity.repository.governance.facade import Commit
from federity.repository.proposing import Proposing
from federity.repository.reports.readable import Listing

if TYPE_CHECKING:
    from federity.repository.reports import RentReport, TagReport, TagView


class Naming(Proposing):
    """Git's verbs on names. Each hands over to a module of its name."""

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
