"""People on one embedded chain and store, in one process: an owner and whoever joins."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from federity.chain.embedded import EmbeddedChain
from federity.prover.groth16 import Groth16Prover
from federity.repository.repository import Repository
from federity.session import Session
from federity.storage.directory import DirectoryStorage
from federity.wallet import Wallet

Tensors = dict[str, np.ndarray]
SOL = 10**9


@dataclass
class Team:
    """A chain, a store and a cache of keys that all sessions share."""

    root: Path
    chain: EmbeddedChain
    store: DirectoryStorage
    prover: Groth16Prover
    wallets: dict[str, Wallet] = field(default_factory=dict)

    async def session(self, name: str) -> Session:
        """A session of one person, with money."""
        if name not in self.wallets:
            self.wallets[name] = Wallet.generate()
            await self.chain.airdrop(self.wallets[name].pubkey, 100 * SOL)
        return Session(
            chain=self.chain,
            storage=self.store,
            prover=self.prover,
            url="embedded",
            keypair=self.wallets[name],
        )

    def path(self, name: str) -> Path:
        """A person's working copy."""
        return self.root / name

    def address(self, name: str) -> str:
        """A person's wallet."""
        return str(self.wallets[name].pubkey)

    async def clone(self, name: str, url: str) -> Repository:
        """A person's clone."""
        return await Repository.clone(await self.session(name), url, self.path(name))

    def blob(self, sha256: str) -> Path:
        """Where the store keeps a blob."""
        (found,) = [path for path in self.store.root.rglob("*") if path.name.endswith(sha256[4:])]
        return found


def weights(seed: int = 0, scale: float = 1.0, width: int = 16) -> Tensors:
    """A small model: one layer and its bias."""
    random = np.random.default_rng(seed)
    return {
        "layer.weight": (scale * random.standard_normal((8, width))).astype(np.float32),
        "layer.bias": (scale * random.standard_normal(8)).astype(np.float32),
    }


def trained(model: Tensors, seed: int = 1, scale: float = 0.02) -> Tensors:
    """The same model after some training."""
    step = weights(seed, scale, model["layer.weight"].shape[1])
    return {name: value + step[name] for name, value in model.items()}
