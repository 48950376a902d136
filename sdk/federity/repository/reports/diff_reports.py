"""What `diff` answers: how two models differ, tensor by tensor."""

from __future__ import annotations

from dataclasses import dataclass, field

from federity.repository.reports.report import Report


@dataclass(frozen=True)
class TensorDiff(Report):
    """How a tensor differs between two sides.

    `changed` and `flips` of `elements` values have another value, or the other sign. `l2` and `largest` are
    the Euclidean and the largest length of the change, `cosine` is that of the angle between the two sides,
    None where one is all zero. `counts` has the changes by magnitude: below 10^-8, then from each power of
    ten on, the last being 10 and more.
    """

    name: str
    elements: int
    changed: int
    flips: int
    l2: float
    largest: float
    cosine: float | None
    counts: tuple[int, ...]


@dataclass(frozen=True)
class DiffReport(Report):
    """How two sides differ. `tensors` has those that both have in one shape and that differ, `whole` all
    that both have, as one vector; `same` counts those that are equal to the bit.

    `before` and `after` name a commit, or a file. `reshaped`, `added` and `dropped` are names. The figures
    are the ones that each side's author declared; `measured` are those of an evaluation that was run here.
    """

    before: str
    after: str
    tensors: tuple[TensorDiff, ...]
    whole: TensorDiff
    same: int
    reshaped: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    figures_before: dict[str, float] = field(default_factory=dict)
    figures_after: dict[str, float] = field(default_factory=dict)
    measured_before: dict[str, float] = field(default_factory=dict)
    measured_after: dict[str, float] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether the two sides are not the same weights."""
        return bool(self.tensors or self.reshaped or self.added or self.dropped)

    @property
    def figures(self) -> tuple[tuple[str, float | None, float | None], ...]:
        """Each figure of either side: its name with where it is from, and its value before and after."""
        return tuple(
            (f"{name} ({word})", old.get(name), new.get(name))
            for word, old, new in (
                ("declared", self.figures_before, self.figures_after),
                ("measured", self.measured_before, self.measured_after),
            )
            for name in sorted(old.keys() | new.keys())
        )
