"""Sets of heads as bits, and what the heads of such a set changed together: a sum of a few of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from solders.pubkey import Pubkey

Number = TypeVar("Number")


@dataclass(frozen=True)
class Pasts:
    """Of every head those whose changes it contains, itself among them, as bits by the heads' numbers.

    A head has a higher number than all that it contains. `zeros` are the geneses, whose vectors are zero.
    """

    order: tuple[Pubkey, ...]
    zeros: Collection[Pubkey] = ()
    bits: dict[Pubkey, int] = field(default_factory=dict)

    def newest(self, among: int) -> list[Pubkey]:
        """The heads of a set that no other head of it contains, the newest first."""
        found = []
        while among:
            newest = self.order[among.bit_length() - 1]
            found.append(newest)
            among &= ~self.bits[newest]
        return found

    def sum(self, among: int) -> Mapping[Pubkey, int]:
        """What the heads of a set changed, each change once, as a sum of heads; with a head the set holds all
        that this one contains.

        There is one such sum: a head changed what it is more than what it stands on, so each counts, from
        the newest on, what those before it lack of one (Moebius inversion over the order of containment).
        """
        found: dict[Pubkey, int] = {}
        counted = {0: among}
        while wrong := [heads for times, heads in counted.items() if times != 1 and heads]:
            at = self.order[max(heads.bit_length() for heads in wrong) - 1]
            own = self.bits[at]
            bit = 1 << own.bit_length() - 1
            found[at] = 1 - next(times for times, heads in counted.items() if heads & bit)
            moved: dict[int, int] = {}
            for times, heads in counted.items():
                for number, part in ((times, heads & ~own), (times + found[at], heads & own)):
                    moved[number] = moved.get(number, 0) | part
            counted = moved
        return found

    def adding(self, factors: Mapping[Pubkey, Number]) -> dict[Pubkey, Number]:
        """The factors of a sum without those that are 0, and without geneses, which add nothing."""
        return {at: factor for at, factor in factors.items() if factor and at not in self.zeros}
