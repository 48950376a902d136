"""A session: one chain, one store, one prover, and the wallet that acts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path

from solders.pubkey import Pubkey

from federity._generated.program import PROGRAM_ID
from federity.chain.base import ChainClient, Signer
from federity.config import EMBEDDED, Config, resolve_url
from federity.errors import ConfigError
from federity.masking import shown_url
from federity.program_in_use import claiming
from federity.prover.base import Prover
from federity.storage.base import Storage
from federity.wallet import Wallet

__all__ = ["Session", "connect"]


class Session:
    """What verbs act through. The wallet is read when something is first signed: reading needs none."""

    def __init__(
        self,
        *,
        chain: ChainClient,
        storage: Storage,
        prover: Prover,
        url: str,
        keypair: Path | Signer,
        fee_payer: Path | Signer | None = None,
    ) -> None:
        """Take the ports.

        `keypair` is the wallet that acts, `fee_payer` who pays fees and rent instead of it.
        """
        self.chain = chain
        self.storage = storage
        self.prover = prover
        self.url = url
        self._keypair = keypair
        self._fee_payer = fee_payer

    @cached_property
    def wallet(self) -> Signer:
        """Who acts. Raises WalletError."""
        return _signer(self._keypair)

    @cached_property
    def payer(self) -> Signer:
        """Who pays fees and rent: the wallet, unless there is a fee payer. Raises WalletError."""
        return self.wallet if self._fee_payer is None else _signer(self._fee_payer)


def _signer(source: Path | Signer) -> Signer:
    return Wallet.read(source) if isinstance(source, Path) else source


@asynccontextmanager
async def connect(
    url: str | None = None,
    *,
    keypair: Path | str | Signer | None = None,
    fee_payer: Path | str | Signer | None = None,
    home: Path | None = None,
    commitment: str | None = None,
    program: Pubkey | str | None = None,
) -> AsyncIterator[Session]:
    """Open a session: `embedded`, a Solana moniker or a URL; by default what the settings in `home` say.

    `keypair` and `fee_payer` are keypair files or signers. On a cluster, `commitment` is `processed`,
    `confirmed` or `finalized`, and `program` the program's address; sessions with different programs cannot
    be open at once. Raises ConfigError, ChainUnavailable, ChainDamaged; a missing keypair file raises
    WalletError, and an unexpected program WrongProgram, when something is first signed.
    """
    from federity.prover.groth16 import Groth16Prover
    from federity.storage.directory import DirectoryStorage

    config = Config.read(home)
    for name, value in (("commitment", commitment), ("program", program)):
        if value is not None:
            config = config.with_setting(name, str(value))
    resolved = resolve_url(url or config.url)
    address = PROGRAM_ID if resolved == EMBEDDED or not config.program else Pubkey.from_string(config.program)
    with claiming(address) as free:
        if not free:
            raise ConfigError(
                f"The program at {address} was asked for while a session with another one is open."
            )
        async with await _chain(resolved, config) as chain:
            yield Session(
                chain=chain,
                storage=DirectoryStorage(config.store),
                prover=Groth16Prover(config.cache),
                url=resolved,
                keypair=_source(keypair) or config.keypair,
                fee_payer=_source(fee_payer),
            )


def _source(value: Path | str | Signer | None) -> Path | Signer | None:
    return Path(value).expanduser() if isinstance(value, str) else value


async def _chain(url: str, config: Config) -> ChainClient:
    if url == EMBEDDED:
        from federity.chain.embedded import EmbeddedChain

        return await EmbeddedChain.open(config.chain)
    from federity.chain import identity
    from federity.chain.rpc import RpcChain, RpcSettings

    expected = identity.expected(
        url,
        shown_url(url),
        program=config.program,
        code=config.program_hash,
        authority=config.program_authority,
        cache=config.cache,
    )
    settings = RpcSettings(config.commitment, config.rate_limit, config.priority_fee_cap, expected)
    return await RpcChain.open(url, settings=settings)
