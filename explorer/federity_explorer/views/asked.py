"""What pages ask beside the index: the chain, and what compares commits."""

from __future__ import annotations

from dataclasses import dataclass

from federity.chain.base import ChainClient
from federity_explorer.site import Site
from federity_explorer.views.comparing import Comparing

__all__ = ["Live"]


@dataclass(frozen=True)
class Live:
    """The site with its open chain."""

    site: Site
    chain: ChainClient
    comparing: Comparing
