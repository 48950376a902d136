"""Compute units and transaction bytes of the instructions, each sent alone on the embedded chain."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from solders.instruction import Instruction
from solders.pubkey import Pubkey

import federity
from bench.report import Table
from federity._generated import constants, types
from federity._generated import instructions as program
from federity._generated.instructions import decode_arguments
from federity.chain import pda
from federity.chain.base import Receipt
from federity.demo.attacks.arena import Arena
from federity.demo.attacks.cast import rules, update
from federity.demo.attacks.merges import expected_sum
from federity.wallet import Wallet

APPROVED = rules(approvals=1, weighting=constants.WEIGHTING_KEEPER)


@dataclass
class Measured(Arena):
    """An arena that keeps the receipts of transactions with one instruction, by its name."""

    receipts: dict[str, Receipt] = field(default_factory=dict)

    async def send(self, by: str, *instructions: Instruction) -> Receipt:
        """Send and keep the receipt."""
        receipt = await super().send(by, *instructions)
        (instruction,) = instructions
        arguments = decode_arguments(bytes(instruction.data))
        if arguments is not None:
            self.receipts[arguments.NAME] = receipt
        return receipt


async def table(cache: Path) -> Table:
    """Let two contributors commit, one with proofs, and merge, one instruction a transaction."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        (home / "cache").symlink_to(cache)
        wallet = Wallet.create(Path(folder) / "id.json")
        async with federity.connect(home=home, keypair=wallet) as session:
            arena = await Measured.build(session)
            await _proved(arena)
            await _merged(arena)
            await _expired(arena)
    rows = [
        (f"`{name}`", f"{receipt.compute_units:,}", str(receipt.transaction_bytes))
        for name, receipt in sorted(arena.receipts.items())
    ]
    return Table(
        "Instructions",
        "Each alone in its transaction, one chunk; `merge_add` adds two commits, `weights_write` writes two "
        "weights. Finding addresses costs a few hundred compute units more or less, by wallet.",
        ("instruction", "compute units", "transaction bytes"),
        rows,
    )


async def _proved(arena: Measured) -> None:
    round_ = await arena.open_round(await arena.branch(rules(min_level=1)))
    commit = await arena.propose(round_, "ann", proved=True, parts=2)
    for unit in range(2):
        proof = await arena.prove(commit, unit, update(1))
        await arena.send("ann", await arena.submission("ann", commit, unit, proof))


async def _merged(arena: Measured) -> None:
    owner, member = arena.address("owner"), arena.member("owner")
    branch = await arena.branch(rules())
    await arena.send(
        "owner",
        program.branch_protect(
            authority=owner, member=member, repository=arena.repository, branch=branch, rules=APPROVED
        ),
    )
    round_ = await arena.open_round(branch)
    commits = [await arena.contribute(round_, name, seed) for seed, name in enumerate(("ann", "bob"))]
    for commit, name in zip(commits, ("ann", "bob"), strict=True):
        await arena.send("owner", _approval(arena, commit, round_))
        await arena.send("owner", arena.acceptance(branch, round_, commit, name, "owner"))
    await arena.send("owner", arena.lock(branch, round_))
    await arena.send("owner", arena.weighing(round_, commits, (1 << 15, 1 << 15)))
    await arena.send("owner", arena.begin(branch, round_))
    await arena.send("owner", arena.addition(round_, commits, expected_sum(arena)))
    await arena.send("owner", arena.finish(branch, round_))
    merge = pda.merge(round_)
    await arena.send(
        "ann",
        program.location_create(
            payer=arena.address("ann"),
            authority=arena.address("ann"),
            commit=merge,
            location_address=pda.location(merge, arena.address("ann")),
            blob_hash=b"\x04" * 32,
            location=types.BlobLocation(tag=1, id=b"\x04" * 32),
        ),
    )


def _approval(arena: Measured, commit: Pubkey, round_: Pubkey) -> Instruction:
    return program.review_create(
        payer=arena.address("owner"),
        authority=arena.address("owner"),
        member=arena.member("owner"),
        repository=arena.repository,
        commit=commit,
        round=round_,
        review=pda.review(commit, arena.address("owner")),
        verdict=constants.VERDICT_APPROVE,
        note_hash=bytes(32),
    )


async def _expired(arena: Measured) -> None:
    """A round that nobody proposed to, ended once it is late."""
    branch = await arena.branch(rules(propose_slots=1, review_slots=1, merge_slots=1))
    round_ = await arena.open_round(branch)
    late = (await arena.session.chain.slot()) + 4
    while await arena.session.chain.slot() < late:
        await arena.session.chain.airdrop(arena.address("ann"), 1)
    await arena.send("owner", program.round_expire(repository=arena.repository, branch=branch, round=round_))
