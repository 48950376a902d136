"""`nft claim`: what updates have earned in sales, for their authors; what was rounded away, for the owner.

The program computes each payment; this is the same sum, to know which updates there is something for
(docs/protocol.md, section 10).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import COMMIT_STATE_ACCEPTED, ROUND_STATE_MERGED
from federity.chain import pda
from federity.errors import InsufficientFunds, NothingToDo, ProgramError, StaleHead
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

__all__ = ["Credit", "claim", "dust", "earned", "earnings", "merged"]

R = TypeVar("R", bound=query.Record)


def earned(branch: accounts.Branch, round_: accounts.Round, commit: accounts.Commit) -> int:
    """Whole lamports that an update of a merged round has earned since it was paid last."""
    since = max(round_.dividend, commit.claimed)
    return merged_weight(round_, commit) * (branch.dividend - since) >> 64


def dust(purse: accounts.Purse) -> int:
    """Lamports of a purse that were rounded away of payments and are nobody's."""
    return purse.balance + (-purse.owed >> 64)


@dataclass(frozen=True)
class Credit:
    """A merged update of an author's: where it is, and its round and branch."""

    at: Pubkey
    commit: accounts.Commit
    round: accounts.Round
    branch: accounts.Branch


async def merged(reader: Reader, author: Pubkey) -> list[Credit]:
    """An author's merged updates of this repository, ordered by address."""
    chain = reader.session.chain
    found = await query.find(chain, accounts.Commit, repository=reader.repository, author=author)
    counted = [(at, commit) for at, commit in found if commit.state == COMMIT_STATE_ACCEPTED]
    rounds = await _by_address(chain, accounts.Round, {commit.held_by for _, commit in counted})
    branches = await _by_address(chain, accounts.Branch, {commit.branch for _, commit in counted})
    credits = []
    for at, commit in counted:
        round_, branch = rounds.get(commit.held_by), branches.get(commit.branch)
        if round_ is not None and branch is not None and round_.state == ROUND_STATE_MERGED:
            credits.append(Credit(at, commit, round_, branch))
    return credits


async def earnings(reader: Reader, author: Pubkey) -> list[tuple[Earned, accounts.Commit]]:
    """What an author's updates of this repository have earned and were not paid, the most first."""
    rows = []
    for one in await merged(reader, author):
        if lamports := earned(one.branch, one.round, one.commit):
            name = pda.plain_name(bytes(one.branch.name))
            rows.append((Earned(str(one.at), name, lamports), one.commit))
    return sorted(rows, key=lambda row: (-row[0].lamports, row[0].commit))


@dataclass(frozen=True)
class Due:
    """What waits for a wallet: of its updates, and in lamports what was rounded away; how to fetch it."""

    updates: tuple[Earned, ...]
    rest: int
    steps: tuple[Step, ...]

    @property
    def lamports(self) -> int:
        """All of it."""
        return sum(row.lamports for row in self.updates) + self.rest


async def claim(workspace: Workspace, dry_run: bool) -> ProceedsReport:
    """See `Repository.nft_claim`."""
    await workspace.check_chain()
    due = await _due(workspace)
    if not due.steps:
        raise NothingToDo("No sale has brought you anything that you do not have yet.")
    await _check_room(workspace, due.lamports)
    try:
        sent = await transactions.run(workspace.session, due.steps, dry_run)
    except ProgramError as error:
        if error.name != "NothingToClaim":
            raise
        raise await _paid_meanwhile(workspace) from error
    done = sent.report("claimed", sol(due.lamports))
    return ProceedsReport(due.updates, due.rest, due.lamports, done.signatures, done.cost)


async def _due(workspace: Workspace) -> Due:
    session, rest = workspace.session, 0
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
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    if repository.owner == wallet:
        purses = await query.find(session.chain, accounts.Purse, repository=workspace.repository)
        for address, purse in purses:
            if left := dust(purse):
                rest += left
                call = program.sale_sweep(repository=workspace.repository, purse=address, owner=wallet)
                steps.append(Step(call, (), 15_000))
    return Due(tuple(row for row, _ in rows), rest, tuple(steps))


async def _paid_meanwhile(workspace: Workspace) -> NothingToDo | StaleHead:
    """What to say when somebody else's claim was faster: anybody may fetch it for its author."""
    left = await _due(workspace)
    if not left.steps:
        return NothingToDo("It was claimed meanwhile, and paid to you: nothing waits any more.")
    return StaleHead(
        f"Some of it was claimed meanwhile, and paid to you: {sol(left.lamports)} wait.",
        hint="Run `federity nft claim` again.",
    )


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
