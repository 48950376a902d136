"""What an operation is to add up, for each verb: pure, of what is known of the graph of heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from solders.pubkey import Pubkey

from federity._generated.constants import MAX_SUM_BITS, OPERATION_TERMS, TERM_FACTOR_LIMIT
from federity.errors import ConfigError, NothingToDo
from federity.objects.operation import Term
from federity.repository.ledger.past import Graph, merging


@dataclass(frozen=True)
class Sum:
    """Terms over `2^m`, and in a word what they do to the head."""

    terms: tuple[Term, ...]
    m: int
    what: str


def alone(commit: Pubkey, what: str) -> Sum:
    """The head becomes a commit, whatever it was."""
    return Sum((Term(bytes(commit), 1),), 0, what)


def without(head: Pubkey, commit: Pubkey, parent: Pubkey, share: Fraction) -> Sum:
    """The head without the share that it holds of a commit's change, which is the commit less its parent.

    Raises NothingToDo (it holds none), ConfigError (a share that no sum of integers takes out).
    """
    if share <= 0:
        raise NothingToDo("The head holds nothing of this commit's change any more.")
    m = share.denominator.bit_length() - 1
    if share.denominator != 1 << m or m > MAX_SUM_BITS or share.numerator > TERM_FACTOR_LIMIT:
        raise ConfigError(f"The head holds {share} of this commit's change: no exact sum takes that out.")
    return _moved(head, 1 << m, [(commit, -share.numerator), (parent, share.numerator)], m, "revert")


def with_change(head: Pubkey, commit: Pubkey, parent: Pubkey) -> Sum:
    """The head with a commit's change, which is the commit less its parent."""
    return _moved(head, 1, [(commit, 1), (parent, -1)], 0, "pick")


def with_update(head: Pubkey, update: Pubkey, weight: int, what: str) -> Sum:
    """The head with an update at a Q16 weight; below 0 it is taken out."""
    if not 0 < abs(weight) <= TERM_FACTOR_LIMIT:
        raise ConfigError(f"An update cannot be taken {abs(weight)} / 65536 times.")
    return Sum((Term(bytes(head), 1), Term(bytes(update), weight)), 0, what)


def merged(graph: Graph, head: Pubkey, side: Pubkey) -> Sum:
    """The head with all that the side did since they parted.

    Raises NothingToDo (it is in the head's past), ConfigError (no common past, or none that 8 terms add up).
    """
    if graph.contains(head, side):
        raise NothingToDo(
            "Already up to date: that commit is in the head's past.",
            hint="What was taken out of it since comes back with `federity cherry-pick COMMIT`.",
        )
    if graph.contains(side, head):
        return alone(side, "fast-forward")
    common = graph.common(head, side)
    if common is not None and not common:
        raise ConfigError("The two have no common past: nothing says what each of them changed.")
    factors = None if common is None else merging(head, side, common)
    if factors is None or len(factors) > OPERATION_TERMS:
        raise ConfigError(
            "The two have merged each other's commits crosswise: no sum of 8 commits is what they share.",
            hint="Take over what is missing with `federity cherry-pick COMMIT`.",
        )
    # What is taken away stands against what is added, the head apart: they are near.
    against = zip(
        [at for at, factor in factors.items() if factor == 1 and at != head],
        [at for at, factor in factors.items() if factor == -1],
        strict=False,
    )
    pair = {one: other for near in against for one, other in (near, near[::-1])}
    terms = tuple(
        Term(bytes(at), factor, bytes(pair[at]) if at in pair else None) for at, factor in factors.items()
    )
    return Sum(terms, 0, "merge")


def _moved(head: Pubkey, one: int, difference: Sequence[tuple[Pubkey, int]], m: int, what: str) -> Sum:
    """The head and a difference of two others, which are paired: they are near."""
    factors = {head: one}
    for commit, factor in difference:
        factors[commit] = factors.get(commit, 0) + factor
    left = {commit: factor for commit, factor in factors.items() if factor}
    pair = {}
    (plus, first), (minus, second) = difference
    if left.get(plus) == first and left.get(minus) == second:
        pair = {plus: bytes(minus), minus: bytes(plus)}
    terms = [Term(bytes(commit), factor, pair.get(commit)) for commit, factor in left.items()]
    return Sum(tuple(terms), m, what)
