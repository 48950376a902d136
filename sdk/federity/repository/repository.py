"""The facade: a repository in a working copy, with git's verbs.

Each method hands over to a module of its own name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.progress import OnProgress, listening, shown
from federity.repository import verbs
from federity.repository.governance.facade import Commit, Model
from federity.repository.naming import Naming
from federity.repository.reports.rules import Rules
from federity.repository.working_copy.workspace import Workspace
from federity.repository.working_copy.worktree import Worktree

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.repository.reports import (
        CheckoutReport,
        DroppedResidual,
        LocalCommit,
        MergeReport,
        MirrorReport,
        PullReport,
        PushReport,
        TransactionReport,
    )
    from federity.session import Session


class Repository(Naming):
    """A working copy of a repository. Made by `create`, `clone` or `open`.

    A model is a torch module, a mapping of names to arrays, or the path of a safetensors file; without one
    the verbs use `model.safetensors` in the folder. A commit is what a verb returned, an address or a unique
    start of one, the name of a branch, `HEAD` or `HEAD~N`. A verb that pays takes `dry_run=True` to say what
    it would cost. What takes long is drawn on standard error where that is a terminal; `on_progress` hears it
    instead (`federity.progress.silent` drops it). What changes nothing is in `Reading`, what puts weights
    back or aside here in `Shelving`, what adds up commits in `Combining`, what people decide in `Governance`.
    """

    def __init__(self, session: Session | None, worktree: Worktree) -> None:
        """Tie a working copy to a session; None allows the verbs that need no chain (commit, discard,
        status).
        """
        super().__init__(Workspace(session, worktree))
        # What the clone that made this working copy fetched and refused.
        self.fetched: PullReport | None = None

    @property
    def path(self) -> Path:
        """The folder of the working copy."""
        return self._workspace.worktree.path

    @property
    def address(self) -> str:
        """The repository's address on its chain."""
        return str(self._workspace.repository)

    @property
    def url(self) -> str:
        """What others pass to `clone`: OWNER/NAME."""
        return self._workspace.worktree.config().spec

    @property
    def workspace(self) -> Workspace:
        """Session and working copy, for code that composes verbs of its own, such as a keeper."""
        return self._workspace

    @classmethod
    async def init(
        cls,
        session: Session,
        path: Path | str,
        model: Model = None,
        *,
        name: str,
        insecure: bool = False,
        rules: Rules | Mapping[str, Any] | None = None,
        bits: int = 8,
        keep_zeros: bool = False,
        base_models: Sequence[str] = (),
        on_progress: OnProgress = shown,
    ) -> Repository:
        """Make a working copy whose genesis is `model`, on this machine only; the first push puts it on the
        chain.

        Deltas hold values of `bits`, 8 or 4. With `keep_zeros`, for a pruned model, weights that are zero
        stay zero in every head, in parameters that are not zero altogether. `base_models` are ids of the
        Hugging Face Hub, of which these weights are or are made: model cards name them.

        Raises ConfigError (a bad name or id, other bits), WorktreeError (there is a repository already),
        ModelError (weights that are not finite, not floating point, or of a scale that no delta holds),
        Insecure (a development SRS without `insecure`).
        """
        with listening(on_progress):
            made = await verbs.create.init(
                session,
                Path(path),
                model,
                name,
                insecure,
                Rules().changed(rules or {}),
                bits,
                keep_zeros,
                base_models,
            )
        return cls(session, made)

    @classmethod
    async def create(
        cls,
        session: Session,
        path: Path | str,
        model: Model = None,
        *,
        name: str,
        insecure: bool = False,
        rules: Rules | Mapping[str, Any] | None = None,
        bits: int = 8,
        keep_zeros: bool = False,
        base_models: Sequence[str] = (),
        on_progress: OnProgress = shown,
    ) -> Repository:
        """`init`, then put repository, genesis and (insecure repositories) development keys on the chain."""
        repository = await cls.init(
            session,
            path,
            model,
            name=name,
            insecure=insecure,
            rules=rules,
            bits=bits,
            keep_zeros=keep_zeros,
            base_models=base_models,
            on_progress=on_progress,
        )
        await repository.push(on_progress=on_progress)
        return repository

    @classmethod
    async def clone(
        cls,
        session: Session,
        spec: str | Pubkey,
        path: Path | str,
        *,
        branch: str = "main",
        model: Model = None,
        on_progress: OnProgress = shown,
    ) -> Repository:
        """Fetch OWNER/NAME (or an address) into a new folder, checked against the chain, and load it into
        `model`.

        Raises NotFound, WrongCluster, WorktreeError (the folder holds a working copy), BlobError.
        """
        with listening(on_progress):
            worktree, fetched = await verbs.clone.clone(session, spec, Path(path), branch, model, on_progress)
        repository = cls(session, worktree)
        repository.fetched = fetched
        return repository

    @classmethod
    def open(cls, session: Session | None, path: Path | str = ".") -> Repository:
        """Open the working copy at `path` or the nearest folder above it. Raises WorktreeError."""
        return cls(session, Worktree.find(Path(path)))

    # --- local

    async def commit(
        self,
        model: Model = None,
        message: str = "",
        *,
        samples: int | None = None,
        figures: Mapping[str, float] | None = None,
        density: float | None = None,
        ratio: float | None = None,
        shift: int | None = None,
        replace: bool = False,
        on_progress: OnProgress = shown,
    ) -> LocalCommit:
        """Record what training changed since the weights were loaded. Local: no chain, no network.

        The change goes on top of the branch's head and local commits, also when the weights were of another
        commit: the answer says of which. What they were loaded from is known of a file by its name and of a
        live model by being the same object; of anything else it is taken for what was loaded last. With
        `replace` the head is to become these weights, wherever they are from: the commit holds the difference
        to it, so that what they lack is undone.

        `samples` is the number of training samples declared, by default what the working copy remembers, else
        1 with a warning; `figures` are further declared numbers (loss, accuracy). What is sent of the change,
        and in which steps, is chosen so that the delta's file has 1.5 % of the model's size in float32 and
        loses least; the rest waits for the next commit. `ratio` is another share of that size, `density`
        keeps at most that share of the elements, the largest ones, `shift` sets the step to 2^-(q+shift) of
        each tensor's unit.

        Raises NothingToDo (nothing changed), ManifestMismatch, NonFiniteWeights, BadModelFile, ConfigError,
        WorktreeError (it is not known what the weights were loaded from).
        """
        with listening(on_progress):
            return await verbs.commit.commit(
                self._workspace, model, message, samples, figures or {}, density, ratio, shift, replace
            )

    async def amend(
        self,
        model: Model = None,
        message: str | None = None,
        *,
        samples: int | None = None,
        figures: Mapping[str, float] | None = None,
        density: float | None = None,
        ratio: float | None = None,
        shift: int | None = None,
        on_progress: OnProgress = shown,
    ) -> LocalCommit:
        """Put the newest local commit and what was trained since into one, as if it had been made at once.
        Stopped anywhere, there is the one or the other.

        What is not named stays as it was said before; figures do so while the weights do. A commit that
        replaced the head replaces it again.

        Raises NothingToDo (there is none, or it was pushed or its push began), WorktreeError (weights were
        loaded since), and what `commit` raises.
        """
        with listening(on_progress):
            return await verbs.amend.amend(
                self._workspace, model, message, samples, figures, density, ratio, shift
            )

    async def check_commit(self, model: Model = None, *, replace: bool = False) -> None:
        """Raise what `commit` would raise of a model before anybody writes a message for it: NothingToDo when
        it has not changed, ManifestMismatch, BadModelFile, WorktreeError.
        """
        await verbs.commit.check(self._workspace, model, replace)

    async def discard(self) -> LocalCommit:
        """Take back the newest local commit that is not on the chain; the model in hand is left alone."""
        return await verbs.commit.discard(self._workspace)

    async def drop_residual(self) -> DroppedResidual:
        """Forget what commits of this branch left out: it goes with no later one. Raises NothingToDo."""
        return await verbs.commit.drop_residual(self._workspace)

    # --- exchange

    async def push(
        self,
        *,
        level: int | None = None,
        server: bool = False,
        dry_run: bool = False,
        on_progress: OnProgress = shown,
    ) -> PushReport:
        """Upload, prove and send the local commits; stopped anywhere, the next push resumes.

        On an unprotected branch each commit moves the head. On a protected one the oldest is proposed into
        the open round; the rest waits. `level` 0 sends no proofs, 1 asks for them; None proves when a key is
        pinned. With `server` a keeper sends an update of its own making, which no chain computes, where the
        branch's rules allow it.

        Raises NothingToDo, StaleHead (pull first), NotAMember, NotFound (no open round), InsufficientFunds.
        """
        with listening(on_progress):
            return await verbs.push.push(self._workspace, level, server, dry_run, on_progress)

    async def pull(
        self, model: Model = None, *, force: bool = False, on_progress: OnProgress = shown
    ) -> PullReport:
        """Fetch the branch's head, check it against the chain, put local commits on top and load it into
        `model`.

        Raises WorktreeError (`model.safetensors` holds changes not committed; `force` overwrites them),
        BlobError.
        """
        with listening(on_progress):
            return await verbs.pull.pull(self._workspace, model, force, on_progress)

    async def checkout(
        self,
        commit_or_branch: Commit,
        model: Model = None,
        *,
        force: bool = False,
        on_progress: OnProgress = shown,
    ) -> CheckoutReport:
        """Load any commit bit-exactly; a branch's name also switches to that branch, and `-` goes back to the
        branch or commit before.

        Raises NotFound, BlobError.
        """
        with listening(on_progress):
            return await verbs.checkout.checkout(self._ahead, commit_or_branch, model, force, on_progress)

    async def switch(
        self, branch: str, model: Model = None, *, force: bool = False, on_progress: OnProgress = shown
    ) -> CheckoutReport:
        """Go to another branch, by `-` to the one before. Where it has the head that the weights in hand were
        trained from, and there are no local commits, these stay as they are; else its weights are loaded.

        Raises NotFound (no such branch), WorktreeError (`model.safetensors` holds changes not committed;
        `force` overwrites them), BlobError.
        """
        with listening(on_progress):
            return await verbs.switch.switch(self._ahead, branch, model, force, on_progress)

    async def switch_create(
        self, name: str, at: Commit = "HEAD", *, dry_run: bool = False, on_progress: OnProgress = shown
    ) -> TransactionReport:
        """Make a branch at a commit that was a head, and go there with the training in hand.

        Raises what `branch_create` and `switch` do, and ConfigError when local commits would stay behind:
        all before anything is paid.
        """
        with listening(on_progress):
            return await verbs.switch.create(self._workspace, name, at, dry_run, on_progress)

    async def merge(
        self,
        *,
        weights: Mapping[str, int] | None = None,
        dry_run: bool = False,
        on_progress: OnProgress = shown,
    ) -> MergeReport:
        """Merge the current round: lock it if it is due, sum its commits on the chain and move the head.

        `weights` maps commit addresses to Q16 weights on a branch whose rule is `keeper`. Stopped anywhere,
        the next call resumes; two at once do no harm.
        """
        with listening(on_progress):
            return await verbs.merge.merge(self._workspace, weights, dry_run, on_progress)

    async def mirror(self, *, dry_run: bool = False, on_progress: OnProgress = shown) -> MirrorReport:
        """Bring every blob of the repository to this session's store, and post on the chain where each is.

        A place that is lost is looked for by the tags of what was uploaded. Raises NotFound,
        InsufficientFunds, StorageUnavailable.
        """
        with listening(on_progress):
            return await verbs.mirror.mirror(self._workspace, dry_run, on_progress)

    async def repost(self, commit_: Commit = "HEAD") -> TransactionReport:
        """Rebuild a commit's blob from what it is the sum of, upload it and record where it can be found."""
        return await verbs.repost.repost(self._workspace, commit_)
