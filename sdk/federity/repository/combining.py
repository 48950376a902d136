"""The part of the facade that moves heads by sums of commits, which the chain computes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from federity.progress import OnProgress, listening, shown
from federity.repository import governance, verbs
from federity.repository.governance.facade import Commit, Model
from federity.repository.reports.readable import Listing
from federity.repository.shelving import Shelving
from federity.repository.verbs.wanted import Wanted
from federity.repository.working_copy.queue import MERGE, PICK, RESET, REVERT

if TYPE_CHECKING:
    from federity.repository.ledger.shares import Share
    from federity.repository.reports import RentReport, TransactionReport
    from federity.repository.reports.operation_reports import OperationReport, OperationView, VoteReport
    from federity.repository.reports.queue_reports import QueuedView
    from federity.repository.reports.recipe_reports import CheckedRecipe, MadeCommit


class Combining(Shelving):
    """Git's verbs on what was merged. Each hands over to a module of its name.

    The new head is exactly the sum that the report states. On a protected branch it is proposed: its
    maintainers approve it. All are for the branch that is checked out, after a `pull` and without local
    commits on it. Each raises NotAMember, Archived, ConfigError (local commits stand on the head), StaleHead
    (the head moved on, or a round holds it), WorktreeError (another base), BlobError, ProgramError (the
    branch's rules forbid it). Stopped anywhere, the same call resumes.

    Where the repository was opened without a session, they are worked out on what was fetched and wait here
    for `push`: the report says `queued`, and HEAD stands on the result, whose weights are in
    `model.safetensors` if there is one. Then they raise ChainUnavailable (nothing was fetched), WorktreeError
    (that file holds training that no commit has), ConfigError (the branch is protected).

    `message` is what the history says of it, at most 64 kB, in the store and its hash on the chain; without
    one it is what git would say. Another one for a sum that is proposed already is a ConfigError.
    """

    async def revert(
        self,
        commit_: Commit,
        *,
        message: str | None = None,
        dry_run: bool = False,
        on_progress: OnProgress = shown,
    ) -> OperationReport:
        """Take out of the head what it holds of a commit's change, to the integer.

        Of a commit that several people's round made, or of one of their updates alone; of a merged branch all
        that it brought. Raises NothingToDo (the head holds nothing of it), ConfigError (it is not in the
        branch's past).
        """
        with listening(on_progress):
            wanted = Wanted(REVERT, (commit_,), message)
            return await verbs.queueing.ask(self._workspace, wanted, dry_run, on_progress)

    async def cherry_pick(
        self,
        commit_: Commit,
        *,
        message: str | None = None,
        dry_run: bool = False,
        on_progress: OnProgress = shown,
    ) -> OperationReport:
        """Add to the head what a commit changed where it was made.

        That is its difference to its parent, or an update of a merged round at the weight it had there.
        Raises NothingToDo (the head holds it), ConfigError (it was neither merged nor a head, or the head
        holds a part of it).
        """
        with listening(on_progress):
            wanted = Wanted(PICK, (commit_,), message)
            return await verbs.queueing.ask(self._workspace, wanted, dry_run, on_progress)

    async def merge_branch(
        self,
        *sides: Commit,
        weights: Mapping[Commit, Share] | None = None,
        average: bool = False,
        ff_only: bool = False,
        message: str | None = None,
        dry_run: bool = False,
        on_progress: OnProgress = shown,
    ) -> OperationReport:
        """Bring other branches, or any heads, into this one: all sides' changes since they parted.

        What several have in common counts once. Where this branch did nothing since then, its head becomes
        the other; with `ff_only` nothing else is done. `weights` gives sides a share of their change in
        place of all of it (`"3/4"`, `0.5`, `-1`; 256ths, as no other share is exact); in an `average` heads
        themselves have shares, the same unless named, which sum to 1 (HEAD takes what is left). Raises
        NothingToDo (all are in its past), ConfigError (no common past, no exact share, more than 8 terms,
        unequal shares of what sides have in common; with `ff_only`, that the head has gone on).
        """
        wanted = Wanted(MERGE, sides, message, weights or {}, average, ff_only)
        with listening(on_progress):
            return await verbs.queueing.ask(self._workspace, wanted, dry_run, on_progress)

    async def merge_recipe(
        self,
        recipe: Path | str,
        *,
        message: str | None = None,
        dry_run: bool = False,
        on_progress: OnProgress = shown,
    ) -> OperationReport | MadeCommit:
        """Make the head what a recipe of mergekit, a YAML file, makes of the heads that are its models.

        They are branches and commits by their names here, HEAD among them. Exact are linear, task_arithmetic
        and passthrough, with weights that come out as 256ths. Of dare_linear, della_linear, breadcrumbs and
        model_stock a local commit is made, on HEAD with its local commits, which `push` sends: within half of
        its own step, a recipe of addresses in its message. Raises ConfigError (another method, by name and
        with the reason; no exact sum; what a recipe says that is not done here; more than a commit holds),
        FileUnavailable, NothingToDo.
        """
        with listening(on_progress):
            return await verbs.queueing.ask_recipe(
                self._workspace, Path(recipe), message, dry_run, on_progress
            )

    async def check_recipe(self, commit_: Commit, *, on_progress: OnProgress = shown) -> CheckedRecipe:
        """Make a commit anew of the recipe in its message, and compare value by value; changes nothing.

        Raises ConfigError (its message has none), NotFound, BlobError, CommitmentMismatch.
        """
        with listening(on_progress):
            return await verbs.merge_made.check(self._ahead, commit_, on_progress)

    async def branch_reset(
        self,
        name: str,
        to: Commit,
        *,
        message: str | None = None,
        dry_run: bool = False,
        on_progress: OnProgress = shown,
    ) -> OperationReport:
        """Make a branch's head the weights of a commit that was a head.

        It is a new commit: what came between stays in the history, and can be had again in the same way.
        Raises NothingToDo (it is the head), NotFound (no such branch), ConfigError (it never was a head).
        """
        with listening(on_progress):
            wanted = Wanted(RESET, (to,), message, branch=name)
            return await verbs.queueing.ask(self._workspace, wanted, dry_run, on_progress)

    async def branch_create(
        self,
        name: str,
        *,
        at: Commit = "HEAD",
        model: Model = None,
        keep_zeros: bool = False,
        dry_run: bool = False,
        on_progress: OnProgress = shown,
    ) -> TransactionReport:
        """Make a branch at an existing commit.

        With a model the branch has a new base: these weights, whose layers may be others than the commit's,
        which is recorded as its ancestor. Vectors of two bases are never added: `checkout` switches between
        branches, `log` crosses from a base to its ancestor. The report is a NewBaseReport then. With
        `keep_zeros` what is zero in its weights stays zero for good: see `Repository.init`.

        Raises NotAMember, NotFound, ConfigError (the name is taken, or the commit was never a head; without a
        session, that there is a model).
        """
        with listening(on_progress):
            return await verbs.queueing.ask_branch(
                self._workspace, name, at, model, keep_zeros, dry_run, on_progress
            )

    async def queue(self) -> Listing[QueuedView]:
        """What waits here for `push` besides local commits, the oldest first. No chain, no network."""
        return Listing(verbs.queueing.queue_list(self._workspace))

    async def queue_drop(self) -> QueuedView:
        """Take the last of what is queued back: HEAD is what it was made on, and so is a model file that
        holds just its result. A file with training in it stays, and all that it has beyond HEAD
        is a change of it.

        Raises NothingToDo (nothing is queued), ConfigError (local commits, or the branch one stands on, are
        made on it), WorktreeError (the weights it was made on are not at hand).
        """
        return await verbs.queueing.queue_drop(self._workspace)

    async def operations(self) -> Listing[OperationView]:
        """Operations that are not finished, the oldest first."""
        return Listing(await governance.operations.operations(self._workspace))

    async def operation_approve(
        self, operation: Commit, *, dry_run: bool = False, on_progress: OnProgress = shown
    ) -> VoteReport:
        """Approve an operation, by its address or report, after opening all that it adds up; when that was
        the last vote it needed, finish it.

        Raises NotFound, NotAMember, NothingToDo (you did already), StaleHead, BlobError.
        """
        with listening(on_progress):
            return await governance.operations.approve(self._workspace, operation, dry_run, on_progress)

    async def operation_finish(
        self, operation: Commit, *, dry_run: bool = False, on_progress: OnProgress = shown
    ) -> VoteReport:
        """Go on with an operation; anyone may. Raises NotFound, StaleHead, BlobError, ProgramError."""
        with listening(on_progress):
            return await governance.operations.finish(self._workspace, operation, dry_run, on_progress)

    async def operation_close(self, operation: Commit = None, *, dry_run: bool = False) -> RentReport:
        """Give an operation up, and get its rent back; without one, all that you paid for and that the head
        has left behind.

        Raises NothingToDo, NotFound, NotAMember (only its author and maintainers, while it can be finished).
        """
        return await governance.operations.close(self._workspace, operation, dry_run)
