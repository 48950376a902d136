"""Names that people give to commits, and the addresses they mean.

A commit's name is that of `federity.repository.ledger.identity`, or the start of it. Addresses, starts of
them, and the ids that earlier versions gave to local commits, are understood as well.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    COMMIT_STATE_ACCEPTED,
    COMMIT_STATE_HISTORY,
    KIND_MERGE,
    KIND_SERVER,
    KIND_UPDATE,
)
from federity.chain import pda
from federity.errors import NotFound
from federity.repository.ledger import identity, query, refs
from federity.repository.ledger.family import family
from federity.repository.ledger.summands import merged_parts
from federity.repository.reports import LocalCommit
from federity.text import short

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader

SHORTEST = 4
WHOLE = 64
HEX = re.compile(r"[0-9a-f]{4,64}")

_log = logging.getLogger("federity")

Found = dict[Pubkey, accounts.Commit]


async def resolve(reader: Reader, reference: Any) -> Pubkey:
    """The address of a commit: of what a verb returned, `HEAD` or `@`, `HEAD@{1}`, a tag's or branch's name,
    a commit's name, an address, or the start of one of these, each with `~N` or `^` for what lies before.

    The name of an update that is on a head alone means that head. Raises NotFound when nothing, or more than
    one commit, is meant; also for local commits that the chain does not have as they are here.
    """
    if isinstance(reference, Pubkey):
        return reference
    if isinstance(reference, LocalCommit):
        return _pushed(reader, reference.id, reference.address)
    if not isinstance(reference, str):
        reference = str(reference.address)
    stack, below = parted(reader, reference)
    if stack:
        return _of_stack(reader, reference, stack)
    name, steps = parsed(below)
    address = await _named(reader, name)
    for _ in range(steps):
        commit = await reader.load(accounts.Commit, address, "commit")
        if commit.parent == Pubkey.default():
            raise NotFound(f"{reference} lies before the genesis.")
        address = commit.parent
    return address


def parted(reader: Reader, reference: Any) -> tuple[tuple[LocalCommit, ...], Any]:
    """The local commits that a reference means, oldest first, the last being the one that is named, and the
    reference of what they are on.

    `HEAD` is the newest local commit, as in git, and `HEAD~N` goes down these first, then on along the chain.
    What is not made here has no local commits, and is on itself. Raises NotFound.
    """
    if not isinstance(reference, str | LocalCommit):
        return (), reference
    name, steps = (reference.id, 0) if isinstance(reference, LocalCommit) else parsed(reference)
    stack = reader.names.stack(name)
    if stack is None:
        return (), reference
    head, past = str(reader.names.head()), steps - len(stack)
    return stack[: max(0, -past)], f"{head}~{past}" if past > 0 else head


def parsed(reference: str) -> tuple[str, int]:
    """The name in a reference, and how many parents back from there: `HEAD~2`, `HEAD^`, `main~`, `@^^`.

    Raises NotFound for what has another form.
    """
    found = re.fullmatch(r"([^~^]*)((?:~[0-9]{0,9}|\^[0-9]?)*)", reference)
    if found is None:
        raise NotFound(f"{reference!r} names no commit: after ~ comes a number.")
    steps = re.findall(r"([~^])([0-9]*)", found[2])
    if any(sign == "^" and number not in ("", "0", "1") for sign, number in steps):
        raise NotFound(f"{reference!r} names no commit: a commit has one parent here.")
    name = "HEAD" if found[1] in ("", "@") else found[1]
    return name, sum(int(number or 1) for _, number in steps)


async def name_at(reader: Reader, address: Pubkey) -> str:
    """The name of the commit at an address; the address itself when there is none on the chain."""
    commit = await query.load(reader.session.chain, accounts.Commit, address)
    if commit is None:
        return str(address)
    parts = await merged_parts(reader, address) if commit.kind == KIND_MERGE else []
    return identity.name(address, commit, parts)


def _of_stack(reader: Reader, reference: str, stack: tuple[LocalCommit, ...]) -> Pubkey:
    """The place on the chain of the newest of some local commits. Raises NotFound where there is none, or
    where it has the change of that commit alone.
    """
    top = stack[-1]
    hint = f"HEAD~{len(reader.names.stack('HEAD') or ())} is the head it is on; `federity restore --source "
    hint += f"{reference}` puts its weights into the model file."
    known = reader.names.pushed(top.id) or ("" if top.state == "local" else top.address)
    if not known:
        raise NotFound(
            f"{reference} is the local commit {short(top.id)}, which is not on the chain.",
            hint=f"Run `federity push` first. {hint}",
        )
    if len(stack) > 1:
        raise NotFound(
            f"{reference} is {short(top.id)} on top of other local commits: on the chain it is a proposal "
            "without these.",
            hint=f"Name it by its id to mean that. {hint}",
        )
    return Pubkey.from_string(known)


def _pushed(reader: Reader, identity_: str, address: str) -> Pubkey:
    known = address or reader.names.pushed(identity_)
    if not known:
        raise NotFound(
            f"The local commit {short(identity_)} is not on the chain.", hint="Run `federity push` first."
        )
    return Pubkey.from_string(known)


async def _named(reader: Reader, name: str) -> Pubkey:
    if name == "HEAD":
        return reader.names.head()
    if "@{" in name:
        return reader.names.earlier(name)
    if found := await refs.find(reader, name):
        await _warn_of_others(reader, name, found)
        return found[0].commit
    try:
        return Pubkey.from_string(name)
    except ValueError:
        return await _starting_with(reader, name)


async def _warn_of_others(reader: Reader, name: str, found: Sequence[refs.Ref]) -> None:
    """Say, as git does, that a tag or branch is meant by what names something else too."""
    meant, *others = found
    for other in others:
        _log.warning(
            "The name %r is ambiguous: the %s is meant, and %s names the %s.",
            name,
            meant.kind,
            other.full,
            other.kind,
        )
    if HEX.fullmatch(name) and (reader.names.local(name) or await _on_chain(reader, name)):
        _log.warning(
            "The name %r is ambiguous: the %s is meant, and more of it names the commit that starts so.",
            name,
            meant.kind,
        )


async def _starting_with(reader: Reader, start: str) -> Pubkey:
    if len(start) < SHORTEST:
        raise NotFound(
            f"There is no branch or tag {start!r}, and a commit is named by at least {SHORTEST} characters."
        )
    found = await _on_chain(reader, start) or await _in_family(reader, start)
    by_address = {at for at in found if str(at).startswith(start)}
    chosen = _same(reader, found)
    if len(chosen) > 1:
        # Others may have proposed the same bytes; here one's own are meant.
        own = reader.names.made_here(start)
        chosen = [address for address in chosen if address in own] or chosen
    if len(chosen) == 1:
        (address,) = chosen
        return address if address in by_address else await _on_head(reader, address, found[address])
    if not chosen:
        unpushed = reader.names.local(start)
        if unpushed is not None:
            _pushed(reader, unpushed.id, "")
        raise NotFound(f"No commit, branch or tag is named {start!r}.")
    addresses = ", ".join(sorted(str(address) for address in chosen)[:4])
    raise NotFound(
        f"{len(chosen)} commits are named {start!r}.",
        hint=f"Name more of it, or an address: {addresses}.",
    )


async def _in_family(reader: Reader, start: str) -> Found:
    """What is named so in repositories whose commits this one's history has, and that can be meant here."""
    found: Found = {}
    for repository in (await family(reader.session.chain, reader.repository))[1:]:
        for at in await _of(reader, repository, start):
            try:
                found[at] = await reader.commit(at)
            except NotFound:
                _log.debug("%s is of another repository, and not to be had here.", at)
    return found


