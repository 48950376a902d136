"""The rules by name."""

from typing import Final

from ..errors import ConfigError
from .base import Strategy
from .fedavg import fedavg
from .krum import krum
from .multi_krum import multi_krum
from .norm_clip import norm_clip
from .uniform import uniform

__all__ = ["STRATEGIES", "strategy_for"]

STRATEGIES: Final[dict[str, Strategy]] = {
    "fedavg": fedavg,
    "krum": krum,
    "multi_krum": multi_krum,
    "norm_clip": norm_clip,
    "uniform": uniform,
}
"""Every rule. `krum` and `multi_krum` need the candidates' distances."""


def strategy_for(name: str) -> Strategy:
    """Return the rule of this name; raises ConfigError when there is none."""
    if name not in STRATEGIES:
        raise ConfigError(f"there is no strategy {name!r}; known are {', '.join(STRATEGIES)}")
    return STRATEGIES[name]
