"""`nft claim`: what updates have earned in sales, for their authors; what was rounded away, for the owner.

The program computes each payment; this is the same sum, to know which updates there is something for
(docs/protocol.md, section 10).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import COMMIT_STATE_ACCEPTED, ROUND_STATE_MERGED
from federity.chain import pda
from federity.errors import InsufficientFunds, NothingToDo
from federity.repository.ledger import query
from federity.repository.ledger.planning import merged_weight
from federity.repository.reports.nft_reports import Earned, ProceedsReport
from federity.repository.steps import transactions
from federity.repository.steps.transactions import Step
from federity.text import sol

if TYPE_CHECKING:
    from federity.chain.base import ChainClient
    from federity.repository.ledger.reader import Reader
    from federity.repository.working_copy.workspace import Workspace

__all__ = ["claim", "dust", "earned", "earnings"]

R = TypeVar("R", bound=query.Record)


def earned(branch: accounts.Branch, round_: accounts.Round, commit: accounts.Commit) -> int:
    """Whole lamports that an update of a merged round has earned since it was paid last."""
    since = max(round_.dividend, commit.claimed)
    return merged_weight(round_, commit) * (branch.dividend - since) >> 64


def dust(purse: accounts.Purse) -> int:
    """Lamports of a purse that were rounded away of payments and are nobody's."""
    return purse.balance + (-purse.owed >> 64)


async def earnings(reader: Reader, author: Pubkey) -> list[tuple[Earned, accounts.Commit]]:
    """What an author's updates of this repository have earned and were not paid, the most first."""
    chain = reader.session.chain
    found = await query.find(chain, accounts.Commit, repository=reader.repository, author=author)
    counted = [(at, commit) for at, commit in found if commit.state == COMMIT_STATE_ACCEPTED]
    rounds = await _by_address(chain, accounts.Round, {commit.held_by for _, commit in counted})
    branches = await _by_address(chain, accounts.Branch, {commit.branch for _, commit in counted})
    rows = []
    for at, commit in counted:
        round_, branch = rounds.get(commit.held_by), branches.get(commit.branch)
        if round_ is None or branch is None or round_.state != ROUND_STATE_MERGED:
            continue
        if lamports := earned(branch, round_, commit):
            rows.append((Earned(str(at), pda.plain_name(bytes(branch.name)), lamports), commit))
    return sorted(rows, key=lambda row: (-row[0].lamports, row[0].commit))


async def claim(workspace: Workspace, dry_run: bool) -> ProceedsReport:
    """See `Repository.nft_claim`."""
    await workspace.check_chain()
    session = workspace.session
    wallet = session.wallet.pubkey
    rows = await earnings(workspace, wallet)
    steps = [
        Step(
            program.sale_claim(
                branch=commit.branch,
                round=commit.held_by,
                commit=Pubkey.from_string(row.commit),
                purse=pda.purse(commit.branch),
                author=wallet,
            ),
            (),
            25_000,
        )
        for row, commit in rows
    ]
    rest = 0
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    if repository.owner == wallet:
        purses = await query.find(session.chain, accounts.Purse, repository=workspace.repository)
        for address, purse in purses:
            if left := dust(purse):
                rest += left
                call = program.sale_sweep(repository=workspace.repository, purse=address, owner=wallet)
                steps.append(Step(call, (), 15_000))
    if not steps:
        raise NothingToDo("No sale has brought you anything that you do not have yet.")
    lamports = sum(row.lamports for row, _ in rows) + rest
    await _check_room(workspace, lamports)
    sent = await transactions.run(session, steps, dry_run)
    done = sent.report("claimed", sol(lamports))
    return ProceedsReport(tuple(row for row, _ in rows), rest, lamports, done.signatures, done.cost)


async def _check_room(workspace: Workspace, lamports: int) -> None:
    """Refuse a payment into an empty wallet that would leave less there than an account must hold."""
    session = workspace.session
    least = await session.chain.rent(0)
    has = await session.chain.balance(session.wallet.pubkey)
    if has + lamports < least:
        raise InsufficientFunds(
            f"{session.wallet.pubkey} would have {sol(has + lamports)}, and an account holds {sol(least)} at "
            "least.",
            hint="Send it some SOL first; what it has earned waits.",
        )


async def _by_address(chain: ChainClient, kind: type[R], addresses: Iterable[Pubkey]) -> dict[Pubkey, R]:
    """The accounts of a kind that are there."""
    ordered = sorted(addresses, key=bytes)
    found = await query.load_many(chain, kind, ordered)
    return {at: account for at, account in zip(ordered, found, strict=True) if account is not None}