async def _of(reader: Reader, repository: Pubkey, start: str) -> Found:
    """The commits of a repository whose name or address starts so."""
    fields: dict[str, bytes | Pubkey] = {"repository": repository}
    if HEX.fullmatch(start) and len(start) == WHOLE:
        fields["blob_hash"] = bytes.fromhex(start)
    every = await query.find(reader.session.chain, accounts.Commit, **fields)
    named = HEX.fullmatch(start)
    return {
        at: commit
        for at, commit in every
        if str(at).startswith(start) or (named and _name_of_update(commit).startswith(start))
    }


async def _on_chain(reader: Reader, start: str) -> Found:
    """The commits on the chain whose name or address starts so, and those made here under an earlier id."""
    chain = reader.session.chain
    found = await _of(reader, reader.repository, start)
    for address in reader.names.made_here(start):
        if address not in found and (sent := await query.load(chain, accounts.Commit, address)) is not None:
            found[address] = sent
    return found


def _name_of_update(commit: accounts.Commit) -> str:
    return bytes(commit.blob_hash).hex() if commit.kind in (KIND_UPDATE, KIND_SERVER) else "-"


def _same(reader: Reader, found: Found) -> list[Pubkey]:
    """One address for each commit that is meant: an author's delta that was proposed again is one commit.

    Of several places that have it, the one in a history counts, then the one of this branch, then the newest.
    """
    groups: dict[tuple[bytes, Pubkey], list[Pubkey]] = {}
    for at, commit in found.items():
        key = (bytes(commit.blob_hash), commit.author) if _name_of_update(commit) != "-" else (bytes(at), at)
        groups.setdefault(key, []).append(at)

    own = reader.names.branch()

    def rank(at: Pubkey) -> tuple[bool, bool, int]:
        commit = found[at]
        here = commit.branch == own
        return commit.state == COMMIT_STATE_ACCEPTED, here, commit.created_slot

    return [max(group, key=rank) for group in groups.values()]


async def _on_head(reader: Reader, address: Pubkey, commit: accounts.Commit) -> Pubkey:
    """The head that an update is alone, when it is one: the same weights, with a place in the history."""
    if commit.held_by == Pubkey.default():
        return address
    merge = pda.merge(commit.held_by)
    merged = await query.load(reader.session.chain, accounts.Commit, merge)
    if merged is None or merged.state != COMMIT_STATE_HISTORY:
        return address
    return merge if identity.single(await merged_parts(reader, merge)) is not None else address
