"""A contributor's process: trains on its own samples, which it alone reads, and pushes what it learnt."""

from __future__ import annotations

import argparse
import asyncio
import importlib
from pathlib import Path
from typing import Any

import federity
from federity.demo import forward
from federity.demo.data import ROUNDS, Samples
from federity.demo.messages import note, serve
from federity.demo.setting import EPOCHS, RATIO
from federity.demo.team import TRAINING
from federity.progress import Progress, listening
from federity.repository.repository import Repository


class Contributor:
    """What a contributor does when the conductor asks. Its private samples lie in its own folder."""

    def __init__(
        self, session: federity.Session, framework: str, folder: Path, test: Path, seed: int
    ) -> None:
        """Work in `folder` with a framework; `test` are the public test digits, `seed` makes training
        repeatable.
        """
        self._code = importlib.import_module(TRAINING[framework])
        self._session = session
        self._folder = folder
        self._samples = Samples.load(folder / "private" / "samples.safetensors")
        self._test = Samples.load(test)
        self._seed = seed
        self._model = self._code.network()

    async def join(self, url: str) -> dict[str, Any]:
        """Clone the repository."""
        self._repository = await Repository.clone(
            self._session, url, self._folder / "copy", model=self._model, on_progress=note
        )
        return {"samples": len(self._samples), "known": self._samples.known}

    async def alone(self, seed: int) -> dict[str, Any]:
        """Train from the same start for as many epochs as all rounds together, with nobody's help."""
        model = self._code.network()
        self._code.load(model, forward.initial(seed))
        epochs = ROUNDS * EPOCHS
        self._code.train(model, self._samples, epochs=epochs, seed=self._seed, only_known=False)
        return {"accuracy": self._code.accuracy(model, self._test)}

    async def contribute(self, index: int) -> dict[str, Any]:
        """Pull, train, commit, push with proofs."""
        await self._repository.pull(self._model)
        before = self._code.accuracy(self._model, self._test)
        note(Progress("training", 0, 1))
        self._code.train(self._model, self._samples, epochs=EPOCHS, seed=self._seed + 10 * index)
        trained = self._code.accuracy(self._model, self._test)
        commit = await self._repository.commit(
            self._model,
            f"round {index}",
            samples=len(self._samples),
            figures={"accuracy": self._code.accuracy(self._model, self._samples)},
            ratio=RATIO,
        )
        report = await self._repository.push(on_progress=note)
        (pushed,) = report.commits
        return {
            "commit": pushed.address,
            "level": pushed.level,
            "units": pushed.units,
            "accuracy_before": before,
            "accuracy_trained": trained,
            "delta_bytes": pushed.delta_bytes,
            "ratio": commit.ratio,
            "norm": commit.norm,
            "proof_seconds": pushed.proof_seconds,
            "transactions": report.cost.transactions,
            "compute_units": report.cost.compute_units,
            "lamports": report.cost.lamports,
        }

    async def pull(self) -> dict[str, Any]:
        """Fetch and check the head, and measure it."""
        report = await self._repository.pull(self._model)
        return {"head": report.head, "accuracy": self._code.accuracy(self._model, self._test)}


async def main(framework: str, folder: Path, test: Path, seed: int) -> None:
    """Serve the conductor."""
    async with federity.connect(keypair=folder / "id.json") as session:
        party = Contributor(session, framework, folder, test, seed)
        verbs = (party.join, party.alone, party.contribute, party.pull)
        with listening(note):
            await serve({verb.__name__: verb for verb in verbs})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A contributor of the demo.")
    parser.add_argument("framework", choices=TRAINING)
    parser.add_argument("folder", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("seed", type=int)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.framework, arguments.folder, arguments.test, arguments.seed))
