"""The answers of pages: frozen, and JSON as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from federity_explorer.read.cards import Card
from federity_explorer.read.commits import PlaceView, ReviewView, UnitView
from federity_explorer.read.named import NftView, TagView
from federity_explorer.read.operations import ApprovalView, OperationView
from federity_explorer.read.people import MemberView, PinView
from federity_explorer.read.provenance import Provenance
from federity_explorer.read.raw import EventView
from federity_explorer.read.remarks import RemarkView
from federity_explorer.read.repositories import BranchView, RepositoryView
from federity_explorer.read.rounds import RoundView
from federity_explorer.read.sales import Earned, SaleView
from federity_explorer.read.search import Hit
from federity_explorer.read.wallets import Membership, Part


@dataclass(frozen=True)
class Home:
    """The front page: repositories by when something happened there, and the newest heads."""

    repositories: list[RepositoryView]
    latest: list[Card]
    older: int | None


@dataclass(frozen=True)
class Search:
    """What a text names."""

    text: str
    hits: list[Hit]


@dataclass(frozen=True)
class Repository:
    """A repository. `model` is what its base says of itself, empty while that is not known; `ancestor` is
    what it is a fork of.
    """

    repository: RepositoryView
    ancestor: RepositoryView | None
    forks: list[RepositoryView]
    tags: list[TagView]
    nfts: list[NftView]
    branches: list[BranchView]
    rounds: list[RoundView]
    operations: list[OperationView]
    members: list[MemberView]
    pins: list[PinView]
    heads: list[Card]
    model: dict[str, Any]
    model_problem: str
    licence: str
    notes: list[str]
    sale: SaleView | None


@dataclass(frozen=True)
class History:
    """Heads of a repository, newest first; `older` continues. `branch_names` by address, `tags` by commit."""

    repository: RepositoryView
    branch: BranchView | None
    heads: list[Card]
    branch_names: dict[str, str]
    tags: dict[str, str]
    older: int | None


@dataclass(frozen=True)
class Branch:
    """A branch with its rules and its newest rounds."""

    repository: RepositoryView
    branch: BranchView
    heads: list[Card]
    rounds: list[RoundView]


@dataclass(frozen=True)
class Commit:
    """A commit. `says` is what its level says, `silent` what no level says, in the SDK's own sentences."""

    repository: RepositoryView
    branch_name: str
    commit: Card
    parent: Card | None
    says: str
    silent: tuple[str, ...]
    proofs: list[UnitView]
    reviews: list[ReviewView]
    remarks: list[RemarkView]
    tags: list[TagView]
    nfts: list[NftView]
    places: list[PlaceView]
    used_in: list[Card]
    round: RoundView | None
    events: list[EventView]


@dataclass(frozen=True)
class ProvenancePage:
    """What a commit is made of, back to every genesis."""

    repository: RepositoryView
    commit: Card
    provenance: Provenance


@dataclass(frozen=True)
class Round:
    """A round with the commits it decides about."""

    repository: RepositoryView
    round: RoundView
    commits: list[Card]
    approvals: list[ApprovalView]
    events: list[EventView]


@dataclass(frozen=True)
class Proposals:
    """Operations of a repository in one state, newest first, and the rounds that go on."""

    repository: RepositoryView
    state: str
    states: tuple[str, ...]
    operations: list[OperationView]
    rounds: list[RoundView]
    older: int | None


@dataclass(frozen=True)
class Operation:
    """An operation: its terms, what people say of it, votes, and which maintainers ask for changes."""

    repository: RepositoryView
    operation: OperationView
    approvals: list[ApprovalView]
    remarks: list[RemarkView]
    changes_requested: tuple[str, ...]
    events: list[EventView]


@dataclass(frozen=True)
class Merged:
    """An update, and a head that took it in."""

    commit: Card
    head: str


@dataclass(frozen=True)
class Wallet:
    """What a wallet is and did."""

    wallet: str
    memberships: list[Membership]
    owned: list[RepositoryView]
    commits: list[Card]
    parts: list[Part]
    merged: list[Merged]
    nfts: list[NftView]
    sales: list[SaleView]
    earnings: list[Earned]
    operations: list[OperationView]
    reviews: list[ReviewView]
    remarks: list[RemarkView]
    events: list[EventView]


@dataclass(frozen=True)
class Transaction:
    """A transaction of the program and the events it made."""

    signature: str
    slot: int
    time: int | None
    failed: bool
    final: bool
    events: list[EventView]


@dataclass(frozen=True)
class Events:
    """The events that name an address, newest first; `older` continues."""

    address: str
    events: list[EventView]
    older: int | None
