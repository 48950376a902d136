"""Aggregation rules: pure functions from what is known of a round's commits to integer weights."""

from .base import WEIGHT_ONE, Candidate, Strategy
from .distances import distances
from .fedavg import fedavg
from .krum import krum
from .multi_krum import multi_krum
from .norm_clip import norm_clip
from .registry import STRATEGIES, strategy_for
from .uniform import uniform

__all__ = [
    "STRATEGIES",
    "WEIGHT_ONE",
    "Candidate",
    "Strategy",
    "distances",
    "fedavg",
    "krum",
    "multi_krum",
    "norm_clip",
    "strategy_for",
    "uniform",
]
