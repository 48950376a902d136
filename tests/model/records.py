"""What the plain model keeps of rules, commits and rounds."""

from __future__ import annotations

from dataclasses import dataclass, field

ONE = 1 << 16
FRACTION_BITS = 24
OPEN_ROUND, SOLO, SERVER = 1, 2, 3
UNIFORM, SAMPLES, KEEPER = 0, 1, 2
APPROVE, REJECT, COMMENT = 1, 2, 3
TRAVEL_BITS = 40
# Who pays for every account.
PAYER = "payer"
# Who owns the repository, the repository says: whoever began so is a maintainer without it.
ROLES = {"owner": 4, "keeper": 3, "alice": 2, "bob": 2, "stranger": 0}

Vector = tuple[tuple[int, ...], ...]  # chunks of elements


@dataclass
class Rules:
    """What of a branch's rules the model varies."""

    protected: bool = False
    weighting: int = UNIFORM
    approvals: int = 0
    allow_server: bool = True
    max_staleness: int = 1
    max_weight: int = ONE
    slots: int = 20


@dataclass(frozen=True)
class Head:
    """What is or was a head: its values in units of `2^-bits`, no larger than `bound`; how far it is from
    where its line began, the head `start`, in units of `2^-40`.
    """

    value: Vector
    bits: int
    bound: int
    travel: int
    line: int
    start: int
    genesis: bool = False


@dataclass(frozen=True)
class Term:
    """A head or an update by its number, its factor, and the number of the term it is paired with."""

    of: int
    factor: int
    pair: int | None = None
    update: bool = False


@dataclass
class Operation:
    """A sum on a head; terms in the order of their addresses."""

    author: str
    head: int
    m: int
    terms: tuple[Term, ...]
    made: int
    bits: int
    bound: int
    travel: int
    weight: int = 0  # the largest of an update beyond one
    state: str = "open"
    extended: bool = False
    sums: list[list[int]] = field(default_factory=list)
    added: dict[int, int] = field(default_factory=dict)
    complete: set[int] = field(default_factory=set)

    @property
    def name(self) -> tuple[object, ...]:
        """What its address is made of."""
        named = (
            (t.update, t.of, t.factor, None if t.pair is None else self.terms[t.pair].of) for t in self.terms
        )
        return self.head, self.author, self.m, tuple(named)


@dataclass
class Commit:
    """An update at level 0."""

    round: int
    author: str
    parent_seq: int
    shift: int
    samples: int
    parts: int
    delta: Vector
    state: str = "open"
    declared: set[int] = field(default_factory=set)
    points: bool = False  # the account of chunk 1
    verdict: int = 0  # that of who began as the owner
    judged: int = 0  # its slot
    held_by: int | None = None
    index: int = 0
    weight: int = 0

    @property
    def decider(self) -> int:
        return self.round if self.held_by is None else self.held_by


@dataclass
class Round:
    """A round and, once it has begun, its merge."""

    kind: int
    opener: str
    opened: int
    rules: Rules
    opened_seq: int = 0
    bits: int = FRACTION_BITS
    state: str = "open"
    accepted: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    begun: bool = False
    extended: bool = False
    sums: list[list[int]] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)
    complete: set[int] = field(default_factory=set)
    scaled: int = 0
    closed: bool = False

    def deadline(self, phases: int) -> int:
        return self.opened + phases * self.rules.slots

    @property
    def over(self) -> bool:
        return self.state in ("merged", "expired")
