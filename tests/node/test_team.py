"""Two people on two machines share a repository through one node: its chain and its store."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

import federity
from contract.served import served
from federity.config import Config
from federity.repository.repository import Repository
from federity.wallet import Wallet

pytestmark = [pytest.mark.svm, pytest.mark.prover]

TOKEN = "a-token-of-some-length"
SOL = 10**9


async def test_what_one_machine_pushes_another_clones(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    tensors = {"weight": rng.normal(0, 0.3, (8, 8)).astype(np.float32), "bias": np.zeros(8, np.float32)}
    owner, reader = Wallet.generate(), Wallet.generate()
    async with served(tmp_path / "node", token=TOKEN) as node:
        named = node.url.replace("//", f"//{TOKEN}@")
        for home, url in (("one", named), ("two", node.url)):
            Config.read(tmp_path / home).with_setting("url", url).with_setting("storage", url).write()
        async with federity.connect(home=tmp_path / "one", keypair=owner) as session:
            await session.chain.airdrop(owner.pubkey, 10 * SOL)
            made = await Repository.create(session, tmp_path / "a", tensors, name="net", insecure=True)
            head = (await made.status()).head
        # Reading needs neither the token nor money.
        async with federity.connect(home=tmp_path / "two", keypair=reader) as session:
            found = await Repository.clone(session, f"{owner.pubkey}/net", tmp_path / "b")
            assert (await found.status()).head == head
            assert (await found.verify(head)).ok
    cloned = load_file(tmp_path / "b" / "model.safetensors")
    assert {name: value.tolist() for name, value in cloned.items()} == {
        name: value.tolist() for name, value in tensors.items()
    }
    assert not (tmp_path / "two" / "chain").exists()
