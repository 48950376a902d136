"""The part of the facade that puts weights back, or aside, on this machine: no chain is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.progress import OnProgress, listening, shown
from federity.repository import verbs
from federity.repository.governance.facade import Commit, Model
from federity.repository.reading import Reading
from federity.repository.reports.readable import Listing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from federity.repository.reports.bisect_reports import BisectReport
    from federity.repository.reports.local_reports import (
        FsckReport,
        GcReport,
        ResetReport,
        RestoreReport,
        StashEntry,
    )


class Shelving(Reading):
    """Verbs on what is in hand and not pushed. Each hands over to a module of its name."""

    async def restore(
        self, source: Commit = "HEAD", model: Model = None, *, on_progress: OnProgress = shown
    ) -> RestoreReport:
        """Put the weights of a commit into the model, whatever it holds; HEAD stays where it is.

        Of another commit than HEAD they are a change that is not committed: the next commit makes the head
        these weights. Raises NotFound, BlobError, WorktreeError.
        """
        with listening(on_progress):
            return await verbs.restore.restore(self._ahead, source, model, on_progress)

    async def reset(
        self, to: Commit = "HEAD", model: Model = None, *, hard: bool = False, force: bool = False
    ) -> ResetReport:
        """Take back the local commits on top of `to` and what is queued there; with `hard` the model gets its
        weights as well.

        Without it the model is left alone, and what was taken back is a change of it again. Raises
        ConfigError (`to` is below the head, or a commit is proposed on the chain), WorktreeError (`hard`, and
        the file holds changes not committed; `force` overwrites them), NotFound.
        """
        return await verbs.reset.reset(self._ahead, to, model, hard, force)

    async def bisect_start(
        self, bad: Commit = None, good: Sequence[Commit] = (), *, on_progress: OnProgress = shown
    ) -> BisectReport:
        """Begin a search for the first bad commit, between a bad one and good ones in its past.

        When both are named, the commit to be judged next is loaded into the model file: the search takes `n`
        looks at `2^n` commits. Raises ConfigError (a good one is not in the past of the bad one),
        WorktreeError (the file holds changes not committed), NotFound, BlobError.
        """
        with listening(on_progress):
            return await verbs.bisect.start(self._ahead, bad, good, on_progress)

    async def bisect_mark(
        self, verdict: str, commits: Sequence[Commit] = (), *, on_progress: OnProgress = shown
    ) -> BisectReport:
        """Say that commits, by default the one in hand, are `good`, `bad`, or to `skip`; load the next one.

        Raises NothingToDo (no search has begun, or only skipped commits are left) and what `bisect_start`
        does.
        """
        with listening(on_progress):
            return await verbs.bisect.mark(self._ahead, verdict, commits, on_progress)

    async def bisect_reset(self, *, on_progress: OnProgress = shown) -> RestoreReport:
        """End the search, and load HEAD's weights. Raises NothingToDo."""
        with listening(on_progress):
            return await verbs.bisect.reset(self._ahead, on_progress)

    async def fsck(self) -> FsckReport:
        """Check every blob of this working copy against its name, and that all that are needed are there.

        Raises WorktreeError for another file of the working copy that is damaged, naming it.
        """
        return await verbs.fsck.fsck(self._workspace)

    async def gc(self, *, dry_run: bool = False) -> GcReport:
        """Delete the blobs of this working copy that nothing here needs: others' deltas, and old weights.

        What local commits, weights in hand, stashes and the reflog are made of stays. What is deleted is
        fetched again when it is asked for.
        """
        return await verbs.fsck.gc(self._workspace, dry_run)

    async def stash_push(self, message: str = "", model: Model = None) -> StashEntry:
        """Put what a model file holds aside, whole, and the weights of HEAD in its place.

        Raises NothingToDo (nothing changed), NotFound (no file), ConfigError (a live model), WorktreeError
        (it is not known what the weights were loaded with).
        """
        return await verbs.stash.push(self._workspace, message, model)

    async def stash_pop(self, place: int = 0, model: Model = None, *, keep: bool = False) -> StashEntry:
        """Put stashed weights back, to the bit; the next commit sends what training had changed.

        It goes on top of whatever HEAD is by then. `keep` leaves them in the stash too. Raises NotFound,
        WorktreeError (the file holds changes not committed, another base, or a damaged stash).
        """
        return await verbs.stash.pop(self._workspace, place, model, keep)

    async def stashes(self) -> Listing[StashEntry]:
        """What is put aside here, the newest first."""
        return Listing(await verbs.stash.stashes(self._workspace))

    async def stash_drop(self, place: int = 0) -> StashEntry:
        """Forget what was put aside, for good. Raises NotFound."""
        return await verbs.stash.drop(self._workspace, place)
