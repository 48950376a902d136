"""A history that really happened, on the real program, with something for every kind of page in it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from solders.pubkey import Pubkey

from e2e.team import Team, trained, weights
from federity._generated import instructions
from federity.chain import pda
from federity.chain.embedded import EmbeddedChain
from federity.prover.groth16 import Groth16Prover
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository
from federity.storage.directory import DirectoryStorage

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


@dataclass(frozen=True)
class Places:
    """Addresses of what the history has."""

    repository: str
    fork: str
    branch: str
    genesis: str
    proved: str
    solo: str
    merge: str
    vetoed: str
    round: str
    waiting: str
    merged: str
    result: str
    tag: str
    nft: str
    commit_nft: str
    owner: str
    ann: str


async def play(home: Path) -> Places:
    """Make it in a folder that `FEDERITY_HOME` can name: one proof, the rest signed."""
    async with await EmbeddedChain.open(home / "chain") as chain:
        team = Team(home / "people", chain, DirectoryStorage(home / "store"), Groth16Prover(home / "cache"))
        return await _play(team)


async def _play(team: Team) -> Places:
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    await owner.commit(trained(weights(), 1), "the first step\n\nwith a proof", samples=100)
    (proved,) = (await owner.push(level=1)).commits
    solo = (await owner.show("HEAD")).address
    genesis = (await owner.log())[-1].address
    await owner.branch_create("side")
    await owner.branch_protect("main", Rules(protected=True, approvals=1))
    mint = (await owner.nft_mint()).mint
    for name in ("ann", "bob", "cleo", "mia"):
        await team.session(name)
        await owner.member_add(team.address(name), "maintainer" if name == "mia" else "contributor")
    # A round of three, of whom one is vetoed after it was accepted.
    await owner.round_open()
    people = {}
    for seed, name in enumerate(("ann", "bob", "cleo")):
        people[name] = await team.clone(name, owner.url)
        await people[name].commit(trained(weights(), seed + 2), f"by {name} {HOSTILE}", samples=10 * seed + 5)
        await people[name].push(level=0)
    by = {view.author: view for view in (await owner.round_show()).commits}
    for name in people:
        await owner.review(by[team.address(name)], approve=True, note=f"fine, {name}")
    mia = await team.clone("mia", owner.url)
    await mia.review(by[team.address("cleo")], approve=False, note=HOSTILE)
    round_ = (await owner.round_show()).address
    merge = (await owner.merge()).head
    for person in (owner, *people.values()):
        await person.pull(weights())
    own = (await people["ann"].nft_mint(by[team.address("ann")].address)).mint
    # A proposal that was spoken of and merged, and one that waits.
    ann = people["ann"]
    await owner.switch("side")
    await ann.switch("side")
    proposals = []
    for seed, title in ((7, "Second half"), (8, "Third half")):
        model = weights()
        await owner.pull(model)
        await owner.commit(trained(model, seed), f"on the side {seed}", samples=3)
        await owner.push(level=0)
        await ann.pull(weights())
        report = await ann.propose(title, f"It is what the side did.\n{HOSTILE}")
        await mia.proposal_review(report, approve=False, body="Please say more.")
        if not proposals:
            await mia.proposal_review(report, body="Thank you.")
            await mia.proposal_review(report, approve=True)
            await ann.proposal_merge(report, anyway=True)
        proposals.append(report)
    tag = await _tag(team, owner, merge)
    return Places(
        repository=str(owner.workspace.repository),
        fork=await _fork(team, owner),
        branch=str(pda.branch(owner.workspace.repository, "main")),
        genesis=genesis,
        proved=proved.address,
        solo=solo,
        merge=merge,
        vetoed=by[team.address("cleo")].address,
        round=round_,
        waiting=proposals[1].operation,
        merged=proposals[0].operation,
        result=proposals[0].head,
        tag=tag,
        nft=mint,
        commit_nft=own,
        owner=team.address("owner"),
        ann=team.address("ann"),
    )


async def _tag(team: Team, owner: Repository, commit: str) -> str:
    wallet, repository = team.wallets["owner"], owner.workspace.repository
    address = pda.tag(repository, "v1")
    call = instructions.tag_create(
        payer=wallet.pubkey,
        authority=wallet.pubkey,
        member=pda.member(repository, wallet.pubkey),
        repository=repository,
        commit=Pubkey.from_string(commit),
        branch=None,
        tag=address,
        name=pda.padded_name("v1"),
        note_hash=bytes(32),
    )
    await team.chain.send([call], payer=wallet, signers=[])
    return str(address)


async def _fork(team: Team, owner: Repository) -> str:
    wallet = team.wallets["ann"]
    address = pda.repository(wallet.pubkey, "digits")
    call = instructions.repository_fork(
        payer=wallet.pubkey,
        authority=wallet.pubkey,
        ancestor=owner.workspace.repository,
        repository=address,
        member=pda.member(address, wallet.pubkey),
        name=pda.padded_name("digits"),
        flags=1,
    )
    await team.chain.send([call], payer=wallet, signers=[])
    return str(address)


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The explorer of a folder's chain, in a process of its own, as its users run it; its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "federity_explorer.command", "run", "--port", "0", "--json"],
        env={**os.environ, "FEDERITY_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the explorer ended before it listened"
        yield json.loads(line)["url"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0


def made(home: Path) -> Places:
    """The history, made in a folder."""
    return asyncio.run(play(home))
