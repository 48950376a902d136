"""A repository with two proposals that wait for a keeper."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from e2e.team import Team, trained, weights
from federity.chain.embedded import EmbeddedChain
from federity.prover.groth16 import Groth16Prover
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository
from federity.storage.directory import DirectoryStorage
from federity_keeper.config import Config
from federity_keeper.policy import Policy

RULES = Rules(protected=True, weighting="keeper", approvals=1)


@dataclass
class Scene:
    """Ann and Bob have proposed into an open round of the owner's repository; both are approved."""

    team: Team
    owner: Repository
    people: dict[str, Repository]

    def settings(self, keeper: str = "keeper", policy: Policy | None = None, evaluator: str = "") -> Config:
        """A keeper's settings."""
        wallet = self.team.wallets[keeper]
        path = self.team.root / f"{keeper}.json"
        path.write_text(str(list(bytes(wallet.keypair))))
        return Config(
            repository=self.owner.url,
            path=self.team.root / f"{keeper}-copy",
            url="embedded",
            keypair=path,
            evaluator=evaluator,
            policy=policy or Policy(quorum=2),
            folder=self.team.root,
        )

    def write(self, config: Config) -> Path:
        """The settings as a file, for a keeper in a process of its own."""
        file = config.path.with_suffix(".toml")
        file.write_text(
            f'repository = "{config.repository}"\npath = "{config.path.name}"\n'
            f'keypair = "{config.keypair}"\ninterval = 0.05\n[policy]\nquorum = {config.policy.quorum}\n'
        )
        return file

    @property
    def environment(self) -> dict[str, str]:
        """What a keeper's process sees."""
        return {**os.environ, "FEDERITY_HOME": str(self.team.root)}

    async def propose(self, name: str, seed: int) -> str:
        """A proposal of level 0, not reviewed; returns its address."""
        person = self.people.get(name) or await self.team.clone(name, self.owner.url)
        self.people[name] = person
        model = weights()
        await person.pull(model, force=True)
        await person.commit(trained(model, seed), f"by {name}", samples=10 * seed)
        report = await person.push(level=0)
        return report.commits[0].address

    async def head(self) -> tuple[int, dict[str, int]]:
        """How often the head has moved, and the weights of its parts by author's name."""
        await self.owner.pull(weights(), force=True)
        view = await self.owner.show("HEAD")
        names = {str(wallet.pubkey): name for name, wallet in self.team.wallets.items()}
        return view.seq, {names[part.author]: part.weight for part in view.merged}


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
async def scene(tmp_path: Path, cache: Path) -> AsyncIterator[Scene]:
    (tmp_path / "cache").symlink_to(cache)
    async with await EmbeddedChain.open(tmp_path / "chain") as chain:
        team = Team(tmp_path, chain, DirectoryStorage(tmp_path / "store"), Groth16Prover(cache))
        owner = await Repository.create(
            await team.session("owner"),
            team.path("owner"),
            weights(),
            name="digits",
            insecure=True,
            rules=RULES,
        )
        for name in ("ann", "bob", "keeper", "second"):
            await team.session(name)
            role = "contributor" if name in ("ann", "bob") else "keeper"
            await owner.member_add(team.address(name), role)
        await owner.round_open()
        scene = Scene(team, owner, {})
        for seed, name in enumerate(("ann", "bob"), 1):
            commit = await scene.propose(name, seed)
            await owner.review(commit, approve=True)
        yield scene
