"""One local commit on its way to the chain: merged on the spot, or proposed into a round."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    ROUND_OPEN,
    ROUND_SERVER,
    ROUND_STATE_EXPIRED,
    ROUND_STATE_OPEN,
)
from federity.chain import pda
from federity.errors import (
    ConfigError,
    NotFound,
    NothingToDo,
    ProgramError,
    StaleHead,
    TransactionRefused,
)
from federity.progress import OnProgress, Progress
from federity.repository.ledger import query, standing
from federity.repository.ledger.standing import Standing
from federity.repository.reports import Cost, LocalCommit, PushedCommit
from federity.repository.reports.rules import Rules
from federity.repository.steps.proving_key import choose_key
from federity.repository.steps.sending import price_update, send_update
from federity.repository.steps.update_steps import Update
from federity.repository.verbs.arrival import arrive, land
from federity.repository.working_copy.journal import Journal

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


@dataclass(frozen=True)
class Place:
    """Where commits go: the branch as it stands, and the kind of round.

    `foreseen` says that neither is on the chain yet, `under` that HEAD stands on what is queued on top.
    """

    standing: Standing
    kind: int
    level: int | None
    foreseen: bool
    under: bool = False


async def push_one(
    workspace: Workspace, commit: LocalCommit, place: Place, dry_run: bool, on_progress: OnProgress
) -> PushedCommit:
    """Bring one commit onto the chain: merged on the spot, or proposed into a round that others decide."""
    now, kind = place.standing, place.kind
    if kind == ROUND_OPEN:
        round_, opened = await _open_round(workspace, now)
        # A round keeps the rules that it was opened with, whatever the branch's have become.
        now = replace(now, rules=Rules.of(opened.rules))
        _check_parent(workspace, commit, now, opened.opened_seq)
        delta = await workspace.local_delta(commit)
    else:
        _check_parent(workspace, commit, now)
        delta = await workspace.local_delta(commit)
        round_ = await _own_round(workspace, commit, place)
    address = pda.commit(round_, now.author)
    key = await choose_key(workspace, place.level, now, commit, delta, address, pinned=not place.foreseen)
    update = Update(commit, delta, now, round_, kind, key)
    if dry_run:
        return _report(update, 0.0, await price_update(workspace, update))
    await _refuse_second(workspace, update)
    worktree, key_name = workspace.worktree, str(key.address) if key else ""
    journal = Journal.load(worktree, commit.id)
    if (journal.round, journal.parent, journal.key) != (str(round_), commit.parent, key_name):
        journal = Journal(commit.id, commit.parent, str(round_), str(update.address), key_name)
        journal.save(worktree)
    try:
        journal, cost = await send_update(workspace, update, journal, on_progress)
    except (ProgramError, TransactionRefused) as error:
        # Somebody may have been faster: then what has become of the branch says better what to do.
        again = await standing.read(workspace, now.branch, await workspace.branch_state())
        if kind != ROUND_OPEN and str(again.head) not in (commit.parent, str(pda.merge(round_))):
            raise moved_on(workspace, again) from error
        if kind == ROUND_OPEN or again.round_count == place.standing.round_count:
            raise
        # Their round has the number that this one was to have, and the head is the same still.
        return await push_one(workspace, commit, replace(place, standing=again), dry_run, on_progress)
    worktree.set_pushed(commit.id, str(update.address))
    if place.under:
        await land(workspace, commit, pda.merge(round_), now.head_seq + 1)
    elif update.alone:
        await arrive(workspace, commit, pda.merge(round_), now.head_seq + 1)
    else:
        worktree.commits.update(
            replace(commit, state="proposed", address=str(update.address), round=str(round_))
        )
    worktree.drop_journal(commit.id)
    on_progress(Progress("pushing", 1, 1, "commit"))
    return _report(update, journal.proof_seconds, cost)


def _report(update: Update, proof_seconds: float, cost: Cost) -> PushedCommit:
    return PushedCommit(
        id=update.local.id,
        address=str(update.address),
        round=str(update.round),
        merge=str(pda.merge(update.round)) if update.alone else "",
        level=1 if update.key else 0,
        units=len(update.units),
        delta_bytes=update.local.delta_bytes,
        ratio=update.local.ratio,
        proof_seconds=proof_seconds,
        cost=cost,
    )


def _check_parent(
    workspace: Workspace, commit: LocalCommit, now: Standing, opened_at: int | None = None
) -> None:
    """Raise StaleHead when the branch has moved on further than the rules allow.

    An open round counts from the head that it `opened_at`; a push of one's own stands on the head itself.
    """
    if commit.parent == str(now.head):
        return
    seq = workspace.worktree.head().seq
    if opened_at is not None and now.head_seq >= seq and opened_at - seq <= now.rules.max_staleness:
        return
    raise moved_on(workspace, now)


def moved_on(workspace: Workspace, now: Standing) -> StaleHead:
    """What to say when the head is another than a commit stands on."""
    lag = now.head_seq - workspace.worktree.head().seq
    return StaleHead(
        f"The branch has moved on by {max(lag, 1)} since the commit's parent.",
        hint="Run `federity pull`, then push again: your commits are put on top of the new head.",
    )


async def _open_round(workspace: Workspace, now: Standing) -> tuple[Pubkey, accounts.Round]:
    """The round that takes proposals now. Raises NotFound."""
    if now.current_round != Pubkey.default():
        round_ = await workspace.load(accounts.Round, now.current_round, "round")
        slot = await workspace.session.chain.slot()
        if round_.state == ROUND_STATE_OPEN and slot <= round_.propose_deadline:
            return now.current_round, round_
    raise NotFound(
        f"The branch {workspace.branch_name} is protected and takes no proposals now.",
        hint="Push again when a keeper, maintainer or the owner has opened a round.",
    )


async def _own_round(workspace: Workspace, commit: LocalCommit, place: Place) -> Pubkey:
    """The round of one for this commit: the one begun earlier if it still can be used, else the next.

    Raises ConfigError, StaleHead.
    """
    now, chosen = place.standing, None
    journal = Journal.load(workspace.worktree, commit.id)
    if journal.round and journal.parent == commit.parent:
        begun = Pubkey.from_string(journal.round)
        round_ = await query.load(workspace.session.chain, accounts.Round, begun)
        if round_ is not None and (round_.kind, round_.opener) == (place.kind, now.author):
            chosen = begun if round_.state != ROUND_STATE_EXPIRED else None
    if place.kind == ROUND_SERVER and not now.rules.allow_server:
        raise ConfigError("The branch's rules do not allow server updates, which no chain computes.")
    busy = [now.locked_by] + ([now.current_round] if place.kind == ROUND_SERVER else [])
    others = [other for other in busy if other not in (Pubkey.default(), chosen)]
    if others:
        raise StaleHead(
            f"The branch is held by round {others[0]}, which is not over.",
            hint="Wait, or finish it with `federity merge`; then pull and push again.",
        )
    return chosen or pda.round_(now.branch, now.round_count)


async def _refuse_second(workspace: Workspace, update: Update) -> None:
    """Raise NothingToDo when the author has another commit in the round already: there is one an author and
    round.
    """
    found = await query.load(workspace.session.chain, accounts.Commit, update.address)
    if found is not None and bytes(found.blob_hash) != update.blob_hash:
        raise NothingToDo(
            "You have proposed another commit in this round already, and a round takes one from each member.",
            hint="Push again in the next round.",
        )
