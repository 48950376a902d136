"""Decisions that need no chain: unit sizes, weights, batches. Pure, as docs/protocol.md states them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TypeVar

from federity._generated import accounts
from federity._generated.constants import (
    CHUNK_ELEMENTS,
    CHUNK_UNITS,
    ROUND_OPEN,
    WEIGHT_BITS,
    WEIGHT_ONE,
    WEIGHTING_KEEPER,
    WEIGHTING_SAMPLES,
)
from federity.errors import ConfigError
from federity.strategies.base import capped

Item = TypeVar("Item")

# A unit costs a proof of its own and a transaction: about what proving this many more elements costs.
UNIT_OVERHEAD = 4096


def unit_size(elements: int, offered: Sequence[int]) -> int:
    """Choose among `offered` unit sizes the one that proves `elements` values at the least cost.

    Proving time grows with the padded length, transactions with the number of units; of equals the larger
    wins. Raises ConfigError when no size cuts a chunk into at most 256 units.
    """
    span = min(elements, CHUNK_ELEMENTS)
    usable = [size for size in offered if -(-span // size) <= CHUNK_UNITS]
    if not usable:
        raise ConfigError(f"No verifying key has units large enough for a model of {elements} values.")
    return min(usable, key=lambda size: (units(elements, size) * (size + UNIT_OVERHEAD), -size))


def units(elements: int, size: int) -> int:
    """How many units of `size` values cover `elements`."""
    return -(-elements // size)


def uniform_weights(count: int, cap: int = WEIGHT_ONE) -> list[int]:
    """Q16 weights that treat `count` commits alike, rounded down, at most `cap`."""
    return capped([1] * count, count, cap)


def sample_weights(samples: Sequence[int], cap: int = WEIGHT_ONE) -> list[int]:
    """Q16 weights by declared samples, rounded down, at most `cap`, as the program writes them.

    All zero when nobody declared any.
    """
    return capped(samples, max(sum(samples), 1), cap)


def rule_weights(samples: Sequence[int], rejected: Sequence[bool], by_samples: bool, cap: int) -> list[int]:
    """Q16 weights of a set by its round's rule: what stands rejected weighs nothing and takes nothing."""
    counting = [0 if out else 1 for out in rejected]
    if by_samples:
        return sample_weights([n * one for n, one in zip(samples, counting, strict=True)], cap)
    return capped(counting, max(sum(counting), 1), cap)


def scaled_weight(weight: int, fraction_bits: int, shift: int) -> int:
    """What a merge multiplies a delta by: `w * 2^(f - 16 - s)`, an exact integer (section 1)."""
    return weight << (fraction_bits - WEIGHT_BITS - shift)


def merged_weight(round_: accounts.Round, commit: accounts.Commit) -> int:
    """The Q16 weight of an accepted commit in a round whose set is fixed, by the round's rule."""
    if round_.kind != ROUND_OPEN:
        return WEIGHT_ONE
    if commit.rejects:
        return 0
    if round_.rules.weighting == WEIGHTING_KEEPER:
        return commit.weight
    share, whole = 1, round_.accepted - round_.rejected
    if round_.rules.weighting == WEIGHTING_SAMPLES:
        share, whole = commit.samples, round_.sum_samples
    return capped([share], max(whole, 1), round_.rules.max_weight)[0]


def batches(items: Sequence[Item], size: int) -> list[list[Item]]:
    """Cut `items` into runs of at most `size`, in order."""
    iterator = iter(items)
    return list(iter(lambda: list(islice(iterator, size)), []))
