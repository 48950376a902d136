"""One round of a repository with two contributors, on an embedded chain of its own. The others use it.

What is here is Federity's; how a model is trained and measured is the caller's own. Models of PyTorch and of
Keras are treated alike, and neither framework is imported here: only one of them may be in a process.
"""

import argparse
import asyncio
import copy
import json
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import federity
from federity.frameworks import adapter_for
from federity.wallet import Wallet

SOL = 10**9


@dataclass(frozen=True)
class Outcome:
    """What a round did. `before` and `after`: the model's figure on held-out data, the higher the better.

    `parameters` counts the versioned values that training may move, so no running statistics; `alone` are the
    figures of the contributors before their changes were merged.
    """

    name: str
    parameters: int
    before: float
    after: float
    alone: tuple[float, ...]
    level: int
    transactions: int
    delta_bytes: tuple[int, ...]
    push_seconds: float


Model = Any
"""A torch.nn.Module or a keras.Model."""

Train = Callable[[Model, Any], int]
Measure = Callable[[Model], float]
Part = Callable[[Model], Any]
Play = Callable[..., Awaitable[Any]]
"""What an example does with its family: `one_round`, or other rounds with the same parameters."""


def trained_values(part: Model) -> int:
    """How many values of a model, or of the part that is versioned, training may move."""
    adapter = adapter_for(part)
    still = adapter.buffers(part)
    return sum(array.size for name, array in adapter.tensors(part).items() if name not in still)


def seed(number: int) -> None:
    """Start the random numbers of whichever framework is in use."""
    if torch := sys.modules.get("torch"):
        torch.manual_seed(number)
    if keras := sys.modules.get("keras"):
        keras.utils.set_random_seed(number)


def whole_copy(model: Model) -> Model:
    """Copy a model, and its optimiser with it.

    Of one that Keras has not built yet there is nothing to copy, which Keras warns of.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*Skipping variable loading for optimizer")
        return copy.deepcopy(model)


async def one_round(
    name: str,
    model: Model,
    shares: Sequence[Any],
    train: Train,
    measure: Measure,
    *,
    part: Part = lambda whole: whole,
    copied: Callable[[Model], Model] = whole_copy,
    level: int = 1,
    home: Path | None = None,
) -> Outcome:
    """Publish `model`; let each contributor pull, train on a share, commit, prove and propose; merge; pull.

    `train` changes a model and returns how many samples it saw. `part` names what of the model is versioned,
    when it is not all; `copied` gives a contributor a model of their own. `home` is the folder of chain,
    store and keys, a temporary one by default.
    """
    with tempfile.TemporaryDirectory() as folder:
        root, home = Path(folder), home or Path(folder) / "home"

        async def person(who: str) -> Any:
            session = federity.connect("embedded", keypair=Wallet.generate(), home=home)
            return session, await session.__aenter__(), root / who

        people = [await person(who) for who in ("owner", *(f"contributor{i}" for i in range(len(shares))))]
        try:
            return await _round(name, model, shares, train, measure, part, copied, level, people)
        finally:
            for session, _, _ in reversed(people):
                await session.__aexit__(None, None, None)


async def _round(
    name: str,
    model: Model,
    shares: Sequence[Any],
    train: Train,
    measure: Measure,
    part: Part,
    copied: Callable[[Model], Model],
    level: int,
    people: Sequence[Any],
) -> Outcome:
    (_, owner_session, owner_path), *others = people
    for _, session, _ in people:
        await session.chain.airdrop(session.payer.pubkey, 100 * SOL)
    rules = federity.Rules(protected=True, min_level=level, weighting="samples")
    owner = await federity.Repository.create(
        owner_session, owner_path, part(model), name=name, insecure=True, rules=rules
    )
    before, alone, sizes, seconds = measure(model), [], [], 0.0
    await owner.round_open()
    for (_, session, path), share in zip(others, shares, strict=True):
        await owner.member_add(str(session.wallet.pubkey), "contributor")
        mine = copied(model)
        repo = await federity.Repository.clone(session, owner.url, path, model=part(mine))
        samples = train(mine, share)
        alone.append(measure(mine))
        # Nothing later pays what a commit leaves out, as there is one round: so more is sent than by default.
        commit = await repo.commit(part(mine), "my share", samples=samples, ratio=0.25)
        sizes.append(commit.delta_bytes)
        start = time.perf_counter()
        await repo.push(level=level)
        seconds += time.perf_counter() - start
    merged = await owner.merge()
    await owner.pull(part(model))
    size = trained_values(part(model))
    transactions = merged.cost.transactions
    return Outcome(
        name, size, before, measure(model), tuple(alone), merged.level, transactions, tuple(sizes), seconds
    )


def main(run: Callable[..., Any]) -> None:
    """Run an example from the command line and print what it did."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--level", type=int, default=1, choices=(0, 1), help="0 skips the proofs")
    parser.add_argument("--seed", type=int, default=0, help="of the framework's random numbers")
    options = parser.parse_args()
    seed(options.seed)
    print(json.dumps(asdict(asyncio.run(run(level=options.level))), indent=2))
