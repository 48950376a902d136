"""Attacks on the protocol, made for real: each must be refused, by the program or by every client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import federity
from federity.demo.attacks import blobs, merges, people, proofs
from federity.demo.attacks.arena import Arena
from federity.demo.attacks.attempt import Attempt, refused
from federity.demo.attacks.blobs import Victim
from federity.demo.messages import OnNote
from federity.demo.result import Attack
from federity.demo.stage import Stage
from federity.progress import each
from federity.repository.repository import Repository
from federity.session import Session
from federity.text import LAMPORTS
from federity.wallet import Wallet

__all__ = ["CLIENT", "PROGRAM", "attack"]

PROGRAM: Mapping[str, Callable[[Arena], Awaitable[Attempt]]] = {
    "a delta altered after proving": proofs.altered_delta,
    "another blob than the proved one": proofs.altered_blob,
    "a proof replayed in another round": proofs.other_round,
    "a proof replayed by another wallet": proofs.other_wallet,
    "a proof replayed in another repository of the same name": proofs.other_repository,
    "a unit put into another's commit": proofs.other_author,
    "one unit proved twice": proofs.unit_twice,
    "units placed at one offset": proofs.one_offset,
    "a delta over the norm bound": proofs.norm_bound,
    "a delta proved at shift 8 and submitted at shift 0": proofs.other_shift,
    "a stranger's commit": people.stranger,
    "a reader's commit": people.reader,
    "a merge whose expected result is not the sum": merges.wrong_sum,
    "an accepted commit left out of a merge": merges.left_out,
    "a commit merged twice": merges.merged_twice,
    "a rejected commit merged": merges.rejected,
    "a head moved while a round is locked": merges.locked_head,
    "weights that sum to more than one": merges.heavy_weights,
    "a development SRS in a repository not created insecure": people.development_srs,
    "a development key in a repository not created insecure": people.development_key,
}
CLIENT: Mapping[str, Callable[[Victim], Awaitable[Attempt]]] = {
    "a result that does not open the head's commitment": blobs.wrong_result,
    "lanes out of range that open the head's commitment": blobs.wide_lanes,
}


async def attack(stage: Stage, on_note: OnNote) -> tuple[Attack, ...]:
    """Try everything on the stage's chain. Raises AttackSucceeded when something is not refused."""
    found = []
    async with federity.connect(home=stage.home, keypair=stage.folder("owner") / "id.json") as session:
        arena = await Arena.build(session)
        for name, prepare in each("attacks on the program", list(PROGRAM.items()), "attacks"):
            on_note("attacker", name)
            found.append(await refused(name, await prepare(arena)))
        victim = Victim(
            Repository.open(session, stage.folder("owner") / "digits"),
            stage.home / "store",
            stage.root,
            (await _liar(session), await _liar(session)),
        )
        for name, deceive in each("attacks on clients", list(CLIENT.items()), "attacks"):
            on_note("attacker", name)
            found.append(await refused(name, await deceive(victim)))
    return tuple(found)


async def _liar(session: Session) -> Session:
    """Somebody unknown with a wallet and some money."""
    wallet = Wallet.generate()
    await session.chain.airdrop(wallet.pubkey, LAMPORTS)
    return Session(
        chain=session.chain,
        storage=session.storage,
        prover=session.prover,
        url=session.url,
        keypair=wallet,
    )
