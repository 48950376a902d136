"""`tag`: names for what is or was a head, on the chain; their words in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import COMMIT_STATE_HISTORY, ROLE_MAINTAINER
from federity.chain import pda
from federity.errors import ConfigError, NotFound, NothingToDo, ProgramError, StaleHead, TransactionRefused
from federity.repository.governance.rent import Closing, send
from federity.repository.ledger import notes, query, tag_views
from federity.repository.ledger.references import HEX, name_at, resolve
from federity.repository.reports import RentReport, TagReport, TagView
from federity.repository.steps import transactions, uploading
from federity.repository.steps.tag_steps import close_step, set_step

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


@dataclass(frozen=True)
class Wanted:
    """What a tag is to be: its name, the commit, what is said of it. An existing one moves by `force` alone,
    and where `before` is given, only from that commit.
    """

    name: str
    at: Any
    message: str = ""
    force: bool = False
    before: str | None = None


async def tags(workspace: Workspace, patterns: Sequence[str], points_at: Any) -> list[TagView]:
    """See `Repository.tags`."""
    await workspace.check_chain()
    named = None if points_at is None else await resolve(workspace, points_at)
    found = await query.find(workspace.session.chain, accounts.Tag, repository=workspace.repository)
    fitting = []
    for at, tag in found:
        name = pda.plain_name(bytes(tag.name))
        matches = not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)
        if matches and named in (None, tag.commit):
            fitting.append((at, tag))
    return await tag_views.of(workspace, fitting)


async def create(workspace: Workspace, wanted: Wanted, dry_run: bool) -> TagReport:
    """See `Repository.tag_create`."""
    workspace.check_reached("tag")
    await workspace.check_chain()
    words = notes.check(wanted.message.strip())
    place = pda.tag(workspace.repository, wanted.name)
    if HEX.fullmatch(wanted.name):
        raise ConfigError(
            f"{wanted.name!r} could be the start of a commit's name.",
            hint=f"Choose one that cannot, such as v{wanted.name}.",
        )
    commit = await resolve(workspace, wanted.at)
    if (await workspace.commit(commit)).state != COMMIT_STATE_HISTORY:
        raise ConfigError(
            f"{commit} is a proposal: a tag names what is or was a head.", hint="`federity log` lists these."
        )
    member, _ = await workspace.require_role(ROLE_MAINTAINER, "maintainer")
    known = await query.load(workspace.session.chain, accounts.Tag, place)
    before = None if known is None else known.commit
    await _check_move(workspace, wanted, known, commit, notes.hash_of(words))
    cost = await uploading.say(workspace.session, workspace.repository, words, dry_run)
    step = await set_step(workspace, member, wanted.name, before, commit, notes.hash_of(words))
    try:
        sent = await transactions.run(workspace.session, [step], dry_run)
    except (ProgramError, TransactionRefused) as error:
        now = await query.load(workspace.session.chain, accounts.Tag, place)
        if (None if now is None else now.commit) != before:
            raise await _elsewhere(workspace, wanted.name, now) from error
        raise
    done = sent.report("tagged" if before is None else "moved the tag", wanted.name)
    return TagReport(
        done.action,
        done.subject,
        done.signatures,
        done.cost + cost,
        tag=str(place),
        commit=str(commit),
        before="" if before is None else str(before),
        id=await name_at(workspace, commit),
        before_id="" if before is None else await name_at(workspace, before),
    )


async def _check_move(
    workspace: Workspace, wanted: Wanted, known: accounts.Tag | None, commit: Pubkey, note_hash: bytes
) -> None:
    """Refuse what would move a tag that nobody asked to move, or from elsewhere than somebody saw it."""
    if wanted.before is not None and wanted.before != ("" if known is None else str(known.commit)):
        raise await _elsewhere(workspace, wanted.name, known)
    if known is None:
        return
    if not wanted.force:
        raise ConfigError(
            f"There is a tag {wanted.name!r} already: it names {await name_at(workspace, known.commit)}.",
            hint="Choose another name; `federity tag -f` moves it, for everybody.",
        )
    if known.commit == commit and bytes(known.note_hash) == note_hash:
        raise NothingToDo(f"The tag {wanted.name!r} names that commit, and says the same.")


async def _elsewhere(workspace: Workspace, name: str, known: accounts.Tag | None) -> StaleHead:
    """What to say when somebody else was faster with a tag."""
    where = "is gone" if known is None else f"names {await name_at(workspace, known.commit)}"
    return StaleHead(
        f"Somebody else has changed the tag {name!r} meanwhile: it {where} now.",
        hint=f"Look at it with `federity tag -l {name} -n`, and try again.",
    )


async def delete(workspace: Workspace, names: Sequence[str], dry_run: bool) -> RentReport:
    """See `Repository.tag_delete`."""
    workspace.check_reached("tag")
    await workspace.check_chain()
    member, _ = await workspace.require_role(ROLE_MAINTAINER, "maintainer", ending=True)
    closing, said = Closing.of(workspace.session), []
    for name in dict.fromkeys(names):
        at = pda.tag(workspace.repository, name)
        tag = await query.load(workspace.session.chain, accounts.Tag, at)
        if tag is None:
            raise NotFound(f"There is no tag {name!r}.", hint="`federity tag` lists them.")
        closing.add(at, tag.payer, close_step(workspace, member, name, tag))
        said.append(f"the tag {name} (was {tag.commit})")
    return await send(workspace, closing, dry_run, "deleted", ", ".join(said))
