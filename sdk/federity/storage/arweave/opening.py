"""Which store the settings mean, opened and closed with its connections."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from ...config import Config
from ...errors import ConfigError
from ...network.clock import Clock, SystemClock
from ...network.throttle import Rate, Throttle
from ...network.web import Host
from ...storage_settings import is_node
from ..directory import DirectoryStorage
from ..http import HttpStorage
from .gateways import Gateways
from .items import Ed25519Signer
from .jwk import JwkWallet
from .ledger import Ledger
from .node import Node
from .store import ArweaveStorage, Writer
from .turbo import Turbo

__all__ = ["open_storage"]

_RATE = (Rate(40, 1.0),)
"""Requests to one host: what no gateway calls too much of one reader."""


@asynccontextmanager
async def open_storage(
    config: Config, signer: Callable[[], Ed25519Signer], clock: Clock | None = None
) -> AsyncIterator[ArweaveStorage | HttpStorage]:
    """The store that the settings name. Each kind reads from Arweave what the chain says is there."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:

        async def host(url: str, *, redirects: bool = False) -> Host:
            return await stack.enter_async_context(
                Host(url, Throttle(_RATE, clock), clock, redirects=redirects)
            )

        kind, uploads, writers = config.storage, config.uploads, list[Writer]()
        if kind in ("arweave", "arweave-both"):
            ledger = Ledger(uploads, "items", again=True)
            upload, payment = await host(config.arweave_upload), await host(config.arweave_payment)
            writers.append(Turbo(upload, payment, signer, ledger))
        if kind in ("arweave-transactions", "arweave-both"):
            ledger = Ledger(uploads, "transactions", again=False)
            writers.append(Node(await host(config.arweave_node), _Wallet(config.arweave_wallet), ledger))
        hosts = [await host(url, redirects=True) for url in config.arweave_gateways.split(",")]
        store = ArweaveStorage(DirectoryStorage(config.store), Gateways(hosts, clock), writers)
        yield HttpStorage(store, await host(kind)) if is_node(kind) else store


class _Wallet:
    """The wallet of the settings, read once, when something is first signed."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._wallet: JwkWallet | None = None

    def __call__(self) -> JwkWallet:
        if not self._path:
            raise ConfigError(
                "Transactions of Arweave are signed by an Arweave wallet, and none is named.",
                hint="Name a JWK file with `federity config arweave_wallet FILE`.",
            )
        if self._wallet is None:
            self._wallet = JwkWallet.read(Path(self._path))
        return self._wallet
