"""The answers of pages: frozen, and JSON as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from federity_explorer.read.cards import Card
from federity_explorer.read.commits import PlaceView, ReviewView, UnitView
from federity_explorer.read.operations import ApprovalView, OperationView
from federity_explorer.read.provenance import Provenance
from federity_explorer.read.raw import EventView
from federity_explorer.read.repositories import BranchView, MemberView, PinView, RepositoryView, RoundView
from federity_explorer.read.search import Hit
from federity_explorer.read.wallets import Membership


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
    """A repository. `model` is what its base says of itself, empty while that is not known."""

    repository: RepositoryView
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


@dataclass(frozen=True)
class History:
    """Heads of a repository, newest first; `older` continues. `branch_names` by address."""

    repository: RepositoryView
    branch: BranchView | None
    heads: list[Card]
    branch_names: dict[str, str]
    older: int | None


@dataclass(frozen=True)
class Branch:
    """A branch with its rules."""

    repository: RepositoryView
    branch: BranchView
    heads: list[Card]


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
class Operation:
    """An operation with its terms and votes."""

    repository: RepositoryView
    operation: OperationView
    approvals: list[ApprovalView]
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
    merged: list[Merged]
    operations: list[OperationView]
    reviews: list[ReviewView]
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
