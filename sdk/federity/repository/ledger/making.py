"""What a made recipe makes, tensor by tensor, in whole numbers.

The formulae are the papers', in mergekit's reading of them where they leave something open: a rescaled change
keeps the sum of its magnitudes in each tensor, which is what dividing by the density does on average.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from federity.errors import ConfigError, RangeError
from federity.objects import MAX_SHIFT, Delta
from federity.objects.masks import Lots, Mask, between, by_lot, by_rank, lots
from federity.objects.scaling import absolute, scaled, stock
from federity.progress import each
from federity.repository.ledger import heads
from federity.repository.ledger.made_recipes import STOCK, Made, Part
from federity.repository.ledger.references import resolve

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.objects import Accumulator, Manifest
    from federity.objects.manifest import TensorSpec
    from federity.objects.tensors import Tensor
    from federity.repository.ledger.reader import Reader

Integers = npt.NDArray[np.int64]
Draw = Callable[[Part], Lots]

# A value beyond it is some thousand times what its tensor was at the genesis.
FAR = 1 << 46


@dataclass(frozen=True)
class Making:
    """What a recipe is made of: heads by their addresses, and the one that the commit goes `onto`."""

    recipe: Made
    manifest: Manifest
    tensors: Mapping[str, Tensor]
    addresses: Mapping[str, Pubkey]
    states: Mapping[Pubkey, Accumulator]
    onto: Accumulator

    @classmethod
    async def of(cls, reader: Reader, recipe: Made, onto: Accumulator, fetch: heads.Fetch) -> Making:
        """Fetch it. Raises NotFound, ConfigError, BlobError, WorktreeError (of another base)."""
        if many := [spec.name for spec in reader.manifest.tensors if spec.digits > 1]:
            raise ConfigError(
                f"{many[0]} holds statistics in several digits, and {recipe.method} is of values in one.",
                hint="linear and task_arithmetic are exact of them, too.",
            )
        addresses = {name: await resolve(reader, name) for name in recipe.names}
        if len({*addresses.values()}) < len(addresses):
            raise ConfigError("Two of the recipe's models are the same commit.")
        states = {at: (await heads.state_of(reader, at, fetch))[1] for at in addresses.values()}
        tensors = (await reader.base()).tensors
        return cls(recipe, reader.manifest, tensors, addresses, states, onto)

    @property
    def bits(self) -> int:
        """The fraction bits that all is counted in."""
        return max(state.fraction_bits for state in (*self.states.values(), self.onto))

    def change(self, spec: TensorSpec) -> Integers:
        """What the recipe's result is more than HEAD, int64 of a tensor's elements in units 2^-(q + bits).

        Raises ConfigError for what is too large.
        """
        base = self._values(self.states[self.addresses[self.recipe.base]], spec)
        parts = [self._values(self.states[self.addresses[p.model]], spec) - base for p in self.recipe.parts]
        fixed: npt.NDArray[np.bool_] | slice = slice(0, 0)
        if spec.zeros:
            fixed = np.asarray(self.tensors[spec.name]).reshape(-1) == 0
        for part in parts:
            part[fixed] = 0
        shaped = [part.reshape(spec.shape) for part in parts]
        try:
            found = combined(self.recipe, shaped, lambda part: self._lots(part, spec)).reshape(-1)
        except RangeError as error:
            raise _too_far(spec) from error
        found += base - self._values(self.onto, spec)
        found[fixed] = 0
        return found

    def delta(self, shift: int | None = None) -> Delta:
        """The change of all tensors to the nearest step: the finest that holds it, or that of a `shift`.

        Raises ConfigError when none does.
        """
        specs = [spec for spec in self.manifest.tensors if spec.size]
        shift = self._shift(specs) if shift is None else shift
        down = self.bits - shift
        values = np.zeros(self.manifest.elements, np.int8)
        for spec in each("making the commit", specs, "tensors"):
            steps = self.change(spec) + (1 << down - 1) >> down
            values[spec.elements] = np.clip(steps, -self.manifest.limit, self.manifest.limit)
        return Delta(values, shift, self.manifest.hash)

    def _shift(self, specs: list[TensorSpec]) -> int:
        finest = MAX_SHIFT
        for spec in each("making the recipe", specs, "tensors"):
            change = self.change(spec)
            low, high = int(change.min()), int(change.max())
            while not self._fits(low, high, finest):
                finest -= 1
                if finest < 0:
                    raise _too_far(spec)
        return finest

    def _fits(self, low: int, high: int, shift: int) -> bool:
        half, down = 1 << self.bits - shift - 1, self.bits - shift
        return -self.manifest.limit <= low + half >> down and high + half >> down <= self.manifest.limit

    def _values(self, state: Accumulator, spec: TensorSpec) -> Integers:
        values = np.asarray(state.values[spec.elements])
        up = self.bits - state.fraction_bits
        if int(np.abs(values).max()) >= FAR >> up:
            raise ConfigError(f"{spec.name} has moved too far from its base to be counted finely.")
        return values << up

    def _lots(self, part: Part, spec: TensorSpec) -> Lots:
        return lots(self.recipe.seed, bytes(self.addresses[part.model]), spec.name, spec.shape)


def _too_far(spec: TensorSpec) -> ConfigError:
    return ConfigError(
        f"The recipe moves {spec.name} by more than one commit holds.",
        hint="Begin at its base, `federity switch -c NAME BASE`, or take smaller weights.",
    )


def combined(recipe: Made, changes: Sequence[Integers], draw: Draw) -> Integers:
    """What is added to the base's tensor: of each part's change to it, int64 in the tensor's shape.

    `draw` gives the lots of a part, in the same shape. Raises RangeError for results beyond 2^60.
    """
    if not changes[0].size:
        return changes[0]
    if recipe.method == STOCK:
        return _stock(changes, recipe.filter_wise)
    found = np.zeros_like(changes[0])
    for part, change in zip(recipe.parts, changes, strict=True):
        kept = change
        if part.settings["density"] < 1:
            kept = np.where(_mask(recipe.method, part, change, draw), change, 0)
        after = absolute(kept) if recipe.rescale else 0
        grown = Fraction(absolute(change), after) if after else Fraction(1)
        found += scaled(kept, part.factor * grown)
    return found


def _mask(method: str, part: Part, change: Integers, draw: Draw) -> Mask:
    settings: Mapping[str, Fraction] = part.settings
    density = settings["density"]
    if method == "breadcrumbs":
        return between(change, density, settings["gamma"])
    if method == "della_linear":
        return by_rank(change, draw(part), density, settings["epsilon"])
    return by_lot(draw(part), density)


def _stock(changes: Sequence[Integers], filter_wise: bool) -> Integers:
    """The mean of the changes, and of that the share that their angles say: one of the tensor or each row."""
    shape = changes[0].shape
    width = shape[-1] if filter_wise and shape else changes[0].size
    rows = [change.reshape(-1, width) for change in changes]
    found = np.empty_like(rows[0])
    for number in range(len(rows[0])):
        row = [change[number] for change in rows]
        found[number] = scaled(np.sum(row, axis=0), stock(row) / len(row))
    return found.reshape(shape)
