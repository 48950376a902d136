"""People who may not do what they try. The program refuses each."""

from __future__ import annotations

from federity._generated import constants
from federity.chain import pda
from federity.demo.attacks.arena import Arena
from federity.demo.attacks.attempt import Attempt
from federity.demo.attacks.cast import rules


async def stranger(arena: Arena) -> Attempt:
    """Commit without being a member, under a member's name."""
    round_ = await arena.open_round(await arena.branch(rules()))
    instruction = await arena.proposal(round_, "stranger", as_member="ann")
    return lambda: arena.send("stranger", instruction)


async def reader(arena: Arena) -> Attempt:
    """Commit with the right to read only."""
    round_ = await arena.open_round(await arena.branch(rules()))
    instruction = await arena.proposal(round_, "reader")
    return lambda: arena.send("reader", instruction)


async def development_srs(arena: Arena) -> Attempt:
    """Create a repository over a reference string whose secret is public, not marked insecure."""
    address = pda.repository(arena.address("stranger"), "secure")
    instruction = arena.creation("stranger", address, "secure", 0, arena.srs.tau_g2)
    return lambda: arena.send("stranger", instruction)


async def development_key(arena: Arena) -> Attempt:
    """Pin a development key in a repository not created insecure."""
    address = pda.repository(arena.address("stranger"), "ceremony")
    tau_g2 = constants.PERPETUAL_TAU_G2
    await arena.send("stranger", arena.creation("stranger", address, "ceremony", 0, tau_g2))
    return lambda: arena.pin("stranger", address)
