"""The owner's process: creates the repository, invites, protects the branch, reviews."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

import federity
from federity.demo import forward
from federity.demo.messages import note, serve
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository

NAME = "digits"
# About three times the longest update that training makes, in squared steps at shift 8.
NORM_BOUND = 1 << 32


class Owner:
    """What the owner does when the conductor asks."""

    def __init__(self, session: federity.Session, folder: Path) -> None:
        """Work in `folder`."""
        self._session = session
        self._folder = folder

    async def create(self, seed: int) -> dict[str, Any]:
        """Create an insecure repository (its keys are the development ones) whose genesis is the untrained
        CNN.
        """
        self._repository = await Repository.create(
            self._session,
            self._folder / NAME,
            forward.initial(seed),
            name=NAME,
            insecure=True,
            on_progress=note,
        )
        return {"url": self._repository.url, "repository": self._repository.address}

    async def invite(self, keeper: str, contributors: list[str]) -> dict[str, Any]:
        """Give roles to wallets."""
        await self._repository.member_add(keeper, "keeper")
        for wallet in contributors:
            await self._repository.member_add(wallet, "contributor")
        return {"members": len(await self._repository.members())}

    async def protect(self) -> dict[str, Any]:
        """From now on the head moves only by rounds of proved, bounded and reviewed updates."""
        rules = Rules(protected=True, min_level=1, approvals=1, weighting="keeper", norm_bound=NORM_BOUND)
        report = await self._repository.branch_protect("main", rules)
        return {"transactions": report.cost.transactions}

    async def review(self) -> dict[str, Any]:
        """Approve what has been proposed, proved, and declares an accuracy."""
        view = await self._repository.round_show()
        approved = []
        for commit in view.commits:
            fine = commit.level >= 1 and commit.parts_done == commit.parts and "accuracy" in commit.figures
            await self._repository.review(commit.address, approve=fine, note="proved and bounded")
            approved += [commit.address] if fine else []
        return {"approved": approved}

    async def verify(self) -> dict[str, Any]:
        """Recheck the head and all it stands on from chain and store alone."""
        await self._repository.pull()
        report = await self._repository.verify("HEAD", on_progress=note)
        return {"ok": report.ok, "complete": report.complete, "proofs": report.proofs}


async def main(folder: Path) -> None:
    """Serve the conductor."""
    async with federity.connect(keypair=folder / "id.json") as session:
        owner = Owner(session, folder)
        verbs = (owner.create, owner.invite, owner.protect, owner.review, owner.verify)
        await serve({verb.__name__: verb for verb in verbs})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The owner of the demo's repository.")
    parser.add_argument("folder", type=Path)
    asyncio.run(main(parser.parse_args().folder))
