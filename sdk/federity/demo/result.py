"""What a run of the demo found: the one JSON object of `federity demo --json` (`schema.json`)."""

from __future__ import annotations

from dataclasses import dataclass

from federity.repository.reports import Report


@dataclass(frozen=True)
class Contributor(Report):
    """A contributor: the `framework` it trains with, the `missing` digits it has never seen, and its accuracy
    when trained alone for as long.
    """

    name: str
    framework: str
    wallet: str
    samples: int
    missing: tuple[int, ...]
    accuracy_alone: float


@dataclass(frozen=True)
class Contribution(Report):
    """One contributor in one round.

    `accuracy_before` is the head's that it pulled, `accuracy_trained` its own after training,
    `accuracy_after` the merged head's; all on test digits of all classes. `hold_out_before` and
    `hold_out_with` are the keeper's measurements without and with the update. `ratio` is delta bytes over the
    same weights in float32.
    """

    name: str
    commit: str
    level: int
    units: int
    accuracy_before: float
    accuracy_trained: float
    accuracy_after: float
    hold_out_before: float
    hold_out_with: float
    weight: int
    delta_bytes: int
    ratio: float
    norm: int
    proof_seconds: float
    transactions: int
    compute_units: int
    lamports: int


@dataclass(frozen=True)
class Round(Report):
    """A round and the merge it ended in, with what the merge cost the keeper."""

    index: int
    head: str
    level: int
    transactions: int
    compute_units: int
    lamports: int
    contributors: tuple[Contribution, ...]


@dataclass(frozen=True)
class Attack(Report):
    """Something that must not work, and who refused it with which error: `program` or `client`."""

    name: str
    error: str
    code: int
    refused_by: str


@dataclass(frozen=True)
class Merged(Report):
    """The final head. `gain` is its accuracy less the mean of the contributors alone."""

    head: str
    accuracy: float
    gain: float
    parameters: int
    proofs_verified: int
    verified: bool


@dataclass(frozen=True)
class Outcome(Report):
    """The whole run."""

    seed: int
    rounds: tuple[Round, ...]
    attacks: tuple[Attack, ...]
    merged: Merged
    contributors: tuple[Contributor, ...]
    seconds: float
