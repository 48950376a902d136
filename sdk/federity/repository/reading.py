"""The half of the facade that changes nothing: where a working copy stands, history, and what rechecks it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.progress import OnProgress, listening, shown
from federity.repository import evidence, verbs, verification
from federity.repository.governance.facade import Commit, Model
from federity.repository.nfts.facade import Holding
from federity.repository.reports.fetch_reports import AsOf
from federity.repository.reports.readable import Listing
from federity.wallet import Whose

if TYPE_CHECKING:
    from federity.repository.reports import (
        CommitView,
        ExportReport,
        FolderReport,
        PlotReport,
        Status,
        VerifyReport,
    )
    from federity.repository.reports.blame_reports import BlameReport, WithoutReport
    from federity.repository.reports.diff_reports import DiffReport
    from federity.repository.reports.fetch_reports import FetchReport
    from federity.repository.reports.local_reports import ReflogEntry
    from federity.repository.verbs.evaluating import Evaluation
    from federity.repository.working_copy.workspace import Workspace


class Reading(Holding):
    """Verbs that leave chain, store and working copy as they are. Each hands over to a module of its name.

    What is queued here is read as if it had been sent.
    """

    @property
    def _ahead(self) -> Workspace:
        return self._workspace.ahead()

    async def status(self, model: Model = None) -> Status:
        """Say where the working copy stands and what is not pushed. No chain, no network."""
        return await verbs.status.status(self._workspace, model)

    async def fetch(self, branches: Sequence[str] = (), *, on_progress: OnProgress = shown) -> FetchReport:
        """Bring the history of the branches, by default of all, into this working copy: HEAD stays. With the
        name of a remote before them, such as `upstream`, its branches.

        A `Repository` that is opened without a session reads from then on what was fetched. Raises NotFound.
        """
        with listening(on_progress):
            return await verbs.fetch.fetch(self._workspace, branches, on_progress)

    def as_of(self) -> AsOf:
        """What a `Repository` without a session answers from. Raises ChainUnavailable when nothing is."""
        from federity.repository.working_copy import offline

        found = offline.fetched(self._workspace.worktree)
        return AsOf(found.slot, found.at)

    async def log(
        self,
        start: Commit = "HEAD",
        *,
        limit: int | None = None,
        author: Whose | None = None,
        since: float | None = None,
        until: float | None = None,
        first_parent: bool = False,
    ) -> Listing[CommitView]:
        """Commits from `start` to the genesis, newest first; of an `author` those that a wallet made alone
        or that are a sum with one of its own; of dates from `since` to `until`, in Unix seconds.

        Those of branches that were merged are among them, unless `first_parent`.
        """
        wants = verbs.log.Wanted(limit, author, since, until, first_parent)
        return Listing(await verbs.log.log(self._ahead, start, wants))

    async def show(self, commit_: Commit = "HEAD") -> CommitView:
        """One commit with its reviews and, for a merge, the commits it is the sum of."""
        return await verbs.log.show(self._ahead, commit_)

    async def diff(
        self,
        before: Commit = None,
        after: Commit = None,
        model: Model = None,
        *,
        evaluate: Evaluation | None = None,
        plot: Path | str | None = None,
        on_progress: OnProgress = shown,
    ) -> DiffReport:
        """Compare two commits, or a commit and the model, tensor by tensor.

        `evaluate` takes weights, a mapping of tensors by name, and answers with figures by name: of both
        sides. `plot` is a `.svg` or `.png` file, which is written (needs `federity[plot]`).

        Without `after` the model in hand is that side; without `before` what it was loaded with is: the
        difference is what the next commit has to send. Raises
        NotFound, BlobError, ModelError, WorktreeError (it is not known what the model was loaded with).
        """
        with listening(on_progress):
            picture = None if plot is None else Path(plot)
            return await verbs.diff.diff(self._ahead, before, after, model, evaluate, picture, on_progress)

    async def blame(
        self, commit_: Commit = "HEAD", tensors: Sequence[str] = (), *, on_progress: OnProgress = shown
    ) -> BlameReport:
        """Say what share of each tensor's change since the base came from whom; of `tensors` alone if named.

        The commits are added up as integers on the way. Raises NotFound, BlobError, CommitmentMismatch (the
        sum is not the head).
        """
        with listening(on_progress):
            return await verbs.blame.blame(self._ahead, commit_, tensors, on_progress)

    async def without(
        self,
        author: Whose,
        commit_: Commit = "HEAD",
        *,
        file: Path | str | None = None,
        on_progress: OnProgress = shown,
    ) -> WithoutReport:
        """A commit's weights less all that is in them of an author's commits, exact; into a safetensors
        `file` if one is named, which must not be there yet.

        That is arithmetic, not unlearning: what others trained on top of it has learnt from it, and stays.
        Nothing is sent; to move the branch, commit that file with `replace`. Raises NotFound, BlobError,
        NothingToDo (nothing in it is of that author), WorktreeError (the file is there), FileUnavailable.
        """
        where = None if file is None else Path(file)
        with listening(on_progress):
            return await verbs.without.without(self._ahead, author, commit_, where, on_progress)

    async def reflog(self, branch: str | None = None) -> Listing[ReflogEntry]:
        """Where HEAD, or a branch, has been in this working copy, the newest first.

        `HEAD@{1}` or `main@{2}` name these places wherever a commit is asked for. Raises
        NotFound (HEAD has not been on that branch here).
        """
        return Listing(await verbs.reflog.reflog(self._workspace, branch))

    async def plot(self, path: Path | str, start: Commit = "HEAD") -> PlotReport:
        """Draw declared accuracies and contribution shares up to `start` into a .svg or .png file.

        Raises ConfigError (another ending, a folder, matplotlib missing), NothingToDo (no merge yet).
        """
        return await verbs.plot.plot(self._ahead, Path(path), start)

    async def verify(self, commit_: Commit = "HEAD", *, on_progress: OnProgress = shown) -> VerifyReport:
        """Recheck a commit and all it stands on, proofs included, from chain and store alone."""
        self._workspace.check_reached("verify")
        with listening(on_progress):
            return await verification.verify.verify(self._workspace, commit_, on_progress)

    async def export(
        self, commit_: Commit, folder: Path | str, *, on_progress: OnProgress = shown
    ) -> ExportReport:
        """Write a commit as a folder that other libraries load: weights, configuration, model card, and
        evidence of where it comes from, signed where the wallet has a signing key (`federity key signer`).

        The working copy stays as it is. Raises NotFound, BlobError, WorktreeError (there is something at
        `folder`), WalletError, ConfigError (what signs is not installed).
        """
        with listening(on_progress):
            return await verbs.export.export(
                self._workspace, commit_, Path(folder), version("federity"), on_progress
            )

    async def verify_export(self, folder: Path | str, *, on_progress: OnProgress = shown) -> FolderReport:
        """Recheck a folder that `export` made: that weights, files and every field of its evidence are what
        chain and store say, and whose key signed it.

        Raises NotFound (it is no such folder), BadBlob (its provenance names no commit of this repository),
        FileUnavailable.
        """
        self._workspace.check_reached("verify")
        with listening(on_progress):
            return await evidence.checking.check_folder(
                self._workspace, Path(folder), version("federity"), on_progress
            )

    async def tensors(self, commit_: Commit = "HEAD") -> dict[str, Any]:
        """The weights of a commit as arrays, checked against the chain; for an update, its parent plus its
        change, and for a local commit the head plus all of them up to it.
        """
        return await verbs.checkout.tensors(self._ahead, commit_)
