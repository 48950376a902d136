"""The weights of a merge: by the round's rule, or as its keeper writes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import (
    ROLE_KEEPER,
    ROUND_OPEN,
    WEIGHT_ONE,
    WEIGHTING_KEEPER,
    WEIGHTING_SAMPLES,
)
from federity.errors import ConfigError
from federity.repository.ledger.planning import batches, rule_weights
from federity.repository.ledger.references import resolve
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

# Weights, with the addresses of their commits, that fit into one transaction.
WEIGHTS_BATCH = 20


Commits = Sequence[tuple[Pubkey, accounts.Commit]]


@dataclass(frozen=True)
class Merging:
    """A round on its way: its account, the commits in its set, and the caller's membership if it has one."""

    address: Pubkey
    round: accounts.Round
    commits: tuple[tuple[Pubkey, accounts.Commit], ...]
    member: Pubkey | None
    role: int

    def with_more(self, commits: Commits) -> Merging:
        """The round as it will be with further commits in its set."""
        return replace(self, commits=(*self.commits, *commits))


def by_keeper(round_: accounts.Round) -> bool:
    """Whether the keeper writes the round's weights."""
    return round_.kind == ROUND_OPEN and round_.rules.weighting == WEIGHTING_KEEPER


async def by_address(
    workspace: Workspace, round_: accounts.Round, members: Collection[Pubkey], given: Mapping[str, int]
) -> dict[Pubkey, int]:
    """The weights that a keeper gives, by commit. Raises ConfigError when the round's rule sets them, or when
    one is of a commit that is not among `members`.
    """
    if not by_keeper(round_):
        raise ConfigError("The branch's rule sets the weights, so none can be given.")
    named = {await resolve(workspace, name): weight for name, weight in given.items()}
    for address in sorted(named, key=str):
        if address not in members:
            raise ConfigError(
                f"{address} is not in the round's set.",
                hint="A proposed commit is in it once it has its level and its approvals.",
            )
    return named


async def choose(workspace: Workspace, state: Merging, given: Mapping[str, int] | None) -> list[int]:
    """Q16 weights of the set, by the rule of the round."""
    round_, commits = state.round, [commit for _, commit in state.commits]
    cap = round_.rules.max_weight
    if given is not None:
        addresses = [address for address, _ in state.commits]
        named = await by_address(workspace, round_, addresses, given)
        return [named.get(address, 0) for address in addresses]
    if round_.kind != ROUND_OPEN:
        return [WEIGHT_ONE] * len(commits)
    if by_keeper(round_) and round_.weights_written == len(commits):
        return [commit.weight for commit in commits]
    return rule_weights(
        [commit.samples for commit in commits],
        [bool(commit.rejects) for commit in commits],
        by_keeper(round_) or round_.rules.weighting == WEIGHTING_SAMPLES,
        cap,
    )


def written(state: Merging, weights: Sequence[int]) -> bool:
    """Whether these weights are on the chain, or fixed because the merge has begun."""
    begun = state.round.merge != Pubkey.default()
    complete = state.round.weights_written == len(state.commits)
    return begun or (complete and [commit.weight for _, commit in state.commits] == list(weights))


def write_steps(workspace: Workspace, state: Merging, weights: Sequence[int]) -> tuple[list[Step], str]:
    """Write the keeper's weights, or say what that waits for."""
    if state.member is None or state.role < ROLE_KEEPER:
        return [], "a keeper to write the weights"
    steps = []
    paired = list(zip(state.commits, weights, strict=True))
    restart = state.round.weights_written > 0
    for number, batch in enumerate(batches(paired, WEIGHTS_BATCH)):
        steps.append(
            Step(
                program.weights_write(
                    authority=workspace.session.wallet.pubkey,
                    member=state.member,
                    repository=workspace.repository,
                    round=state.address,
                    restart=restart and number == 0,
                    weights=tuple(weight for _, weight in batch),
                    remaining=[AccountMeta(address, False, True) for (address, _), _ in batch],
                ),
                units=20_000 + 5_000 * len(batch),
            )
        )
    return steps, ""
