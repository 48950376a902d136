"""A commit's change as another head meets it: how much of it that head holds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    COMMIT_STATE_ACCEPTED,
    COMMIT_STATE_HISTORY,
    KIND_GENESIS,
    WEIGHT_ONE,
)
from federity.chain import pda
from federity.errors import ConfigError, NothingToDo
from federity.repository.ledger import heads
from federity.repository.ledger.holdings import NONE, holdings, parted, share
from federity.repository.ledger.past import graph
from federity.repository.ledger.summands import UPDATES

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader


@dataclass(frozen=True)
class Change:
    """What a commit changed.

    Of a head that is the difference to its `parent`, and `share` of it is in the head that was asked about.
    Of an update alone there is no parent: it has `weight` in its merge, and `share` is Q16 too. `past` says
    whether the head asked about stands on it at all.
    """

    commit: Pubkey
    parent: Pubkey | None
    weight: int
    share: Fraction
    past: bool


async def change(reader: Reader, head: Pubkey, address: Pubkey) -> Change:
    """The change of a commit, a head or an update that was merged.

    Raises NotFound, WorktreeError (another base), NothingToDo (it changed nothing), ConfigError (it was
    neither merged nor a head, or the head holds its parts in unequal shares).
    """
    commit = await reader.commit(address)
    reader.check_lineage(bytes(commit.lineage))
    if commit.kind == KIND_GENESIS:
        raise NothingToDo("The genesis is where the base begins: it changed nothing.")
    if commit.kind in UPDATES:
        return await _of_update(reader, head, address, commit)
    check_history(address, commit)
    below = await graph(reader, head)
    past = address in below.nodes
    if not past:
        below = await graph(reader, head, address)
    updates = await parted(reader, below)
    before, after = holdings(below, updates, commit.parent), holdings(below, updates, address)
    if before == after:
        raise NothingToDo("That commit changed nothing.")
    found = share(holdings(below, updates, head), before, after)
    if found is None:
        raise ConfigError(
            "The head holds more of one part of that commit's change than of another.",
            hint="Name the commits that it is made of one by one: `federity show COMMIT` lists them.",
        )
    return Change(address, commit.parent, WEIGHT_ONE, found, past)


async def _of_update(reader: Reader, head: Pubkey, address: Pubkey, update: accounts.Commit) -> Change:
    weight = await heads.weight(reader, update) if update.state == COMMIT_STATE_ACCEPTED else 0
    if not weight:
        raise ConfigError(
            f"{address} is in no head: it was not merged.", hint="`federity log` lists what was."
        )
    merge = pda.merge(update.held_by)
    below = await graph(reader, head)
    held = holdings(below, await parted(reader, below), head)
    found = held.get(merge, NONE) * weight + held.get(address, NONE) * WEIGHT_ONE
    return Change(address, None, weight, found, merge in below.nodes or address in held)


def check_history(address: Pubkey, commit: accounts.Commit) -> None:
    """Refuse what never was a head. Raises ConfigError."""
    if commit.state != COMMIT_STATE_HISTORY:
        raise ConfigError(f"{address} was never a head.", hint="Name one of those that `federity log` lists.")
