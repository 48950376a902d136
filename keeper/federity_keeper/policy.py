"""What a keeper decides with: the owner's policy, and the weights that follow from it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from federity.errors import ConfigError
from federity.repository.reports.rules import FULL_WEIGHT
from federity.strategies import Candidate, Strategy, krum, multi_krum, norm_clip, strategy_for

__all__ = ["Policy", "Share", "weights"]


@dataclass(frozen=True)
class Policy:
    """How a keeper behaves.

    `quorum` accepted commits lock a round (0: only the deadlines do). `open_rounds` says whether the keeper
    opens the next round. `strategy` names the rule of `federity.strategies` that weighs commits where the
    branch leaves weights to the keeper; `max_weight` (Q16) caps each. `clip_norm` is the norm to which
    `norm_clip` shrinks, in squared steps at shift 8 (0: the median). `byzantine` is how many commits `krum`
    and `multi_krum` take to be faulty, `selected` how many `multi_krum` keeps (0: what their number allows).
    `max_drop` is how much worse the hold-out's figure may get by one commit at its weight. `retry_slots` is
    the pause before a blob that was not there is looked for again.
    """

    quorum: int = 0
    open_rounds: bool = False
    strategy: str = "uniform"
    max_weight: int = FULL_WEIGHT
    clip_norm: int = 0
    byzantine: int = 0
    selected: int = 0
    max_drop: float = 1.0
    retry_slots: int = 25

    @property
    def compares(self) -> bool:
        """Whether the rule looks at how far commits are from one another."""
        return self.strategy in ("krum", "multi_krum")

    @property
    def rule(self) -> Strategy:
        """The rule with its settings. Raises ConfigError when there is none of that name."""
        byzantine = self.byzantine or None
        if self.strategy == "norm_clip":
            return partial(norm_clip, bound=self.clip_norm or None)
        if self.strategy == "krum":
            return partial(krum, byzantine=byzantine)
        if self.strategy == "multi_krum":
            return partial(multi_krum, byzantine=byzantine, selected=self.selected or None)
        return strategy_for(self.strategy)


@dataclass(frozen=True)
class Share:
    """What the weight of a commit depends on. A commit that is not `trusted` weighs nothing.

    `distances` are those to all commits in their order, for a policy that compares; only those between
    trusted ones are looked at.
    """

    samples: int
    norm: int
    trusted: bool
    distances: tuple[int, ...] = ()


def weights(shares: Sequence[Share], policy: Policy, cap: int) -> list[int]:
    """Q16 weights in the order of `shares`, each at most `cap` (the branch's) and together at most 65536.

    All zero when the rule has no answer, as Krum's has none for too few trusted commits.
    """
    trusted = [place for place, share in enumerate(shares) if share.trusted]
    candidates = [
        Candidate(share.samples, share.norm, tuple(share.distances[i] for i in trusted if share.distances))
        for share in (shares[place] for place in trusted)
    ]
    try:
        found = policy.rule(candidates, max_weight=min(cap, policy.max_weight))
    except ConfigError:
        return [0] * len(shares)
    by_place = dict(zip(trusted, found, strict=True))
    return [by_place.get(place, 0) for place in range(len(shares))]
