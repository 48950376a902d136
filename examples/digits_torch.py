"""A PyTorch CNN under version control: create, train, commit, push with proofs, clone, verify.

Runs as it is, on an embedded chain in a temporary folder: `python examples/digits_torch.py`.
"""

import asyncio
import os
import tempfile
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from torch import nn

import federity

SOL = 10**9


def network() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(128, 10)
    )


def train(model: nn.Module, images: torch.Tensor, digits: torch.Tensor, epochs: int) -> None:
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(epochs):
        order = torch.randperm(len(images))
        for start in range(0, len(images), 64):
            batch = order[start : start + 64]
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(images[batch]), digits[batch]).backward()
            optimiser.step()


def accuracy(model: nn.Module, images: torch.Tensor, digits: torch.Tensor) -> float:
    with torch.no_grad():
        return (model(images).argmax(1) == digits).float().mean().item()


async def main(folder: Path) -> None:
    torch.manual_seed(0)
    pixels, labels = load_digits(return_X_y=True)
    images = torch.tensor(pixels / 16, dtype=torch.float32).reshape(-1, 1, 8, 8)
    digits = torch.tensor(labels)
    training, test = slice(0, 1400), slice(1400, None)

    os.environ["FEDERITY_HOME"] = str(folder / "home")
    wallet = federity.Wallet.create(folder / "wallet.json")
    async with federity.connect("embedded", keypair=wallet) as session:
        await session.chain.airdrop(wallet.pubkey, 10 * SOL)
        model = network()
        repository = await federity.Repository.create(
            session, folder / "digits", model, name="digits", insecure=True
        )
        for step in range(3):
            train(model, images[training], digits[training], epochs=3)
            commit = await repository.commit(model, f"step {step}", samples=1400)
            report = await repository.push()
            print(
                f"step {step}: {accuracy(model, images[test], digits[test]):.1%} here,"
                f" {commit.delta_bytes} bytes ({commit.ratio:.1%} of float32),"
                f" proved in {report.commits[0].proof_seconds:.1f} s"
            )
            # What is in the repository is what was sent; the rest of the change waits for the next commit.
            await repository.pull(model)
            print(f"        {accuracy(model, images[test], digits[test]):.1%} in the repository")

        other = network()
        clone = await federity.Repository.clone(session, repository.url, folder / "clone", model=other)
        print(f"clone:  {accuracy(other, images[test], digits[test]):.1%}")
        verified = await clone.verify("HEAD")
        print(f"verified: {verified.ok}, {verified.proofs} proofs, {len(verified.commits)} commits")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(main(Path(name)))
