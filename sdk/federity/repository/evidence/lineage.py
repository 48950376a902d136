"""Where a commit comes from, as values: what every document of evidence says, each in words of its own.

All of it follows from the chain's accounts alone, so that anybody derives it again at any later time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["Base", "Contributor", "Head", "Lineage", "Part", "Update", "ordered", "shares"]


@dataclass(frozen=True)
class Base:
    """A genesis: the frozen weights that vectors are added to. Hashes are hex, `parent` is the commit that it
    was made from, of an earlier base, or empty.
    """

    address: str
    sha256: str
    manifest: str
    lineage: str
    parent: str


@dataclass(frozen=True)
class Part:
    """What a head is the sum of beside its parent (a merge), or altogether (an operation): a commit and its
    weight, a fraction.
    """

    commit: str
    weight: str


@dataclass(frozen=True)
class Head:
    """A state of the model that the chain made, on the way from the base to the commit."""

    address: str
    kind: str
    parent: str
    author: str
    level: int
    seq: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Update:
    """Somebody's change that the commit's weights hold. `weight` is how much of it, a fraction: 1 is all;
    `sha256` is its delta's blob.
    """

    address: str
    sha256: str
    author: str
    level: int
    samples: int
    weight: str


@dataclass(frozen=True)
class Contributor:
    """A wallet, and its part of the sizes of all weights: a fraction, and how many updates are its own."""

    wallet: str
    share: str
    updates: int


@dataclass(frozen=True)
class Lineage:
    """A commit and all that it stands on. Addresses are base58 (`cluster` too, the chain's genesis hash),
    hashes hex. `bases` has the commit's own first, then those that it was made from; `heads` the newest first
    (`ordered`), `updates` by address, `contributors` by share.
    """

    cluster: str
    program: str
    repository: str
    creator: str
    name: str
    insecure: bool
    commit: str
    id: str
    kind: str
    parent: str
    author: str
    level: int
    history_level: int
    bases: tuple[Base, ...]
    heads: tuple[Head, ...]
    updates: tuple[Update, ...]
    contributors: tuple[Contributor, ...]

    @property
    def spec(self) -> str:
        """The repository as people name it."""
        return f"{self.creator}/{self.name}"

    @property
    def sum(self) -> str:
        """What the weights are, in one hash: sha256 over the base's and, in order of their addresses, every
        update's hash and weight. The weights to the bit follow from these.
        """
        recipe = [self.bases[0].sha256, *([one.sha256, one.weight] for one in self.updates)]
        return hashlib.sha256(json.dumps(recipe, separators=(",", ":")).encode()).hexdigest()


def ordered(heads: Iterable[Head]) -> tuple[Head, ...]:
    """The heads by how many moves their branches had made, the most first: the same whoever finds them."""
    return tuple(sorted(heads, key=lambda head: (-head.seq, head.address)))


def shares(updates: Sequence[Update]) -> tuple[Contributor, ...]:
    """Who contributed how much to a sum: weights count by their sizes, so that what was taken out of
    somebody's work in part stays theirs in part.
    """
    weights: dict[str, Fraction] = {}
    counts: dict[str, int] = {}
    for one in updates:
        weights[one.author] = weights.get(one.author, Fraction()) + abs(Fraction(one.weight))
        counts[one.author] = counts.get(one.author, 0) + 1
    whole = sum(weights.values(), Fraction()) or Fraction(1)
    found = [
        Contributor(author, str(weight / whole), counts[author])
        for author, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    ]
    return tuple(found)
