"""Which key an update is proved with: a pinned one that this installation can prove with, or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.errors import ConfigError, RangeError
from federity.prover.keys import UNIT_SIZES
from federity.repository.ledger import query
from federity.repository.ledger.pins import pins
from federity.repository.ledger.planning import unit_size

if TYPE_CHECKING:
    from federity.objects import Delta
    from federity.repository.ledger.standing import Standing
    from federity.repository.reports import LocalCommit
    from federity.repository.working_copy.workspace import Workspace


@dataclass(frozen=True)
class Key:
    """The verifying key that a push proves with: its address, its pin, and the elements of a unit."""

    address: Pubkey
    pin: Pubkey
    elements: int


async def choose_key(
    workspace: Workspace,
    level: int | None,
    standing: Standing,
    local: LocalCommit,
    delta: Delta,
    address: Pubkey,
    pinned: bool,
) -> Key | None:
    """The key to prove a commit with that goes to `address`, None to push without proofs.

    A commit that is on the chain already goes on with the key it was created with. `pinned` is False when the
    repository is not on the chain yet: the key it will pin is taken. Raises ConfigError when the branch asks
    for proofs that cannot be made, and when this installation has none of the proving keys;
    RangeError for a delta over the branch's norm bound.
    """
    rules = standing.rules
    if level == 0 and rules.min_level > 0:
        raise ConfigError(f"The branch takes no commits below L{rules.min_level}: push with proofs.")
    begun = await query.load(workspace.session.chain, accounts.Commit, address) if pinned else None
    if begun is not None and bytes(begun.blob_hash).hex() == local.delta:
        return await _begun_with(workspace, begun.key, level)
    if level == 0:
        return None
    offered = await _offered(workspace) if pinned else await _foreseen(workspace)
    if not offered:
        if level or rules.min_level:
            raise ConfigError(
                "The repository has pinned no key, so nothing can be proved.",
                hint="Its owner pins one with `federity key pin`.",
            )
        return None
    own = await _own(workspace, offered)
    if not own:
        raise _no_proving_key(
            ", ".join(sorted(str(key.address) for key in offered)), "the repository has pinned"
        )
    if rules.norm_bound and delta.norm > rules.norm_bound:
        raise RangeError(
            f"The commit's norm {delta.norm} exceeds the branch's bound {rules.norm_bound}.",
        )
    by_size = {key.elements: key for key in own}
    return by_size[unit_size(workspace.manifest.elements, list(by_size))]


async def _begun_with(workspace: Workspace, address: Pubkey, level: int | None) -> Key | None:
    """The key that a commit on the chain was created with; None: without one."""
    if address == Pubkey.default():
        if level:
            raise ConfigError(
                "This commit is on the chain without proofs already, and goes on as it began.",
                hint="Push without --level.",
            )
        return None
    if level == 0:
        raise ConfigError(
            "This commit was begun with proofs, and goes on as it began.", hint="Push without --level."
        )
    own = await _own(workspace, await _offered(workspace))
    for key in own:
        if key.address == address:
            return key
    raise _no_proving_key(str(address), "the commit was begun with")


def _no_proving_key(keys: str, of: str) -> ConfigError:
    return ConfigError(
        f"This installation has no proving key for {keys}, which {of}.",
        hint="Push where the proving key is, or with --level 0 if the branch takes commits without proofs.",
    )


async def _offered(workspace: Workspace) -> list[Key]:
    return [Key(pin.key, address, pin.n) for address, pin in await pins(workspace)]


async def _foreseen(workspace: Workspace) -> list[Key]:
    size = unit_size(workspace.manifest.elements, UNIT_SIZES)
    address = pda.key_of(await workspace.session.prover.key_hash(size))
    return [Key(address, pda.key_pin(workspace.repository, address), size)]


async def _own(workspace: Workspace, offered: list[Key]) -> list[Key]:
    """Those keys that the prover here has the proving half of."""
    prover = workspace.session.prover
    return [
        key
        for key in offered
        if key.elements in UNIT_SIZES and key.address == pda.key_of(await prover.key_hash(key.elements))
    ]
