"""The part of the facade that proposals are in: what waits for others to look at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from federity.progress import OnProgress, listening, shown
from federity.repository import governance, verbs
from federity.repository.combining import Combining
from federity.repository.governance.facade import Commit
from federity.repository.reports.readable import Listing
from federity.wallet import Whose

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.repository.reports import RentReport
    from federity.repository.reports.diff_reports import DiffReport
    from federity.repository.reports.operation_reports import OperationReport, VoteReport
    from federity.repository.reports.proposal_reports import ProposalChecks, ProposalView, RemarkReport
    from federity.repository.working_copy.workspace import Workspace


class Proposals:
    """GitHub's verbs on what is proposed in a repository.

    A proposal is an operation, by its address, the start of one or what a verb returned; or a commit of a
    round, by its name. Titles and texts are in the store, their hashes on the chain.
    """

    def __init__(self, workspace: Workspace) -> None:
        """Take the repository, and what a working copy has of it."""
        self._workspace = workspace

    async def proposals(
        self,
        *,
        state: str = "open",
        base: str | None = None,
        author: Whose | None = None,
        limit: int | None = None,
    ) -> Listing[ProposalView]:
        """What is proposed in the repository, newest first, and the commits of rounds in progress beside it.

        `state` is open, merged, stale (the head has moved on) or all. Raises ConfigError, NotFound.
        """
        return Listing(await governance.proposals.listed(self._workspace, state, base, author, limit))

    async def proposal(self, proposal: Commit) -> ProposalView:
        """One proposal with all that was said of it. Raises NotFound."""
        return await governance.proposals.viewed(self._workspace, proposal)

    async def proposal_diff(self, proposal: Commit, *, on_progress: OnProgress = shown) -> DiffReport:
        """How the weights of its head would change. Raises NotFound, BlobError."""
        with listening(on_progress):
            return await verbs.proposal_checks.difference(self._workspace, proposal, on_progress)

    async def proposal_checks(
        self,
        proposal: Commit,
        *,
        evaluate: Callable[[Mapping[str, Any]], Mapping[str, float]] | None = None,
        on_progress: OnProgress = shown,
    ) -> ProposalChecks:
        """What anybody can find out of it: what is proved of each commit that it brings, the length of the
        change, and how alike other proposals and the last commits are.

        `evaluate` is called with the weights by name, as the head is and as it would be, for figures of a
        hold-out of your own. Raises NotFound, BlobError, ConfigError (it answers no numbers).
        """
        with listening(on_progress):
            return await verbs.proposal_checks.checks(self._workspace, proposal, evaluate, on_progress)

    async def proposal_review(
        self,
        proposal: Commit,
        *,
        approve: bool | None = None,
        body: str = "",
        dry_run: bool = False,
        on_progress: OnProgress = shown,
    ) -> RemarkReport:
        """Approve, ask for changes (`approve=False`) or comment, with words that stay readable.

        A maintainer's approval of an operation is a vote, after opening all of it; it is merged by
        `proposal_merge`. Any member may speak. Raises NotFound, NotAMember, ConfigError (no words),
        NothingToDo (said before), Archived, StaleHead.
        """
        with listening(on_progress):
            return await governance.proposal_verdicts.say(
                self._workspace, proposal, approve, body, dry_run, on_progress
            )

    async def proposal_merge(
        self,
        proposal: Commit,
        *,
        anyway: bool = False,
        dry_run: bool = False,
        on_progress: OnProgress = shown,
    ) -> VoteReport:
        """Make it the head; anyone may, once it has its votes and, unless `anyway`, no maintainer asks for
        changes: that the program does not count.

        Raises NotApproved, NothingToDo (it is merged), StaleHead, NotFound (a round's commits are merged
        with it), BlobError.
        """
        with listening(on_progress):
            return await governance.proposal_verdicts.merge(
                self._workspace, proposal, anyway, dry_run, on_progress
            )

    async def proposal_close(self, proposal: Commit, *, dry_run: bool = False) -> RentReport:
        """Give it up, and get its rent back: its author, maintainers, anyone once the head has moved on.

        Raises NotFound, NothingToDo (it is merged), NotAMember.
        """
        return await governance.proposal_verdicts.close(self._workspace, proposal, dry_run)


class Proposing(Proposals, Combining):
    """The same for the repository of a working copy; and what is proposed of it, there or elsewhere."""

    async def propose(
        self,
        title: str | None = None,
        body: str = "",
        *,
        base: str = "main",
        head: Commit = None,
        repository: str | Pubkey | None = None,
        dry_run: bool = False,
        on_progress: OnProgress = shown,
    ) -> OperationReport:
        """Propose all that `head` (the branch that is checked out) did, for a protected branch `base`; of
        another `repository`, such as `upstream` or OWNER/NAME, where you are a contributor at least.

        Without a title it is what git would say. Raises NothingToDo (all of it is there, or it is proposed
        already), ConfigError (the base is not protected, commits are not pushed, no title of one line), and
        what `merge_branch` does.
        """
        with listening(on_progress):
            return await verbs.propose.propose(
                self._workspace, title, body, base, head, repository, dry_run, on_progress
            )

    async def elsewhere(self, repository: str | Pubkey) -> Proposals:
        """What is proposed in another repository, `upstream` or OWNER/NAME, with what is here of its blobs.

        Raises NotFound, ConfigError (another reference string).
        """
        return Proposals(await verbs.remote.elsewhere(self._workspace, repository))
