"""Names that people gave to heads: tags, branches, those of other repositories, in git's order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.errors import ConfigError
from federity.repository.ledger import query

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader

TAG, BRANCH, REMOTE = "tag", "branch", "remote branch"
# What git writes before a name that it would take for another kind.
FULL = {TAG: "tags/", BRANCH: "heads/", REMOTE: "remotes/"}
_ALL = "refs/"


@dataclass(frozen=True)
class Ref:
    """A tag, a branch, or a branch of another repository (`upstream/main`), and the head that it names."""

    kind: str
    name: str
    commit: Pubkey

    @property
    def full(self) -> str:
        """The name that means this one and no other."""
        return FULL[self.kind] + self.name


async def find(reader: Reader, name: str) -> list[Ref]:
    """What is named so, what is meant first: the tag, then the branch. `tags/NAME` and `heads/NAME`, also
    with `refs/` before them, name one kind, and `upstream/NAME` a branch of a repository that is called so.
    """
    if (elsewhere := await _of_remote(reader, name)) is not None:
        return elsewhere
    kinds, plain = _asked(name)
    try:
        places = {TAG: pda.tag(reader.repository, plain), BRANCH: pda.branch(reader.repository, plain)}
    except ConfigError:
        # Addresses have capital letters, which no name has.
        return []
    found = await reader.session.chain.accounts([places[kind] for kind in kinds])
    refs = []
    for kind, account in zip(kinds, found, strict=True):
        if kind == TAG and (tag := query.decoded(accounts.Tag, account)) is not None:
            refs.append(Ref(kind, plain, tag.commit))
        if kind == BRANCH and (branch := query.decoded(accounts.Branch, account)) is not None:
            refs.append(Ref(kind, plain, branch.head))
    return refs


async def decorations(reader: Reader) -> Mapping[Pubkey, list[Ref]]:
    """The tags and branches of the repository, and the branches of those with names here, by the heads that
    they name; tags first, each kind by name.
    """
    chain, repository = reader.session.chain, reader.repository
    tags = [
        Ref(TAG, pda.plain_name(bytes(tag.name)), tag.commit)
        for _, tag in await query.find(chain, accounts.Tag, repository=repository)
    ]
    branches = [
        Ref(BRANCH, pda.plain_name(bytes(branch.name)), branch.head)
        for _, branch in await query.find(chain, accounts.Branch, repository=repository)
    ]
    elsewhere = [
        Ref(REMOTE, f"{name}/{pda.plain_name(bytes(branch.name))}", branch.head)
        for name, other in reader.names.remotes().items()
        if other != repository
        for _, branch in await query.find(chain, accounts.Branch, repository=other)
    ]
    found: dict[Pubkey, list[Ref]] = {}
    for kind in (tags, branches, elsewhere):
        for ref in sorted(kind, key=lambda ref: ref.name):
            found.setdefault(ref.commit, []).append(ref)
    return found


async def _of_remote(reader: Reader, name: str) -> list[Ref] | None:
    """The branch of another repository that a name means; None where no repository is called so."""
    plain = name.removeprefix(_ALL).removeprefix(FULL[REMOTE])
    called, slash, branch = plain.partition("/")
    repository = reader.names.remotes().get(called) if slash else None
    if repository is None:
        return None
    try:
        found = await query.load(reader.session.chain, accounts.Branch, pda.branch(repository, branch))
    except ConfigError:
        found = None
    return [] if found is None else [Ref(REMOTE, plain, found.head)]


def _asked(name: str) -> tuple[list[str], str]:
    """The kinds that a name may be of, and the name without what says so."""
    rest = name.removeprefix(_ALL)
    for kind, before in ((kind, FULL[kind]) for kind in (TAG, BRANCH)):
        if rest.startswith(before):
            return [kind], rest.removeprefix(before)
    return [TAG, BRANCH], name
