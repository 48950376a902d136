"""A session: one chain, one store, one prover, and the wallet that acts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from copy import copy
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from solders.pubkey import Pubkey

from federity._generated.program import PROGRAM_ID
from federity.chain.base import ChainClient, Signer
from federity.config import EMBEDDED, Config, resolve_url
from federity.contacts import Contacts
from federity.errors import ConfigError
from federity.keypairs import KeypairFile, find
from federity.masking import shown_url
from federity.program_in_use import claiming
from federity.prover.base import Prover
from federity.storage.base import Storage
from federity.wallet import Whose, address_of

__all__ = ["Connecting", "Session", "apart", "connect"]

P = TypeVar("P")

HOW = "async with federity.connect() as session: ..."


class Session:
    """What verbs act through. The wallet is read when something is first signed: reading needs none."""

    url: str
    # Whether there is a chain to ask, and not only what was read of one.
    reaches: bool

    def __init__(
        self,
        *,
        chain: ChainClient,
        storage: Storage,
        prover: Prover,
        url: str,
        keypair: Path | str | KeypairFile | Signer,
        fee_payer: Path | str | KeypairFile | Signer | None = None,
        contacts: Contacts | None = None,
    ) -> None:
        """Take the ports.

        `keypair` is the wallet that acts, `fee_payer` who pays fees and rent instead of it, `contacts` whom
        their user knows by name (default: those of the user's settings).
        """
        self._chain = chain
        self._storage = storage
        self._prover = prover
        self.url = url
        self._keypair = _source(keypair)
        self._fee_payer = None if fee_payer is None else _source(fee_payer)
        self._contacts = contacts
        self._closed = False
        self.reaches = True

    @property
    def chain(self) -> ChainClient:
        """The chain. Raises ConfigError when the session is over."""
        return self._while_open(self._chain)

    @property
    def storage(self) -> Storage:
        """Where blobs are. Raises ConfigError when the session is over."""
        return self._while_open(self._storage)

    @property
    def prover(self) -> Prover:
        """What makes proofs. Raises ConfigError when the session is over."""
        return self._while_open(self._prover)

    @cached_property
    def wallet(self) -> Signer:
        """Who acts. Raises WalletError."""
        return _signer(self._keypair)

    @cached_property
    def payer(self) -> Signer:
        """Who pays fees and rent: the wallet, unless there is a fee payer. Raises WalletError."""
        return self.wallet if self._fee_payer is None else _signer(self._fee_payer)

    @property
    def wallet_file(self) -> KeypairFile | None:
        """The file that the wallet is kept in; None for a signer that the caller brought."""
        return self._keypair if isinstance(self._keypair, KeypairFile) else None

    @property
    def named_keypair(self) -> str:
        """The keypair file that the caller named, absolute: what a new working copy remembers. Else empty."""
        file = self.wallet_file
        return str(file.path.parent.resolve() / file.path.name) if file is not None and file.named else ""

    @property
    def payer_file(self) -> KeypairFile | None:
        """The file that the payer is kept in; None for a signer that the caller brought."""
        if self._fee_payer is None:
            return self.wallet_file
        return self._fee_payer if isinstance(self._fee_payer, KeypairFile) else None

    @cached_property
    def contacts(self) -> Contacts:
        """The names that the user has given to wallets. Raises ConfigError."""
        return self._contacts or Contacts(Config.read().home)

    def address_of(self, whose: Whose) -> Pubkey:
        """The address of a wallet, however it is given: see `federity.wallet.address_of`."""
        return address_of(whose, self.contacts)

    def on(self, chain: ChainClient, storage: Storage | None = None) -> Session:
        """The same session with another way to its chain and, if it is named, to its store."""
        there = copy(self)
        there._chain = chain
        there._storage = storage or self._storage
        return there

    def end(self) -> None:
        """Say that the chain is closed: whoever still asks for it is told so."""
        self._closed = True

    def _while_open(self, port: P) -> P:
        if self._closed:
            raise ConfigError("This session is over.", hint=f"Work inside `{HOW}`, or open another one.")
        return port


def _signer(source: KeypairFile | Signer) -> Signer:
    return source.read() if isinstance(source, KeypairFile) else source


def _source(value: Path | str | KeypairFile | Signer) -> KeypairFile | Signer:
    if isinstance(value, str | Path):
        return KeypairFile(Path(value).expanduser(), named=True)
    return value


class Connecting(AbstractAsyncContextManager[Session]):
    """A session that is not open yet: `async with` opens it, and whoever forgets that is told so."""

    def __init__(self, opening: AbstractAsyncContextManager[Session]) -> None:
        """Take what opens and closes it."""
        self._opening = opening

    async def __aenter__(self) -> Session:
        """Open the session."""
        return await self._opening.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        """Close the session."""
        return await self._opening.__aexit__(kind, error, traceback)

    def __await__(self) -> Generator[Any, Any, NoReturn]:
        """Refuse `await connect()`."""
        self._refuse()
        yield

    def __enter__(self) -> NoReturn:
        """Refuse `with connect()`."""
        self._refuse()

    def __exit__(self, *exception: object) -> None:
        """Nothing was opened."""

    def __getattr__(self, name: str) -> Any:
        """Refuse to be used in a session's place."""
        if hasattr(Session, name) or name in Session.__annotations__:
            self._refuse()
        raise AttributeError(name)

    def _refuse(self) -> NoReturn:
        raise ConfigError("This session is not open.", hint=f"Open it with `{HOW}`.")


def connect(
    url: str | None = None,
    *,
    keypair: Path | str | KeypairFile | Signer | None = None,
    fee_payer: Path | str | KeypairFile | Signer | None = None,
    home: Path | str | None = None,
    commitment: str | None = None,
    program: Pubkey | str | None = None,
    storage: str | None = None,
) -> Connecting:
    """Open a session with `async with`: `embedded`, a Solana moniker or a URL; by default what the settings
    in `home` say.

    `keypair` and `fee_payer` are keypair files or signers; without one, `federity.keypairs` says where a
    keypair is looked for. On a cluster, `commitment` is `processed`, `confirmed` or `finalized`, and
    `program` the program's address; sessions with different programs cannot be open at once. `storage` is
    where blobs are kept: `local`, `arweave`, `arweave-transactions` or `arweave-both`. Raises
    ConfigError, ChainUnavailable, ChainDamaged; a missing keypair file raises WalletError, and an unexpected
    program WrongProgram, when something is first signed.
    """
    return Connecting(_open(url, keypair, fee_payer, home, commitment, program, storage))


def apart(
    chain: ChainClient, storage: Storage, keypair: KeypairFile | Signer, url: str, config: Config
) -> Session:
    """A session on what is at hand of a chain and a store that are not reached: nothing has to be closed."""
    from federity.prover.groth16 import Groth16Prover

    session = Session(
        chain=chain,
        storage=storage,
        prover=Groth16Prover(config.cache),
        url=url,
        keypair=keypair,
        contacts=Contacts(config.home),
    )
    session.reaches = False
    return session


@asynccontextmanager
async def _open(
    url: str | None,
    keypair: Path | str | KeypairFile | Signer | None,
    fee_payer: Path | str | KeypairFile | Signer | None,
    home: Path | str | None,
    commitment: str | None,
    program: Pubkey | str | None,
    storage: str | None,
) -> AsyncIterator[Session]:
    from federity.prover.groth16 import Groth16Prover
    from federity.storage.arweave.opening import open_storage

    config = Config.read(None if home is None else Path(home))
    for name, value in (("commitment", commitment), ("program", program), ("storage", storage)):
        if value is not None:
            config = config.with_setting(name, str(value))
    resolved = resolve_url(url or config.url)
    address = PROGRAM_ID if resolved == EMBEDDED or not config.program else Pubkey.from_string(config.program)
    with claiming(address) as free:
        if not free:
            raise ConfigError(
                f"The program at {address} was asked for while a session with another one is open."
            )
        async with (
            await _chain(resolved, config) as chain,
            open_storage(config, lambda: session.wallet) as store,
        ):
            session = Session(
                chain=chain,
                storage=store,
                prover=Groth16Prover(config.cache),
                url=resolved,
                keypair=find(None, None, config) if keypair is None else keypair,
                fee_payer=fee_payer,
                contacts=Contacts(config.home),
            )
            try:
                yield session
            finally:
                session.end()


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
