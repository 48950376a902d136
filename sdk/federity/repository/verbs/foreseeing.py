"""What is queued, tried out: the packaged program makes of the fetched accounts what the chain will.

Nothing is written here but blobs, which are named by what they are.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated.constants import ROUND_SOLO
from federity.chain import pda
from federity.chain.foreseen import ForeseenChain
from federity.errors import ConfigError, NotFound, StaleHead
from federity.objects import Location
from federity.repository.governance.branches import branch_create
from federity.repository.ledger import standing as ledger_standing
from federity.repository.ledger.recording import KINDS
from federity.repository.ledger.references import parted, resolve
from federity.repository.steps.sending import send_update
from federity.repository.steps.update_steps import Update
from federity.repository.verbs.operate import standing
from federity.repository.verbs.performing import perform
from federity.repository.verbs.wanted import Wanted
from federity.repository.working_copy.journal import Journal
from federity.repository.working_copy.packed import packed_accounts
from federity.repository.working_copy.queue import BRANCH, Asked, Queued
from federity.storage.apart import StoreApart

if TYPE_CHECKING:
    from federity.chain.recorded import Recording
    from federity.progress import OnProgress
    from federity.repository.reports import LocalCommit, TransactionReport
    from federity.repository.reports.operation_reports import OperationReport
    from federity.repository.working_copy.workspace import Workspace


@dataclass
class Forecast:
    """A working copy's repository as it goes on from a recording, in this process alone."""

    workspace: Workspace
    chain: ForeseenChain

    @classmethod
    def of(cls, workspace: Workspace, recording: Recording) -> Forecast:
        """Begin at a recording; what is not in it is asked of the session's chain and store, where it reaches
        any.
        """
        session = workspace.session
        beyond, store = (None, None) if workspace.offline else (session.chain, session.storage)
        chain = ForeseenChain(recording, beyond, KINDS)
        return cls(workspace.through(chain, StoreApart(workspace.objects, store, keeps=True)), chain)

    async def operation(
        self, wanted: Wanted, branch: str, stack: Sequence[LocalCommit], on_progress: OnProgress
    ) -> tuple[Queued, OperationReport]:
        """Move a branch's head as is asked for, with local commits in between. Raises what the verb does, and
        ConfigError for what has to be asked of others, or proved, first.
        """
        first = self.chain.recording.slot + 1
        there = await self.workspace.on_branch(branch)
        before = await there.branch_state()
        if before.rules.protected:
            raise ConfigError(
                f"{branch} is protected: what moves it is proposed, and its maintainers decide.",
                hint="That needs the chain: leave --offline out when it can be reached.",
            )
        # Names mean what they do now: a branch is at its head, not at what local commits make of that.
        meant = await self._meant(there, wanted, stack)
        landings = [await self._land(there, commit, on_progress) for commit in stack]
        now = await there.branch_state()
        addresses = {one: landings[at] if isinstance(at, int) else at for one, at in meant.items()}
        ready = await standing(there, branch, now.head)
        # What would be called otherwise from then on is given by its address.
        kept = {one for one, at in addresses.items() if await _is_still(there, one, at)}
        called = wanted.named(lambda one: one if one in kept else addresses[one])
        report = await perform(there, called, ready, False, on_progress)
        asked = wanted.asked(addresses, report.message)
        queued = Queued(
            asked=asked,
            branch=branch,
            author=str(ready.author),
            on=str(before.head),
            seq=before.head_seq,
            head=report.head_before,
            result=report.head,
            first_slot=first,
            slot=self.chain.recording.slot,
            at=int(time.time()),
            accounts=packed_accounts(self.chain.taken()),
            under=tuple(commit.id for commit in stack),
            landings=tuple(map(str, landings)),
            operation=report.operation,
        )
        waiting = "`federity push`, which sends it"
        return queued, replace(report, finished=False, queued=True, waiting_for=waiting)

    async def branch(self, name: str, at: Any, on_progress: OnProgress) -> tuple[Queued, TransactionReport]:
        """Make a branch at a commit. Raises what `branch_create` does."""
        first = self.chain.recording.slot + 1
        report = await branch_create(self.workspace, name, at, None, False, False, on_progress)
        made = await (await self.workspace.on_branch(name)).branch_state()
        head = str(made.head)
        queued = Queued(
            asked=Asked(BRANCH, (head,)),
            branch=name,
            author=str(made.creator),
            on=head,
            seq=made.head_seq,
            head=head,
            result=head,
            first_slot=first,
            slot=self.chain.recording.slot,
            at=int(time.time()),
            accounts=packed_accounts(self.chain.taken()),
        )
        return queued, replace(report, action="queued branch")

    async def _land(self, there: Workspace, commit: LocalCommit, on_progress: OnProgress) -> Pubkey:
        """Send a local commit without proofs: the head that it becomes."""
        now = await ledger_standing.read(there, there.branch, await there.branch_state())
        if now.rules.min_level:
            raise ConfigError(
                f"{there.branch_name} takes proved commits alone, and {commit.id[:12]} is proved when it is "
                "sent.",
                hint="Send it first with `federity push`, when the chain can be reached.",
            )
        if commit.state != "local":
            raise StaleHead(
                f"The commit {commit.id[:12]} is {commit.state} on the chain, and others decide on it.",
                hint="Wait, and run `federity pull` when the chain can be reached.",
            )
        commit = replace(commit, parent=str(now.head))
        round_ = pda.round_(now.branch, now.round_count)
        update = Update(commit, await there.local_delta(commit), now, round_, ROUND_SOLO, None)
        place = Location.local(bytes.fromhex(commit.delta)).to_bytes().hex()
        journal = Journal(commit.id, commit.parent, str(round_), str(update.address), location=place)
        await send_update(there, update, journal, on_progress)
        return pda.merge(round_)

    async def _meant(
        self, there: Workspace, wanted: Wanted, stack: Sequence[LocalCommit]
    ) -> Mapping[Any, Pubkey | int]:
        """The commit that each subject means, of a local one its number from 0 on. Raises NotFound."""
        found: dict[Any, Pubkey | int] = {}
        for one in (*wanted.subjects, *wanted.weights):
            here = parted(there, one)[0] if stack else ()
            found[one] = len(here) - 1 if here else await resolve(there, one)
        return found


async def _is_still(there: Workspace, one: Any, address: Pubkey) -> bool:
    """Whether a name, resolved anew, means that commit."""
    try:
        return await resolve(there, one) == address
    except NotFound:
        return False
