"""Every call that goes through, by subject. An instruction without one fails a test."""

from program.matrix.goods import branches, commits, merges, nfts, operations, people, sales
from program.matrix.goods.registry import GOODS, Good

__all__ = ["GOODS", "Good", "branches", "commits", "merges", "nfts", "operations", "people", "sales"]
