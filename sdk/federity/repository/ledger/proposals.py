"""What is proposed in a repository: operations, the commits of rounds, and what was said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    OPERATION_STATE_DONE,
    OPERATION_STATE_OPEN,
    VERDICT_APPROVE,
    VERDICT_COMMENT,
    VERDICT_REJECT,
)
from federity.chain import pda
from federity.errors import ConfigError, NotFound
from federity.repository.ledger import query
from federity.repository.ledger.references import resolve
from federity.repository.ledger.roles import stands_behind
from federity.repository.ledger.summands import UPDATES

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader


@dataclass(frozen=True)
class Proposal:
    """An operation, or else a commit of a round: its address and its account."""

    address: Pubkey
    operation: accounts.Operation | None = None
    commit: accounts.Commit | None = None

    @property
    def branch(self) -> Pubkey:
        """The branch whose head it is for."""
        return (self.operation or self._update).branch

    @property
    def author(self) -> Pubkey:
        """Who proposed it."""
        return (self.operation or self._update).author

    @property
    def since(self) -> int:
        """The slot it was made in: what was said before is about another one at this address."""
        return (self.operation or self._update).created_slot

    @property
    def _update(self) -> accounts.Commit:
        assert self.commit is not None  # noqa: S101 - it is one of the two
        return self.commit

    def state(self, branch: accounts.Branch) -> str:
        """`open`, `merged` or `stale`, of an operation."""
        if self.operation is None:
            return "open"
        if self.operation.state == OPERATION_STATE_DONE:
            return "merged"
        return "stale" if is_over(self.operation, branch) else "open"


def is_over(operation: accounts.Operation, branch: accounts.Branch) -> bool:
    """Whether an operation is finished, or never can be: its head moved on."""
    return operation.state != OPERATION_STATE_OPEN or operation.head != branch.head


def spelled(title: str, body: str) -> str:
    """A title and a text as one message, as git has them: the first line, an empty one, the rest.

    Raises ConfigError for a title that is empty or has several lines.
    """
    if not title.strip() or len(title.splitlines()) != 1:
        raise ConfigError("A proposal has a title of one line.", hint="The rest goes into its body.")
    return f"{title.strip()}\n\n{body.strip()}".strip()


def parted(message: str) -> tuple[str, str]:
    """The title and the text of a message."""
    title, _, body = message.partition("\n")
    return title, body.strip("\n")


async def find(reader: Reader, reference: Any) -> Proposal:
    """The proposal that is named: an operation by its address, the start of one, or what a verb returned; a
    commit of a round by its name.

    Raises NotFound.
    """
    text = str(getattr(reference, "operation", getattr(reference, "address", reference)))
    operations = await query.find(reader.session.chain, accounts.Operation, repository=reader.repository)
    found = [(at, one) for at, one in operations if str(at).startswith(text)] if text else []
    if len(found) > 1:
        raise NotFound(f"{len(found)} proposals are named {text!r}.", hint="Name more of the address.")
    if found:
        return Proposal(found[0][0], operation=found[0][1])
    try:
        address = await resolve(reader, text if hasattr(reference, "operation") else reference)
        commit = await reader.own_commit(address)
    except NotFound as error:
        raise NotFound(f"No proposal is named {text!r}.", hint="`federity pr list` lists them.") from error
    if commit.kind not in UPDATES:
        raise NotFound(f"{text} is a head, and nothing that is proposed.", hint="`federity show` shows it.")
    return Proposal(address, commit=commit)


def heard(proposal: Proposal, remarks: Iterable[accounts.Remark]) -> list[accounts.Remark]:
    """What was said of this very proposal, oldest first."""
    found = [one for one in remarks if one.subject == proposal.address and one.slot >= proposal.since]
    return sorted(found, key=lambda one: (one.slot, bytes(one.author), bytes(one.note_hash)))


def objecting(
    repository: accounts.Repository,
    members: Mapping[Pubkey, accounts.Member],
    remarks: Iterable[accounts.Remark],
    votes: Iterable[accounts.Approval],
) -> tuple[Pubkey, ...]:
    """The maintainers whose last word on an operation is that it should change.

    A vote or a remark that approves takes that back; of two in one slot the objection counts.
    """
    last: dict[Pubkey, tuple[int, bool]] = {}
    for vote in votes:
        last[vote.approver] = max(last.get(vote.approver, (0, False)), (vote.slot, False))
    for one in remarks:
        if one.verdict in (VERDICT_APPROVE, VERDICT_REJECT):
            said = (one.slot, one.verdict == VERDICT_REJECT)
            last[one.author] = max(last.get(one.author, (0, False)), said)
    return tuple(
        sorted(
            (
                who
                for who, (slot, rejects) in last.items()
                if rejects and stands_behind(repository, members.get(who), slot)
            ),
            key=str,
        )
    )


async def members_of(reader: Reader) -> dict[Pubkey, accounts.Member]:
    """The repository's members by their wallets."""
    found = await query.find(reader.session.chain, accounts.Member, repository=reader.repository)
    return {member.wallet: member for _, member in found}


def remark_at(proposal: Proposal, author: Pubkey, note_hash: bytes) -> Pubkey:
    """Where an author's words on a proposal are."""
    return pda.remark(proposal.address, author, note_hash)


VERDICT_NAMES = {VERDICT_APPROVE: "approve", VERDICT_REJECT: "request changes", VERDICT_COMMENT: "comment"}
