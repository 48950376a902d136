"""`clone`: a repository from its chain and store into a new folder, checked on the way."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import REPOSITORY_INSECURE
from federity.chain import pda
from federity.errors import BadBlob, BlobError, FileUnavailable, NotFound, WorktreeError, WrongCluster
from federity.masking import shown_url
from federity.objects import Location, decode_base, lineage
from federity.progress import OnProgress
from federity.repository.ledger import places, query
from federity.repository.ledger.family import genesis_of
from federity.repository.ledger.mainnet import refuse_on_mainnet
from federity.repository.ledger.memory import ZERO
from federity.repository.ledger.naming import address_of
from federity.repository.reports import PullReport
from federity.repository.verbs import pull
from federity.repository.working_copy.remotes import UPSTREAM, Remote
from federity.repository.working_copy.settings import Head, WorktreeConfig
from federity.repository.working_copy.workspace import Workspace
from federity.repository.working_copy.worktree import FOLDER, Worktree

if TYPE_CHECKING:
    from federity.objects.blob import Blob
    from federity.session import Session


async def clone(
    session: Session, spec: str | Pubkey, path: Path, branch_name: str, model: Any, on_progress: OnProgress
) -> tuple[Worktree, PullReport]:
    """See `Repository.clone`; also what was fetched."""
    _refuse_another(path)
    address = address_of(session, spec)
    repository = await query.load(session.chain, accounts.Repository, address)
    if repository is None:
        raise NotFound(f"There is no repository {spec} on {shown_url(session.url)}.")
    genesis = await session.chain.genesis_hash()
    insecure = bool(repository.flags & REPOSITORY_INSECURE)
    refuse_on_mainnet(genesis, insecure)
    if bytes(repository.cluster) != genesis:
        raise WrongCluster(f"{spec} says that it was made for another chain than {shown_url(session.url)}.")
    branch = await query.load(session.chain, accounts.Branch, pda.branch(address, branch_name))
    if branch is None:
        raise NotFound(f"{spec} has no branch {branch_name!r}.")
    config = WorktreeConfig(
        url=session.url,
        cluster=genesis.hex(),
        repository=str(address),
        owner=str(repository.creator),
        name=pda.plain_name(bytes(repository.name)),
        branch=branch_name,
        insecure=insecure,
        srs=bytes(repository.srs_id).hex(),
        base=bytes(branch.base_hash).hex(),
        keypair=session.named_keypair,
    )
    data, received = await _base(session, path, address, bytes(branch.base_hash))
    base = decode_base(data)
    expected = lineage(
        base.manifest.hash, bytes(branch.base_hash), bytes(repository.srs_id), base.manifest.chunks
    )
    if expected != bytes(branch.lineage):
        raise BadBlob("The base is not the one that the branch's lineage names.")
    head = Head(branch_name, str(await genesis_of(session.chain, branch.fork_point)), 0)

    upstream = await _upstream(session, repository)
    worktree, made = Worktree.prepare(path)
    async with worktree.lock("clone"):
        # Another clone may have come first, while this one waited.
        begun = _refuse_another(path, config)
        workspace = Workspace(session, worktree)
        if begun:
            worktree.set_config(config)
        else:
            await workspace.objects.put(data)
            worktree.set_accumulator(head.commit, ZERO)
            if upstream is not None:
                worktree.remotes.put(upstream)
            worktree.start(config, base.manifest, head)
        try:
            report = await pull.pull_locked(workspace, model, False, on_progress, branch)
            return worktree, replace(report, fetched_bytes=report.fetched_bytes + received)
        except WorktreeError:
            # What stands in the way was there before, and the folder becomes again what it was.
            if not begun:
                _take_back(path, made)
            raise


async def _base(session: Session, path: Path, repository: Pubkey, name: bytes) -> tuple[Blob, int]:
    """The base, and how many bytes of it were received: none where a clone that was stopped has it already.

    Raises BlobError, FileUnavailable.
    """
    if (path / FOLDER).is_dir():
        with contextlib.suppress(BlobError, FileUnavailable):
            return await Worktree(path).objects.get(Location.local(name)), 0
    data = await places.base(session, repository, name)
    return data, len(data)


def _refuse_another(path: Path, wanted: WorktreeConfig | None = None) -> bool:
    """Whether a clone of the same was begun at `path` and did not end: this one ends it then.

    Raises WorktreeError for any other working copy.
    """
    if not (path / FOLDER / "config.toml").exists():
        return False
    worktree = Worktree(path.resolve())
    if worktree.in_hand.any() or worktree.pending():
        raise WorktreeError(f"{path} is a Federity working copy already.", hint="Choose another folder.")
    # It does not matter who began it.
    begun = worktree.config()
    if wanted is not None and replace(begun, keypair=wanted.keypair) != wanted:
        raise WorktreeError(
            f"{path} holds an unfinished clone of something else: {begun.spec}.",
            hint="Choose another folder, or delete that one.",
        )
    return True


async def _upstream(session: Session, repository: accounts.Repository) -> Remote | None:
    """What a fork came from, as gh calls it."""
    if repository.ancestor == Pubkey.default():
        return None
    found = await query.load(session.chain, accounts.Repository, repository.ancestor)
    if found is None:
        return None
    title = pda.plain_name(bytes(found.name))
    return Remote(UPSTREAM, str(repository.ancestor), str(found.creator), title)


def _take_back(path: Path, made: bool) -> None:
    """Take away what a clone that was refused has written: nothing of it is a person's."""
    shutil.rmtree(path / FOLDER, ignore_errors=True)
    if made:
        with contextlib.suppress(OSError):
            path.rmdir()
