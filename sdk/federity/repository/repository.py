"""The facade: a repository in a working copy, with git's verbs.

Each method hands over to a module of its own name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.repository import (
    branches,
    checkout,
    clone,
    commit,
    create,
    export,
    history,
    keys,
    members,
    merge,
    plot,
    pull,
    push,
    repost,
    review,
    rounds,
    status,
    verify,
)
from federity.repository.progress import OnProgress, silent
from federity.repository.rules import Rules
from federity.repository.workspace import Workspace
from federity.repository.worktree import Worktree

if TYPE_CHECKING:
    from federity.repository.reports import (
        BranchView,
        CheckoutReport,
        CommitView,
        ExportReport,
        KeyView,
        LocalCommit,
        MemberView,
        MergeReport,
        PlotReport,
        PullReport,
        PushReport,
        ReviewReport,
        RoundView,
        Status,
        TransactionReport,
        VerifyReport,
    )
    from federity.session import Session

# A model is a torch module, the path of a safetensors file, or a mapping of names to arrays.
Model = Any
# A commit is a LocalCommit or CommitView, an address or a unique start of one, a branch's name, `HEAD` or
# `HEAD~2`.
Commit = Any


class Repository:
    """A working copy of a repository. Made by `create`, `clone` or `open`.

    A model is a torch module, a mapping of names to arrays, or the path of a safetensors file; without one
    the verbs use `model.safetensors` in the folder. A commit is what a verb returned, an address or a unique
    start of one, the name of a branch, `HEAD` or `HEAD~N`. A verb that pays takes `dry_run=True` to say what
    it would cost.
    """

    def __init__(self, session: Session | None, worktree: Worktree) -> None:
        """Tie a working copy to a session; None allows the verbs that need no chain (commit, discard,
        status).
        """
        self._workspace = Workspace(session, worktree)
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
        rules: Rules | None = None,
    ) -> Repository:
        """Make a working copy whose genesis is `model`, on this machine only; the first push puts it on the
        chain.

        Raises ConfigError (a bad name), WorktreeError (there is a repository already), ModelError (weights
        that are not finite or not floating point), Insecure (a development SRS without `insecure`).
        """
        return cls(session, await create.init(session, Path(path), model, name, insecure, rules or Rules()))

    @classmethod
    async def create(
        cls,
        session: Session,
        path: Path | str,
        model: Model = None,
        *,
        name: str,
        insecure: bool = False,
        rules: Rules | None = None,
        on_progress: OnProgress = silent,
    ) -> Repository:
        """`init`, then put repository, genesis and (insecure repositories) development keys on the chain."""
        repository = await cls.init(session, path, model, name=name, insecure=insecure, rules=rules)
        await repository.push(on_progress=on_progress)
        return repository

    @classmethod
    async def clone(
        cls,
        session: Session,
        spec: str,
        path: Path | str,
        *,
        branch: str = "main",
        model: Model = None,
        on_progress: OnProgress = silent,
    ) -> Repository:
        """Fetch OWNER/NAME (or an address) into a new folder, checked against the chain, and load it into
        `model`.

        Raises NotFound, WrongCluster, WorktreeError (the folder holds a working copy), BlobError.
        """
        worktree, fetched = await clone.clone(session, spec, Path(path), branch, model, on_progress)
        repository = cls(session, worktree)
        repository.fetched = fetched
        return repository

    @classmethod
    def open(cls, session: Session | None, path: Path | str = ".") -> Repository:
        """Open the working copy at `path` or the nearest folder above it. Raises WorktreeError."""
        return cls(session, Worktree.find(Path(path)))

    # --- local

    async def status(self, model: Model = None) -> Status:
        """Say where the working copy stands and what is not pushed. No chain, no network."""
        return await status.status(self._workspace, model)

    async def commit(
        self,
        model: Model = None,
        message: str = "",
        *,
        samples: int = 1,
        figures: Mapping[str, float] | None = None,
        density: float = 1.0,
        ratio: float = 0.25,
        shift: int | None = None,
    ) -> LocalCommit:
        """Record what training changed since the head. Local: no chain, no balance, no network.

        `samples` is the number of training samples declared, `figures` further declared numbers (loss,
        accuracy). Of the change at most the share `density` of elements is kept, the largest ones, in about
        `ratio` times the model's size in float32 (0.25: eight bits a value); the rest waits for the next
        commit. `shift` sets the step to 2^-(7+shift) of each tensor's unit; it is chosen when None.

        Raises NothingToDo (nothing changed), ManifestMismatch, NonFiniteWeights, BadModelFile, ConfigError.
        """
        return await commit.commit(
            self._workspace, model, message, samples, figures or {}, density, ratio, shift
        )

    async def discard(self) -> LocalCommit:
        """Take back the newest local commit that is not on the chain; the model in hand is left alone."""
        return await commit.discard(self._workspace)

    # --- exchange

    async def push(
        self,
        *,
        level: int | None = None,
        server: bool = False,
        dry_run: bool = False,
        on_progress: OnProgress = silent,
    ) -> PushReport:
        """Upload, prove and send the local commits; stopped anywhere, the next push resumes.

        On an unprotected branch each commit moves the head. On a protected one the oldest is proposed into
        the open round; the rest waits. `level` 0 sends no proofs, 1 asks for them; None proves when a key is
        pinned. With `server` a keeper sends an update of its own making, which no chain computes, where the
        branch's rules allow it.

        Raises NothingToDo, StaleHead (pull first), NotAMember, NotFound (no open round), InsufficientFunds.
        """
        return await push.push(self._workspace, level, server, dry_run, on_progress)

    async def pull(
        self, model: Model = None, *, force: bool = False, on_progress: OnProgress = silent
    ) -> PullReport:
        """Fetch the branch's head, check it against the chain, put local commits on top and load it into
        `model`.

        Raises WorktreeError (`model.safetensors` holds changes not committed; `force` overwrites them),
        BlobError.
        """
        return await pull.pull(self._workspace, model, force, on_progress)

    async def checkout(
        self,
        commit_or_branch: Commit,
        model: Model = None,
        *,
        force: bool = False,
        on_progress: OnProgress = silent,
    ) -> CheckoutReport:
        """Load any commit bit-exactly; a branch's name also switches to that branch.

        Raises NotFound, BlobError.
        """
        return await checkout.checkout(self._workspace, commit_or_branch, model, force, on_progress)

    async def export(
        self, commit_: Commit, folder: Path | str, *, on_progress: OnProgress = silent
    ) -> ExportReport:
        """Write a commit as a folder that other libraries load: weights, configuration, model card.

        The working copy stays as it is. Raises NotFound, BlobError, WorktreeError (there is something at
        `folder`).
        """
        return await export.export(self._workspace, commit_, Path(folder), on_progress)

    async def verify(self, commit_: Commit = "HEAD", *, on_progress: OnProgress = silent) -> VerifyReport:
        """Recheck a commit and all it stands on, proofs included, from chain and store alone."""
        return await verify.verify(self._workspace, commit_, on_progress)

    # --- history

    async def log(self, start: Commit = "HEAD", *, limit: int | None = None) -> Sequence[CommitView]:
        """Commits from `start` to the genesis, newest first."""
        return await history.log(self._workspace, start, limit)

    async def show(self, commit_: Commit = "HEAD") -> CommitView:
        """One commit with its reviews and, for a merge, the commits it is the sum of."""
        return await history.show(self._workspace, commit_)

    async def plot(self, path: Path | str, start: Commit = "HEAD") -> PlotReport:
        """Draw declared accuracies and contribution shares up to `start` into a .svg or .png file.

        Raises ConfigError (another ending, a folder, matplotlib missing), NothingToDo (no merge yet).
        """
        return await plot.plot(self._workspace, Path(path), start)

    # --- branches, members, keys

    async def branches(self) -> Sequence[BranchView]:
        """All branches, by name."""
        return await branches.branches(self._workspace)

    async def branch_create(
        self,
        name: str,
        *,
        at: Commit = "HEAD",
        model: Model = None,
        dry_run: bool = False,
        on_progress: OnProgress = silent,
    ) -> TransactionReport:
        """Make a branch at an existing commit.

        With a model the branch has a new base: these weights, whose layers may be others than the commit's,
        which is recorded as its ancestor. Vectors of two bases are never added: `checkout` switches between
        branches, `log` crosses from a base to its ancestor. The report is a NewBaseReport then.

        Raises NotAMember, NotFound, ConfigError (the name is taken, or the commit was never a head).
        """
        return await branches.branch_create(self._workspace, name, at, model, dry_run, on_progress)

    async def branch_protect(self, name: str, rules: Rules, *, dry_run: bool = False) -> TransactionReport:
        """Set a branch's rules; a round in progress keeps the old ones."""
        return await branches.branch_protect(self._workspace, name, rules, dry_run)

    async def members(self) -> Sequence[MemberView]:
        """All members, highest role first."""
        return await members.members(self._workspace)

    async def member_add(
        self, wallet: str, role: str = "contributor", *, dry_run: bool = False
    ) -> TransactionReport:
        """Give `wallet` (an address) a role: reader, contributor, keeper or maintainer."""
        return await members.member_add(self._workspace, wallet, role, dry_run)

    async def member_remove(self, wallet: str, *, dry_run: bool = False) -> TransactionReport:
        """Take a wallet's role away."""
        return await members.member_remove(self._workspace, wallet, dry_run)

    async def keys(self) -> Sequence[KeyView]:
        """The verifying keys that this repository's commits may be proved with."""
        return await keys.keys(self._workspace)

    async def key_pin(self, elements: int, *, dry_run: bool = False) -> TransactionReport:
        """Put the development key for units of `elements` values on the chain and pin it (insecure
        repositories).
        """
        return await keys.key_pin(self._workspace, elements, dry_run)

    # --- rounds

    async def rounds(self, *, limit: int | None = None) -> Sequence[RoundView]:
        """Rounds of the current branch, newest first."""
        return await rounds.rounds(self._workspace, limit)

    async def round_show(self, index: int | None = None) -> RoundView:
        """One round with its commits; the current one when `index` is None. Raises NotFound."""
        return await rounds.round_show(self._workspace, index)

    async def round_open(self, *, dry_run: bool = False) -> TransactionReport:
        """Open a round: from now on members propose."""
        return await rounds.round_open(self._workspace, dry_run)

    async def round_lock(self, *, dry_run: bool = False) -> TransactionReport:
        """Freeze the round's accepted commits and the head they apply to."""
        return await rounds.round_lock(self._workspace, dry_run)

    async def round_expire(self, *, dry_run: bool = False) -> TransactionReport:
        """End a round that is past its deadline; anyone may."""
        return await rounds.round_expire(self._workspace, dry_run)

    async def review(
        self, commit_: Commit, *, approve: bool | None = None, note: str = "", dry_run: bool = False
    ) -> ReviewReport:
        """Approve, reject (`approve=False`) or comment on (`approve=None`) a proposed commit.

        An approval that completes what the branch asks for also accepts the commit into the round.
        """
        return await review.review(self._workspace, commit_, approve, note, dry_run)

    async def accept(self, commit_: Commit, *, dry_run: bool = False) -> ReviewReport:
        """Take a proposed commit that has its reviews and level into the round's set; anyone may."""
        return await review.accept(self._workspace, commit_, dry_run)

    async def merge(
        self,
        *,
        weights: Mapping[str, int] | None = None,
        dry_run: bool = False,
        on_progress: OnProgress = silent,
    ) -> MergeReport:
        """Merge the current round: lock it if it is due, sum its commits on the chain and move the head.

        `weights` maps commit addresses to Q16 weights on a branch whose rule is `keeper`. Stopped anywhere,
        the next call resumes; two at once do no harm.
        """
        return await merge.merge(self._workspace, weights, dry_run, on_progress)

    async def merge_approve(self, *, dry_run: bool = False) -> TransactionReport:
        """Approve the locked round's set and weights, on a branch that asks for it."""
        return await rounds.merge_approve(self._workspace, dry_run)

    async def repost(self, commit_: Commit = "HEAD") -> TransactionReport:
        """Rebuild a commit's blob from what it is the sum of, upload it and record where it can be found."""
        return await repost.repost(self._workspace, commit_)

    # --- weights without a working copy's file

    async def tensors(self, commit_: Commit = "HEAD") -> dict[str, Any]:
        """The weights of a commit as arrays, checked against the chain; for an update, its parent plus its
        change.
        """
        return await checkout.tensors(self._workspace, commit_)
