"""What verbs that need no chain answer: local commits, and where the working copy stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, get_args

from federity.records import Address, Count, Digest, Hex, Maybe, Name, digest, one_of
from federity.repository.reports.queue_reports import QueuedView
from federity.repository.reports.report import Report

_DIGEST_LENGTH = 64


def _place(text: str) -> None:
    """The shape of a commit's address, or of the id of one that was made here."""
    check = digest if len(text) == _DIGEST_LENGTH else get_args(Maybe)[1]
    check(text)


Place = Annotated[str, _place]


@dataclass(frozen=True)
class LocalCommit(Report):
    """A commit made on this machine. `address` is empty until it has been pushed.

    `id` is its name everywhere, from here to the chain: the sha256 of its delta's blob, as `delta`. Commits
    of earlier versions have ids of their own.
    `state` is `local`, `proposed` (in a round on the chain), or `merged`.
    `parent` is the address of the head it was made on, `delta` the sha256 of its blob. `counters` are
    integers that training moved and no delta holds: they stay with the model in hand. `kept_zeros` of the
    weights that training moved are fixed to be zero, and stay so; `zeroed` it set to zero, and they will be
    near it: a delta has steps.

    `trained_from` is the commit that the weights were loaded from before training, by its address, or its id
    where it was made here and taken back. They are `stale` unless
    that was the head with all local commits: what training changed goes on top of those all the same.
    A commit that `replaces` the head holds the difference to it instead. `forgot` says that what past commits
    left out was of a training that diverged, and is not carried on. `carried` of its values are ones that
    this training did not touch: what past commits left out of them is sent with it. `amends` is the id of
    the commit that it is in the place of, while that is still being taken away. `unfit` says of tensors
    what training changed and the branch will not get.
    """

    id: Hex
    message: str
    parent: Address
    branch: Name
    samples: Count
    figures: dict[str, float]
    delta: Digest
    delta_bytes: Count
    shift: Count
    norm: Count
    nonzero: Count
    elements: Count
    created_at: Count
    state: Annotated[str, one_of("local", "proposed", "merged")] = "local"
    address: Maybe = ""
    round: Maybe = ""
    counters: tuple[str, ...] = ()
    kept_zeros: Count = 0
    zeroed: Count = 0
    trained_from: Place = ""
    stale: bool = False
    replaces: bool = False
    forgot: bool = False
    carried: Count = 0
    amends: Hex = ""
    unfit: tuple[str, ...] = ()

    @property
    def ratio(self) -> float:
        """Bytes of the delta over the bytes of the same weights in float32."""
        return self.delta_bytes / (4 * self.elements)

    def to_json(self) -> dict[str, Any]:
        """Return the commit with its compression ratio."""
        return {**super().to_json(), "ratio": self.ratio}


@dataclass(frozen=True)
class WeightsInHand(Report):
    """Which commit a model was loaded with, before any training: its address `commit`, its move `seq`.

    `place` is `head` (the branch's head with all local commits, of which there are `local`), `elsewhere` (any
    other commit, or the head without those; of one that was made here and taken back `commit` is the id, and
    `on` the address of the head it was on), `interrupted` (a command that was to load weights did not end)
    or `unknown`; of the last two nothing more is known. `committed` commits were made of them since.
    """

    place: str
    commit: str = ""
    seq: int = 0
    local: int = 0
    committed: int = 0
    on: str = ""


@dataclass(frozen=True)
class DroppedResidual(Report):
    """What commits of a branch left out and is forgotten now: its length, in units of the weights."""

    branch: str
    residual: float


@dataclass(frozen=True)
class Status(Report):
    """The working copy: where it stands and what is not pushed. Needs no chain. `head_id` is the head's name.

    `modified` is None when no model was given and the folder holds none. `weights` are those that the model
    in hand was loaded with. `residual` is the length of what commits of this branch left out, in units of
    the weights: it goes with the next commits, or is dropped. `queued` waits for `push`, the oldest first.
    """

    path: str
    url: str
    repository: str
    name: str
    branch: str
    head: str
    head_seq: int
    on_chain: bool
    insecure: bool
    commits: tuple[LocalCommit, ...]
    modified: bool | None
    push_in_progress: bool
    weights: WeightsInHand
    residual: float
    head_id: str = ""
    queued: tuple[QueuedView, ...] = ()


@dataclass(frozen=True)
class ReflogEntry(Report):
    """Where HEAD was: `id` is the newest commit then, of which `local` were made here and on no head yet.

    `name` is what it is called now, as `HEAD@{1}`; `verb` moved it there, empty for one that was killed.
    `time` is a Unix second.
    """

    name: str
    id: str
    branch: str
    verb: str
    time: int
    local: int


@dataclass(frozen=True)
class RestoreReport(Report):
    """Weights that were put into the model: those of `source`, with this `digest`.

    At `head` there is nothing to commit; else the next commit makes the head these weights. `overwrote` says
    that the file held changes that no commit has.
    """

    source: str
    digest: str
    head: bool
    overwrote: bool


@dataclass(frozen=True)
class ResetReport(Report):
    """Local commits that were taken back, oldest first, so that HEAD is `head` now.

    Without `hard` the model is as it was: what they held is a change to be committed. `overwrote` says that
    the file held changes that no commit has. `queued` waited for `push` and was taken back too, oldest first.
    """

    head: str
    dropped: tuple[str, ...]
    hard: bool
    overwrote: bool
    queued: tuple[QueuedView, ...] = ()


@dataclass(frozen=True)
class StashEntry(Report):
    """Weights put aside: `name` is `stash@{0}` of the newest, `commit` what they were trained from.

    `digest` is the weights', `time` a Unix second.
    """

    name: str
    message: str
    branch: str
    commit: str
    digest: str
    time: int


@dataclass(frozen=True)
class FsckReport(Report):
    """The blobs of a working copy: how many were `checked`, which are `damaged` (not what they are named by),
    and which a verb will miss, with what they are for.
    """

    checked: int
    damaged: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is damaged or missing."""
        return not self.damaged and not self.missing


@dataclass(frozen=True)
class GcReport(Report):
    """Blobs that nothing here needs: they were, or in a dry run would be, deleted, and `freed` bytes."""

    deleted: tuple[str, ...]
    freed: int
