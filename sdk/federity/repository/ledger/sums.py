"""What an operation is to add up, for each verb: pure, of what is known of the graph of heads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from solders.pubkey import Pubkey

from federity._generated.constants import MAX_SUM_BITS, OPERATION_TERMS, TERM_FACTOR_LIMIT
from federity.errors import ConfigError, NothingToDo
from federity.objects.operation import Term
from federity.repository.ledger.merging import Factors, taking
from federity.repository.ledger.past import Graph
from federity.repository.ledger.pasts import Pasts
from federity.repository.ledger.shares import FINEST

ONE = Fraction(1)


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


def counted(wanted: Sum, zeros: Collection[Pubkey]) -> Sum:
    """The same sum without the heads that are 0 (`zeros`: geneses) and are paired with none.

    The program takes a sum in one spelling. A genesis alone stays: it is the head to be.
    """
    terms = [term for term in wanted.terms if term.pair or Pubkey.from_bytes(term.commit) not in zeros]
    return replace(wanted, terms=tuple(terms)) if terms else wanted


def with_update(head: Pubkey, update: Pubkey, weight: int, what: str) -> Sum:
    """The head with an update at a Q16 weight; below 0 it is taken out."""
    if not 0 < abs(weight) <= TERM_FACTOR_LIMIT:
        raise ConfigError(f"An update cannot be taken {abs(weight)} / 65536 times.")
    return Sum((Term(bytes(head), 1), Term(bytes(update), weight)), 0, what)


def merged(graph: Graph, head: Pubkey, shares: Factors) -> Sum:
    """The head with that share of what each side did since they parted; what sides share counts once.

    Raises NothingToDo (they are in the head's past), ConfigError (no common past; unequal shares of what
    sides have in common; more than 8 terms; a share that is no exact sum).
    """
    pasts = graph.pasts
    new = {side: share for side, share in shares.items() if not graph.contains(head, side)}
    if not new:
        raise NothingToDo(
            "Already up to date: that commit is in the head's past.",
            hint="What was taken out of it since comes back with `federity cherry-pick COMMIT`.",
        )
    if len(new) < len(shares) and set(shares.values()) != {ONE}:
        raise ConfigError(
            "One of these is in the head's past: it did nothing since, of which a share could be taken.",
            hint="Leave it out, or name it in an average of heads with `--average`.",
        )
    if any(not pasts.bits[head] & pasts.bits[side] for side in new):
        raise ConfigError("The two have no common past: nothing says what each of them changed.")
    factors = taking(pasts, head, new)
    if factors is None:
        raise ConfigError(
            "The sides have commits in common that the head lacks: which share of these is meant?",
            hint="Merge them one after the other, or with one share for all.",
        )
    added = pasts.adding(factors)
    if len(added) == 1 and set(new.values()) == {ONE}:
        return alone(next(iter(added)), "fast-forward")
    return exact(pasts, head, factors, "merge")


def averaged(graph: Graph, head: Pubkey, shares: Factors) -> Sum:
    """Heads at shares that sum to one. Raises ConfigError (they do not, or no exact sum), NothingToDo."""
    if sum(shares.values(), Fraction(0)) != ONE:
        raise ConfigError(
            f"The shares of an average sum to 1, these to {sum(shares.values(), Fraction(0))}.",
            hint="HEAD is one of them; without its share, it takes what the others leave.",
        )
    return exact(graph.pasts, head, shares, "average")


def exact(pasts: Pasts, head: Pubkey, factors: Factors, what: str) -> Sum:
    """A sum of heads in the program's spelling: lowest terms, and what is near paired.

    Raises NothingToDo (it is the head), ConfigError (more than 8 terms, or shares that are no exact sum).
    """
    added = pasts.adding(factors)
    if added == ({} if head in pasts.zeros else {head: ONE}):
        raise NothingToDo("Nothing would change: that sum is the head as it is.")
    if not added:
        return alone(pasts.order[0], what)
    over = max(factor.denominator for factor in added.values())
    whole = {at: factor * over for at, factor in added.items()}
    if FINEST % over or any(factor.denominator != 1 for factor in whole.values()):
        raise ConfigError(f"That is no exact sum: shares are whole numbers of {FINEST}ths.")
    if max(map(abs, whole.values())) > TERM_FACTOR_LIMIT:
        raise ConfigError(f"A head is taken at most {TERM_FACTOR_LIMIT // over} times, over {over}.")
    near = {at: factor * over for at, factor in factors.items() if at in pasts.zeros and factor < 0}
    pair = _paired(head, whole, near)
    terms = {**whole, **{at: factor for at, factor in near.items() if at in pair}}
    if len(terms) > OPERATION_TERMS:
        raise ConfigError(
            f"Of {len(terms)} heads together this would be the sum, and {OPERATION_TERMS} are the most.",
            hint="Merge fewer at once; or older commits of a side first, which `federity log SIDE` lists.",
        )
    return Sum(
        tuple(Term(bytes(at), int(factor), pair.get(at)) for at, factor in terms.items()),
        over.bit_length() - 1,
        what,
    )


def _paired(head: Pubkey, added: Factors, zeros: Factors) -> dict[Pubkey, bytes]:
    """What is taken away stands against what is added, the head apart: they are near. A genesis stands
    against the same factor only.
    """
    free = {at: factor for at, factor in added.items() if factor > 0 and at != head}
    against = sorted((factor, at) for at, factor in {**added, **zeros}.items() if factor < 0)
    pair: dict[Pubkey, bytes] = {}
    for factor, at in against:
        fit = [one for one in free if at in added or free[one] == -factor]
        if fit:
            one = max(fit, key=lambda one: min(free[one], -factor))
            del free[one]
            pair |= {one: bytes(at), at: bytes(one)}
    return pair


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
