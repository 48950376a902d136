"""What a keeper decides with: the owner's policy, and the weights that follow from it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from federity.repository.planning import sample_weights, uniform_weights
from federity.repository.rules import FULL_WEIGHT

__all__ = ["STRATEGIES", "Policy", "Share", "weights"]

STRATEGIES = ("uniform", "samples", "clipped")


@dataclass(frozen=True)
class Policy:
    """How a keeper behaves.

    `quorum` accepted commits lock a round (0: only the deadlines do). `open_rounds` says whether the keeper
    opens the next round. `strategy` weighs commits where the branch leaves weights to the keeper: `uniform`,
    `samples` (declared counts, each capped by `max_weight`, Q16), or `clipped` (uniform, with a commit whose
    norm exceeds `clip_norm`, in squared steps at shift 8, shrunk to it). `max_drop` is how much worse the
    hold-out's figure may get by one commit at its weight. `retry_slots` is the pause before a blob that was
    not there is looked for again.
    """

    quorum: int = 0
    open_rounds: bool = False
    strategy: str = "uniform"
    max_weight: int = FULL_WEIGHT
    clip_norm: int = 0
    max_drop: float = 1.0
    retry_slots: int = 25


@dataclass(frozen=True)
class Share:
    """What the weight of a commit depends on. A commit that is not `trusted` weighs nothing."""

    samples: int
    norm: int
    trusted: bool


def weights(shares: Sequence[Share], policy: Policy, cap: int) -> list[int]:
    """Q16 weights in the order of `shares`, each at most `cap` (the branch's) and together at most 65536.

    Norm clipping after Sun et al. 2019, "Can You Really Backdoor Federated Learning?": the factor
    `min(1, sqrt(clip / norm))` goes into the weight, so that the merge stays a sum of proved vectors.
    """
    limit = min(cap, policy.max_weight)
    trusted = [share for share in shares if share.trusted]
    if not trusted:
        return [0] * len(shares)
    if policy.strategy == "samples":
        found = sample_weights([share.samples for share in trusted], limit)
    else:
        found = uniform_weights(len(trusted), limit)
    if policy.strategy == "clipped" and policy.clip_norm:
        found = [
            _clipped(weight, share.norm, policy.clip_norm)
            for weight, share in zip(found, trusted, strict=True)
        ]
    remaining = iter(found)
    return [next(remaining) if share.trusted else 0 for share in shares]


def _clipped(weight: int, norm: int, clip: int) -> int:
    """`floor(weight * sqrt(clip / norm))` in integers, so that two keepers propose the same."""
    return weight if norm <= clip else math.isqrt(weight * weight * clip // norm)
