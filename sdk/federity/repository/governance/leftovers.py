"""`rent`: what somebody's verbs have left on the chain, what it holds, and what each of it waits for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    COMMIT_STATE_HISTORY,
    OPERATION_STATE_DONE,
    ROUND_STATE_EXPIRED,
    ROUND_STATE_MERGED,
)
from federity.chain import pda
from federity.repository.governance.rent import RECORDS, closable
from federity.repository.ledger import query
from federity.repository.reports.rent_reports import LATER, NOW, STAYS, RentView

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

PURSE = "what sales bring to authors is kept there"
HISTORY = "a part of the history, which readers go through again"


@dataclass(frozen=True)
class _There:
    """The accounts of a repository that others are about, and which of them are history."""

    operations: dict[Pubkey, accounts.Operation]
    commits: dict[Pubkey, accounts.Commit]
    rounds: dict[Pubkey, accounts.Round]

    def has(self, at: Pubkey) -> bool:
        """Whether it is an operation, a commit or a round of the repository."""
        return at in self.operations or at in self.commits or at in self.rounds

    def is_history(self, at: Pubkey) -> bool:
        """Whether an operation, commit or round is made use of for good."""
        if (operation := self.operations.get(at)) is not None:
            return operation.state == OPERATION_STATE_DONE
        if (round_ := self.rounds.get(at)) is not None:
            return round_.state == ROUND_STATE_MERGED
        commit = self.commits[at]
        return commit.state == COMMIT_STATE_HISTORY or self._merged(commit)

    def _merged(self, commit: accounts.Commit) -> bool:
        holder = self.rounds.get(commit.held_by)
        return holder is not None and holder.state == ROUND_STATE_MERGED

    def of_operation(self, at: Pubkey) -> Pubkey | None:
        """The operation that a commit is the result of."""
        commit = self.commits.get(at)
        return commit.round if commit is not None and commit.round in self.operations else None


async def rent(workspace: Workspace) -> Sequence[RentView]:
    """See `Repository.rent`."""
    await workspace.check_chain()
    chain = workspace.session.chain
    closing = await closable(workspace, give_up=False)
    branches = await query.find(chain, accounts.Branch, repository=workspace.repository)
    rounds: dict[Pubkey, accounts.Round] = {}
    for at, _ in branches:
        rounds |= dict(await query.find(chain, accounts.Round, branch=at))
    there = _There(
        dict(await query.find(chain, accounts.Operation, repository=workspace.repository)),
        dict(await query.find(chain, accounts.Commit, repository=workspace.repository)),
        rounds,
    )
    found = [(at, kind, about) async for at, kind, about in _paid(workspace, there, closing.own)]
    views = []
    for at, kind, about in found:
        if at not in closing.closed and not there.has(about):
            # A record of another repository.
            continue
        when, why = (NOW, "") if at in closing.closed else _fate(there, kind, about)
        views.append(RentView(str(at), kind, await chain.balance(at), when, why))
    async for at, kind, why in _kept(workspace, closing.own):
        views.append(RentView(str(at), kind, await chain.balance(at), LATER, why))
    async for at, purse in _purses(workspace, closing.own):
        kept = await chain.balance(at) - purse.balance
        views.append(RentView(str(at), "purse", kept, STAYS, PURSE))
    order = {NOW: 0, LATER: 1, STAYS: 2}
    return sorted(views, key=lambda view: (order[view.when], view.kind, view.address))


async def _paid(
    workspace: Workspace, there: _There, own: frozenset[Pubkey]
) -> AsyncIterator[tuple[Pubkey, str, Pubkey]]:
    """The accounts of the repository that somebody of `own` paid for: address, kind, and what each is about,
    which is itself of an operation, a commit and a round.
    """
    for at, operation in there.operations.items():
        if operation.payer in own:
            yield at, "operation", at
    for at, commit in there.commits.items():
        if commit.payer in own:
            yield at, "commit", at
    for at, round_ in there.rounds.items():
        if round_.payer in own:
            yield at, "round", at
    for kind, name, about in ((accounts.Points, "points", "commit"), *RECORDS):
        for payer in sorted(own, key=bytes):
            for at, account in await query.find(workspace.session.chain, kind, payer=payer):
                yield at, name, getattr(account, about)


async def _kept(workspace: Workspace, own: frozenset[Pubkey]) -> AsyncIterator[tuple[Pubkey, str, str]]:
    """What stays until somebody takes it away, with the command that does: tags, pins of keys, a sale."""
    chain, repository = workspace.session.chain, workspace.repository
    for at, tag in await query.find(chain, accounts.Tag, repository=repository):
        if tag.payer in own:
            yield at, "tag", f"until it is deleted: `federity tag -d {pda.plain_name(bytes(tag.name))}`"
    for at, pin in await query.find(chain, accounts.KeyPin, repository=repository):
        if pin.payer in own:
            yield at, "key pin", f"until it is repealed: `federity key repeal {pin.key}`"

    sale = await query.load(chain, accounts.Sale, pda.sale(repository))
    if sale is not None and sale.payer in own:
        yield pda.sale(repository), "sale", "until somebody buys, or it is cancelled: `federity nft cancel`"


async def _purses(
    workspace: Workspace, own: frozenset[Pubkey]
) -> AsyncIterator[tuple[Pubkey, accounts.Purse]]:
    """The purses that somebody of `own` paid for: what sales brought lies there beside the rent."""
    chain = workspace.session.chain
    for at, purse in await query.find(chain, accounts.Purse, repository=workspace.repository):
        if purse.payer in own:
            yield at, purse


def _fate(there: _There, kind: str, about: Pubkey) -> tuple[str, str]:
    """When an account that cannot be closed now returns its rent, and why not yet."""
    if there.is_history(about):
        return STAYS, HISTORY
    operation = about if about in there.operations else there.of_operation(about)
    if operation is not None:
        return LATER, f"until its proposal is merged or closed: `federity pr close {operation}`"
    if kind == "round":
        over = there.rounds[about].state == ROUND_STATE_EXPIRED
        return LATER, "until its commits are closed" if over else "until it is over"
    if kind in ("review", "location", "remark"):
        return LATER, "as long as what it is about"
    return LATER, "until no round may take it any more; `--give-up` closes your own"
