"""What all verbs share that move a head by a sum of commits: may it be moved, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import KIND_GENESIS, ROLE_CONTRIBUTOR
from federity.chain import pda
from federity.errors import ConfigError, StaleHead
from federity.progress import OnProgress
from federity.repository.ledger import notes, query, sums
from federity.repository.ledger.reader import NOBODY
from federity.repository.ledger.references import name_at
from federity.repository.ledger.roles import NAMES
from federity.repository.reports.operation_reports import OperationReport
from federity.repository.steps import operation_running, operation_steps

if TYPE_CHECKING:
    from federity.repository.verbs.saying import Saying
    from federity.repository.working_copy.workspace import Workspace


@dataclass(frozen=True)
class Standing:
    """The branch whose head is to move, and the membership that moves it. `operation` is the one that is to
    do it, by its address, where that is known before.
    """

    address: Pubkey
    branch: accounts.Branch
    member: Pubkey
    author: Pubkey
    operation: str = ""


async def standing(workspace: Workspace, name: str | None = None, expected: Pubkey | None = None) -> Standing:
    """The branch of that name, or the one that is checked out, ready to be moved; with `expected` from that
    head alone, whatever HEAD is.

    Raises NotFound, NotAMember, WorktreeError (another base), Archived, ConfigError (local commits stand on
    the head, or something is queued), StaleHead (a round holds the head, or the branch that is checked out
    has moved on since the last pull).
    """
    await workspace.check_chain()
    if expected is None:
        refuse_queued(workspace)
    own = workspace.branch_name
    name = own if name is None else name
    if name == own:
        branch = await workspace.branch_state()
    else:
        branch = await workspace.load(
            accounts.Branch, pda.branch(workspace.repository, name), f"branch {name!r}"
        )
    needed = ROLE_CONTRIBUTOR if branch.rules.protected else branch.rules.operate_role
    workspace.check_lineage(bytes(branch.lineage))
    member, found = await workspace.require_role(needed, NAMES[needed])
    if branch.locked_by != NOBODY:
        raise StaleHead(
            f"A round holds the head of {name} until it is merged.",
            hint="Wait, or finish it with `federity merge`; then pull and try again.",
        )
    if expected is not None:
        if branch.head != expected:
            raise moved_on(name)
    elif name == own and any(c.state == "local" for c in workspace.worktree.stack(name)):
        raise ConfigError(
            "There are local commits on top of the head, which the chain does not know.",
            hint="Send them with `federity push`, or take them back with `federity reset HEAD~1`.",
        )
    elif name == own and Pubkey.from_string(workspace.worktree.head().commit) != branch.head:
        raise StaleHead(
            f"The branch {name} has moved on since your last pull.",
            hint="Run `federity pull`, look at what came, and try again.",
        )
    return Standing(pda.branch(workspace.repository, name), branch, member, found.wallet)


def refuse_queued(workspace: Workspace) -> None:
    """Refuse to send anything before what is queued is sent. Raises ConfigError."""
    if waiting := len(workspace.worktree.queue.entries()):
        many = "operation waits" if waiting == 1 else "operations wait"
        raise ConfigError(
            f"{waiting} queued {many} to be sent first.",
            hint="Send them with `federity push`, take them back with `federity queue drop`, or let this one "
            "wait behind them with --offline.",
        )


def moved_on(name: str) -> StaleHead:
    """What to say when the head is another than what is queued was made for."""
    return StaleHead(
        f"The branch {name} has moved on since what is queued was asked for.",
        hint="Run `federity pull`: it makes what is queued anew on the new head. Look, and push again.",
    )


async def operate(
    workspace: Workspace,
    there: Standing,
    wanted: sums.Sum,
    subjects: Sequence[Pubkey],
    saying: Saying,
    dry_run: bool,
    on_progress: OnProgress,
) -> OperationReport:
    """Move the head by a sum, or go on with that; on a protected branch, propose it. `subjects` are the
    commits that it is about.

    Raises ConfigError (it is proposed already in other words, or these are too long) and what
    `operation_running.run` does.
    """
    wanted = sums.counted(wanted, await _zeros(workspace, wanted))
    named = operation_steps.naming(workspace, there.address, there.branch.head, there.author, wanted)
    if there.operation not in ("", str(named.address)):
        raise moved_on(pda.plain_name(bytes(there.branch.name)))
    words = notes.check(saying.words)
    made = await query.load(workspace.session.chain, accounts.Operation, named.address)
    if made is not None and saying.given and bytes(made.note_hash) != notes.hash_of(words):
        raise ConfigError(
            f"This very sum is operation {named.address} already, and its message is another.",
            hint="Leave the message out to go on with that, or give that up with `federity operation close`.",
        )
    target, cost = await operation_running.run(
        workspace, named, there.member, True, dry_run, on_progress, words
    )
    names = [await name_at(workspace, subject) for subject in subjects]
    message = saying.words
    if made is not None:
        message, _ = await notes.read(workspace, bytes(made.note_hash))
    return OperationReport(
        repository=workspace.worktree.config().repository,
        branch=pda.plain_name(bytes(there.branch.name)),
        what=wanted.what,
        subject=names[0],
        others=tuple(names[1:]),
        operation=str(named.address),
        head_before=str(named.head),
        head=str(named.result),
        m=named.m,
        terms=await operation_running.terms(workspace, target),
        finished=target.done,
        waiting_for=operation_running.waiting(target),
        cost=cost,
        head_before_id=await name_at(workspace, named.head),
        message=message,
    )


async def _zeros(workspace: Workspace, wanted: sums.Sum) -> set[Pubkey]:
    """The geneses among a sum's terms."""
    found = set()
    for term in wanted.terms:
        address = Pubkey.from_bytes(term.commit)
        commit = await workspace.load(accounts.Commit, address, f"commit {address}")
        if commit.kind == KIND_GENESIS:
            found.add(address)
    return found
