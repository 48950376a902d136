"""Which of the pinned keys is proved with: only one's own, and the one that a commit was begun with."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from solders.pubkey import Pubkey

from federity._generated.constants import UNIT_MEDIUM, UNIT_SMALL
from federity.chain import pda
from federity.errors import ConfigError
from federity.objects import Delta
from federity.prover.keys import DEVELOPMENT_KEYS
from federity.repository.reports.rules import Rules
from federity.repository.steps import proving_key
from federity.repository.steps.proving_key import Key, choose_key

OWN = {size: pda.key_of(known) for size, known in DEVELOPMENT_KEYS.items()}
FOREIGN, PIN, PLACE = (Pubkey.new_unique() for _ in range(3))
BLOB = "ab" * 32


@dataclass
class World:
    """The chain as `choose_key` sees it: pins by key and size, and the commit when it is begun."""

    pinned: list[tuple[Pubkey, int]]
    begun: Pubkey | None = None
    rules: Rules = field(default_factory=Rules)

    async def choose(self, monkeypatch: pytest.MonkeyPatch, level: int | None = None) -> Key | None:
        async def pins(_: object) -> list[tuple[Pubkey, Any]]:
            return [(PIN, SimpleNamespace(key=key, n=size)) for key, size in self.pinned]

        async def load(*_: object) -> Any:
            return self.begun and SimpleNamespace(key=self.begun, blob_hash=bytes.fromhex(BLOB))

        async def key_hash(size: int) -> bytes:
            return DEVELOPMENT_KEYS[size]

        monkeypatch.setattr(proving_key, "pins", pins)
        monkeypatch.setattr(proving_key.query, "load", load)
        session = SimpleNamespace(chain=None, prover=SimpleNamespace(key_hash=key_hash))
        workspace: Any = SimpleNamespace(session=session, manifest=SimpleNamespace(elements=500))
        standing: Any = SimpleNamespace(rules=self.rules)
        local: Any = SimpleNamespace(delta=BLOB)
        delta = Delta(np.ones(500, np.int8), 0, bytes(32))
        return await choose_key(workspace, level, standing, local, delta, PLACE, pinned=True)


@pytest.mark.parametrize("order", [1, -1])
async def test_a_foreign_key_beside_ones_own_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, order: int
) -> None:
    pinned = [(OWN[UNIT_SMALL], UNIT_SMALL), (FOREIGN, UNIT_SMALL), (FOREIGN, 7)][::order]
    assert await World(pinned).choose(monkeypatch) == Key(OWN[UNIT_SMALL], PIN, UNIT_SMALL)


async def test_only_foreign_keys_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=f"no proving key for {FOREIGN}, which the repository has pinned"):
        await World([(FOREIGN, UNIT_SMALL)]).choose(monkeypatch)
    assert await World([(FOREIGN, UNIT_SMALL)]).choose(monkeypatch, level=0) is None
    assert await World([]).choose(monkeypatch) is None
    with pytest.raises(ConfigError, match="pinned no key"):
        await World([]).choose(monkeypatch, level=1)


async def test_a_commit_goes_on_with_the_key_it_was_begun_with(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(OWN[UNIT_SMALL], UNIT_SMALL), (OWN[UNIT_MEDIUM], UNIT_MEDIUM)]
    found = await World(both, begun=OWN[UNIT_MEDIUM]).choose(monkeypatch)
    assert found == Key(OWN[UNIT_MEDIUM], PIN, UNIT_MEDIUM)
    with pytest.raises(ConfigError, match="begun with proofs"):
        await World(both, begun=OWN[UNIT_MEDIUM]).choose(monkeypatch, level=0)
    with pytest.raises(ConfigError, match=f"no proving key for {FOREIGN}, which the commit was begun with"):
        await World([*both, (FOREIGN, UNIT_SMALL)], begun=FOREIGN).choose(monkeypatch)


async def test_a_commit_begun_without_proofs_goes_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [(OWN[UNIT_SMALL], UNIT_SMALL)]
    assert await World(own, begun=Pubkey.default()).choose(monkeypatch) is None
    with pytest.raises(ConfigError, match="without proofs already"):
        await World(own, begun=Pubkey.default()).choose(monkeypatch, level=1)
