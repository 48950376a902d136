"""What a migration is: it looks at a chain, and says which steps are left."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from federity.chain.base import ChainClient, Signer
from federity.chain.deployment import Deployer


@dataclass(frozen=True)
class Step:
    """One thing to do, in a sentence, and how."""

    sentence: str
    act: Callable[[], Awaitable[None]] = field(repr=False)


@dataclass(frozen=True)
class Context:
    """What migrations work with.

    `payer` pays and is the program's upgrade authority; `development_keys` are the unit sizes for which
    development keys shall be there; `cache` is where those are kept.
    """

    chain: ChainClient
    deployer: Deployer
    payer: Signer
    cache: Path
    development_keys: tuple[int, ...] = ()


class Migration(Protocol):
    """A file of `versions/`."""

    async def plan(self, context: Context) -> list[Step]:
        """The steps that are left; none when the chain is as this migration wants it."""
