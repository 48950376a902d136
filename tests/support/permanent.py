"""Arweave as a test sees it: doubles of a node, of gateways and of an upload service, and stores on them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from federity.network.clock import Clock
from federity.network.throttle import Throttle
from federity.network.web import Host
from federity.storage.arweave.gateways import Gateways
from federity.storage.arweave.jwk import address_of
from federity.storage.arweave.ledger import Ledger
from federity.storage.arweave.node import Node
from federity.storage.arweave.store import ArweaveStorage, Writer
from federity.storage.arweave.turbo import Turbo
from federity.storage.directory import DirectoryStorage
from federity.wallet import Wallet
from support.arweave_key import TestWallet
from support.arweave_net import ArweaveNet
from support.clock import QuickClock
from support.turbo_net import TurboNet
from support.web import Reply, Request, served

PLENTY = 10**15


@dataclass
class Permanent:
    """`moods` has one for each gateway, which may answer in its place."""

    folder: Path
    net: ArweaveNet
    turbo: TurboNet
    wallet: Wallet
    clock: Clock
    stack: AsyncExitStack
    url: str = ""
    turbo_url: str = ""
    gateway_urls: list[str] = field(default_factory=list)
    moods: list[Callable[[Request], Reply | None]] = field(default_factory=list)

    async def host(self, url: str) -> Host:
        host = Host(url, Throttle((), self.clock), self.clock, redirects=True)
        return await self.stack.enter_async_context(host)

    async def store(self, *ways: str, name: str = "store", wallet: Wallet | None = None) -> ArweaveStorage:
        """A store in a folder of this name, whose ledger is beside it."""
        uploads, writers = self.folder / f"{name}-uploads", list[Writer]()
        if "items" in ways:
            host = await self.host(self.turbo_url)
            ledger = Ledger(uploads, "items", again=True)
            writers.append(Turbo(host, host, lambda: wallet or self.wallet, ledger))
        if "transactions" in ways:
            ledger = Ledger(uploads, "transactions", again=False)
            writers.append(Node(await self.host(self.url), TestWallet, ledger))
        hosts = [await self.host(url) for url in self.gateway_urls]
        return ArweaveStorage(DirectoryStorage(self.folder / name), Gateways(hosts, self.clock), writers)


@asynccontextmanager
async def permanent(
    folder: Path, gateways: int = 2, clock: Clock | None = None, wallet: Wallet | None = None
) -> AsyncIterator[Permanent]:
    net = ArweaveNet()
    async with AsyncExitStack() as stack:
        wallet = wallet or Wallet.generate()
        here = Permanent(folder, net, TurboNet(net), wallet, clock or QuickClock(), stack)
        here.turbo.credits[str(wallet.pubkey)] = PLENTY
        net.balances[address_of(TestWallet().owner)] = PLENTY
        here.url = await stack.enter_async_context(served(net.handle))
        here.turbo_url = await stack.enter_async_context(served(here.turbo.handle))
        for index in range(gateways):
            here.moods.append(lambda request: None)

            def answer(request: Request, index: int = index) -> Reply:
                return here.moods[index](request) or net.handle(request)

            here.gateway_urls.append(await stack.enter_async_context(served(answer)))
        yield here
