"""Blobs that are not what a head's commitment says. The chain cannot see them; every client refuses them.

Each lie is posted on the chain as the head's blob while the true one is withheld. A newcomer's clone must
refuse it and rebuild the true head from the deltas; then what the clone refused is tried once more by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from solders.pubkey import Pubkey

from federity._generated import accounts, constants, types
from federity._generated import instructions as program
from federity.chain import pda
from federity.demo.attacks.attempt import AttackSucceeded, Attempt
from federity.objects import Accumulator, Location, decode_accumulator, encode_accumulator
from federity.objects.container import read, write
from federity.repository.ledger.commitments import check_opens
from federity.repository.repository import Repository
from federity.session import Session


@dataclass(frozen=True)
class Victim:
    """A repository whose head is lied about, the store's folder, and where newcomers may clone to."""

    owner: Repository
    store: Path
    clones: Path
    liars: tuple[Session, Session]

    async def head(self) -> tuple[Pubkey, accounts.Commit]:
        """The branch's head."""
        workspace = self.owner.workspace
        address = (await workspace.branch_state()).head
        return address, await workspace.load(accounts.Commit, address, "commit")

    async def truth(self) -> Accumulator:
        """The head's accumulator."""
        _, commit = await self.head()
        workspace = self.owner.workspace
        data = await workspace.session.storage.get(Location.local(bytes(commit.blob_hash)))
        return decode_accumulator(data, workspace.manifest)

    async def deceive(self, liar: Session, lie: bytes) -> None:
        """Post the lie, withhold the truth, and see what a newcomer makes of it. Raises AttackSucceeded."""
        address, commit = await self.head()
        location = await liar.storage.put(lie)
        wallet = liar.wallet.pubkey
        posted = program.location_create(
            payer=wallet,
            authority=wallet,
            commit=address,
            location_address=pda.location(address, wallet),
            blob_hash=location.id,
            location=types.BlobLocation(tag=int(location.tag), id=location.id),
        )
        await liar.chain.send([posted], payer=liar.wallet, signers=[])
        (true_blob,) = self.store.rglob(f"*{bytes(commit.blob_hash).hex()[4:]}")
        hidden = true_blob.rename(self.clones / "withheld")
        try:
            clone = await Repository.clone(liar, self.owner.url, self.clones / str(wallet))
        finally:
            hidden.rename(true_blob)
        ours, theirs = await self.owner.tensors(), await clone.tensors()
        if any(ours[name].tobytes() != theirs[name].tobytes() for name in ours):
            raise AttackSucceeded("A newcomer took a forged result for the head.")

    async def take(self, lie: bytes) -> None:
        """Do what every client does with a blob before it counts. Raises BlobError."""
        workspace = self.owner.workspace
        address, commit = await self.head()
        found = decode_accumulator(lie, workspace.manifest)
        srs_id = bytes.fromhex(workspace.worktree.config().srs)
        await check_opens(workspace.session, srs_id, address, commit, found.values)


async def wrong_result(victim: Victim) -> Attempt:
    """Offer a result that differs from the true one by a single step in one element."""
    true = await victim.truth()
    values = np.array(true.values)
    values[5] += 1
    lie = encode_accumulator(Accumulator(values, true.fraction_bits, true.manifest_hash))
    await victim.deceive(victim.liars[0], lie)
    return lambda: victim.take(lie)


async def wide_lanes(victim: Victim) -> Attempt:
    """Offer one whose lanes are out of range and yet open the commitment.

    2^62 more in one lane and 1 less in the next is the same coefficient.
    """
    true = await victim.truth()
    values = np.array(true.values)
    values[0] += np.int64(1) << constants.LANE_BITS
    values[1] -= 1
    if _coefficient(values) != _coefficient(np.asarray(true.values)):
        raise AttackSucceeded("The forged lanes are another coefficient, so nothing is shown.")
    lie = write({"chunk.0": values}, read(encode_accumulator(true)).metadata)
    await victim.deceive(victim.liars[1], lie)
    return lambda: victim.take(lie)


def _coefficient(values: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    return sum(
        int(value) << (constants.LANE_BITS * lane) for lane, value in enumerate(values[: constants.LANES])
    )
