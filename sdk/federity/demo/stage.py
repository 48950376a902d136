"""Where the demo plays: a chain, a store and one folder for each party, all in one temporary place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import federity
from federity.config import EMBEDDED, Config
from federity.demo.data import CONTRIBUTORS, Shares
from federity.text import LAMPORTS
from federity.wallet import Wallet

FUNDS = 10 * LAMPORTS


@dataclass(frozen=True)
class Stage:
    """Folders and wallets. `home` is the parties' FEDERITY_HOME: the machine on which all of them happen to
    live.
    """

    root: Path

    @property
    def home(self) -> Path:
        """Chain, store and cache."""
        return self.root / "home"

    @property
    def test(self) -> Path:
        """The public test digits."""
        return self.root / "test.safetensors"

    @property
    def environment(self) -> dict[str, str]:
        """What the parties' processes see; one thread each, so that training repeats to the bit."""
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "KERAS_BACKEND": "tensorflow"}
        return {**os.environ, **quiet, "FEDERITY_HOME": str(self.home), "OMP_NUM_THREADS": "1"}

    def folder(self, party: str) -> Path:
        """A party's own folder."""
        return self.root / party

    def wallet(self, party: str) -> Wallet:
        """A party's wallet."""
        return Wallet.read(self.folder(party) / "id.json")

    async def build(self, shares: Shares, url: str = EMBEDDED) -> None:
        """Make wallets with money on the chain at `url` and deal the samples. Keys and SRS come from the
        user's own cache.
        """
        self.home.mkdir(parents=True)
        Config.read(self.home).with_setting("url", url).write()
        cache = Config.read().cache
        cache.mkdir(parents=True, exist_ok=True)
        Config.read(self.home).cache.symlink_to(cache)
        for party in ("owner", "keeper", *CONTRIBUTORS):
            Wallet.create(self.folder(party) / "id.json")
        for party, samples in zip(CONTRIBUTORS, shares.contributors, strict=True):
            samples.save(self.folder(party) / "private" / "samples.safetensors")
        shares.hold_out.save(self.folder("keeper") / "hold_out.safetensors")
        shares.test.save(self.test)
        async with federity.connect(home=self.home, keypair=self.folder("owner") / "id.json") as session:
            for party in ("owner", "keeper", *CONTRIBUTORS):
                await session.chain.airdrop(self.wallet(party).pubkey, FUNDS)

    def write_keeper_settings(self, url: str) -> Path:
        """Tell the keeper what to look after."""
        path = self.folder("keeper") / "keeper.toml"
        path.write_text(
            f"""repository = "{url}"
path = "copy"
keypair = "id.json"
interval = 0.2
evaluator = "federity.demo.evaluator:hold_out"

[evaluation]
path = "hold_out.safetensors"

[policy]
quorum = {len(CONTRIBUTORS)}
open_rounds = true
strategy = "uniform"
max_drop = 0.25
"""
        )
        return path
