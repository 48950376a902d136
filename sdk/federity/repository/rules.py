"""The rules by which a branch's head moves."""

from __future__ import annotations

from dataclasses import dataclass

from federity.errors import ConfigError

WEIGHTINGS = ("uniform", "samples", "keeper")
FULL_WEIGHT = 1 << 16


@dataclass(frozen=True)
class Rules:
    """What a branch asks of commits and merges; copied into each round when it opens.

    `min_level` is the lowest assurance level accepted, `approvals` the approving reviews a commit needs and
    `merge_approvals` those of the merge itself. `max_staleness` counts head moves between a commit's parent and the
    head, `max_weight` caps one commit's share in Q16 (65536 is one), `norm_bound` caps `sum d^2 * 4^(8-shift)`
    (0: no bound). Windows are slots (about 0.4 s each).
    """

    protected: bool = False
    min_level: int = 0
    weighting: str = "uniform"
    approvals: int = 0
    merge_approvals: int = 0
    allow_server: bool = False
    max_staleness: int = 0
    max_weight: int = FULL_WEIGHT
    norm_bound: int = 0
    propose_slots: int = 216_000
    review_slots: int = 216_000
    merge_slots: int = 216_000

    def __post_init__(self) -> None:
        """Refuse what the program would refuse.

        Raises:
            ConfigError: a field is outside its range.
        """
        if self.weighting not in WEIGHTINGS:
            raise ConfigError(f"Weighting {self.weighting!r} is not one of {', '.join(WEIGHTINGS)}.")
        if not 0 <= self.min_level <= 3:
            raise ConfigError(f"A minimum level of {self.min_level} is outside 0 to 3.")
        if not 0 < self.max_weight <= FULL_WEIGHT:
            raise ConfigError(f"A weight cap of {self.max_weight} is outside 1 to {FULL_WEIGHT}.")
        for name in ("approvals", "merge_approvals", "max_staleness", "norm_bound"):
            if getattr(self, name) < 0:
                raise ConfigError(f"{name} cannot be negative.")
        for name in ("propose_slots", "review_slots", "merge_slots"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"{name} must be at least one slot.")
