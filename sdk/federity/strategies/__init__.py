"""Aggregation rules: pure functions from what is known of a round's commits to integer weights."""

from .base import WEIGHT_ONE, Candidate, Strategy, strategy_for
from .fedavg import fedavg
from .norm_clip import norm_clip
from .uniform import uniform

__all__ = ["WEIGHT_ONE", "Candidate", "Strategy", "fedavg", "norm_clip", "strategy_for", "uniform"]
