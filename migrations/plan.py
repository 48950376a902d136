"""What a migration is: it looks at a chain, and says which steps are left."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from solders.pubkey import Pubkey

from federity.chain.base import ChainClient, Signer
from federity.chain.deployment import Deployer


@dataclass(frozen=True)
class Step:
    """One thing to do, in a sentence, and how; None where it is left to somebody else."""

    sentence: str
    act: Callable[[], Awaitable[None]] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Context:
    """What migrations work with.

    `payer` pays, and may upgrade the program until it is handed over; `program` is where `code` shall run;
    `authority` is who may upgrade it in the end: an address, `none` for nobody, empty to leave that as it is.
    `idl` is the program's, in JSON, for that address; empty where it is not to be published.
    `development_keys` are the unit sizes for which development keys shall be there; `cache` is where those
    are kept.
    """

    chain: ChainClient
    deployer: Deployer
    payer: Signer
    cache: Path
    program: Pubkey
    code: bytes = field(repr=False)
    authority: str = ""
    idl: bytes = field(default=b"", repr=False)
    development_keys: tuple[int, ...] = ()


class Migration(Protocol):
    """A file of `versions/`."""

    async def plan(self, context: Context) -> list[Step]:
        """The steps that are left; none when the chain is as this migration wants it."""
