"""What `fetch` answers, and as of when what was fetched speaks."""

from __future__ import annotations

from dataclasses import dataclass

from federity.repository.reports.report import Report


@dataclass(frozen=True)
class FetchedBranch(Report):
    """A branch as it was fetched. `head_before` is the head as of the fetch before, empty for a new branch;
    the `..._id` are the names of the two heads.
    """

    name: str
    head_before: str
    head: str
    head_before_id: str
    head_id: str
    head_seq: int


@dataclass(frozen=True)
class FetchedTag(Report):
    """A tag as it was fetched: the address of the commit that it named as of the fetch before, empty for a
    new one, of the one that it names now, and the name of that.
    """

    name: str
    commit_before: str
    commit: str
    id: str


@dataclass(frozen=True)
class FetchReport(Report):
    """What a fetch brought: the repository's accounts as of `slot`, and the blobs of the named branches.

    `blobs` are here now, `fetched_bytes` of them came with this fetch; `missing` says what nobody gave, and
    why.
    """

    repository: str
    slot: int
    branches: tuple[FetchedBranch, ...]
    tags: tuple[FetchedTag, ...]
    accounts: int
    blobs: int
    fetched_bytes: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class AsOf(Report):
    """Where an answer without a chain comes from: the `slot` that was fetched, and when, in Unix seconds."""

    slot: int
    time: int
