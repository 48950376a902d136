"""Run as a program: a contributor with one framework, who does what is asked line by line on standard input.

`party.py torch|keras FOLDER SAMPLES`, FEDERITY_HOME naming the machine. `create NAME` makes a repository of
the model, `contribute OWNER/NAME` trains on SAMPLES (safetensors: images float32[n, 1, 8, 8] and digits
int64[n]) and pushes, `pull` loads the head. Each answers with one line of JSON.
"""

import asyncio
import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

import federity
from federity.frameworks import adapter_for
from federity.repository.working_copy.digest import digest


def without_counts(tensors: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
    """What is versioned, and how many batches each layer has seen, which is its trainer's own."""
    counts = {name for name in tensors if name.endswith("num_batches_tracked")}
    held = {name: tensor for name, tensor in tensors.items() if name not in counts}
    return held, {name: int(np.asarray(tensors[name])) for name in sorted(counts)}


class Party:
    """The model, the samples, and the folder with the wallet and the working copy."""

    def __init__(self, session: federity.Session, framework: str, folder: Path, samples: Path) -> None:
        self.session, self.folder, self.samples = session, folder, load_file(samples)
        self.code = importlib.import_module(f"support.{framework}_models")
        self.model = self.code.cnn()

    async def create(self, name: str) -> dict[str, Any]:
        rules = federity.Rules(protected=True)
        made = await federity.Repository.create(
            self.session, self.folder / "made", self.model, name=name, insecure=True, rules=rules
        )
        return {"url": made.url}

    async def contribute(self, url: str) -> dict[str, Any]:
        repository = await federity.Repository.clone(
            self.session, url, self.folder / "copy", model=self.model
        )
        self.repository = repository
        before = self.accuracy()
        self.code.train(self.model, self.samples["images"], self.samples["digits"], epochs=6)
        trained = self.accuracy()
        made = await repository.commit(self.model, "six epochs", samples=len(self.samples["digits"]))
        report = await repository.push(level=1)
        return {"before": before, "trained": trained, "shift": made.shift, "level": report.commits[0].level}

    async def pull(self) -> dict[str, Any]:
        report = await self.repository.pull(self.model)
        held, counts = without_counts(adapter_for(self.model).tensors(self.model))
        return {
            "digest": digest(held),
            "counts": counts,
            "rebuilt": report.rebuilt,
            "accuracy": self.accuracy(),
        }

    def accuracy(self) -> float:
        return float(self.code.accuracy(self.model, self.samples["test_images"], self.samples["test_digits"]))


async def main(framework: str, folder: Path, samples: Path) -> None:
    async with federity.connect(keypair=folder / "id.json") as session:
        party = Party(session, framework, folder, samples)
        while line := await asyncio.to_thread(sys.stdin.readline):
            verb, *arguments = line.split()
            print(json.dumps(await getattr(party, verb)(*arguments)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
