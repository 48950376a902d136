"""`init` and the first push: a repository and its genesis, first here, then on the chain."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts, types
from federity._generated import instructions as program
from federity._generated.constants import REPOSITORY_INSECURE
from federity.chain import pda
from federity.errors import ConfigError, Insecure, WorktreeError
from federity.frameworks.headers import recorded
from federity.frameworks.huggingface import texts_of, weights_file
from federity.objects import Location, Manifest, base_parts, manifest_of
from federity.progress import OnProgress
from federity.prover.keys import UNIT_SIZES
from federity.repository import query
from federity.repository.digest import digest
from federity.repository.in_hand import ZERO, Loaded
from federity.repository.keys import pin_steps
from federity.repository.models import buffers_of, tensors_of
from federity.repository.planning import unit_size
from federity.repository.rules import Rules
from federity.repository.transactions import Step
from federity.repository.workspace import Workspace, refuse_on_mainnet
from federity.repository.worktree import MODEL, Head, Worktree, WorktreeConfig

if TYPE_CHECKING:
    from federity.session import Session

MAIN = "main"
BITS = (8, 4)


async def init(
    session: Session,
    path: Path,
    model: Any,
    name: str,
    insecure: bool,
    rules: Rules,
    bits: int,
    keep_zeros: bool,
) -> Worktree:
    """See `Repository.init`."""
    if bits not in BITS:
        raise ConfigError(f"Deltas of {bits} bits are not possible: they have {' or '.join(map(str, BITS))}.")
    rules.check_reachable()
    pda.padded_name(name)
    Worktree.refuse_existing(path)
    genesis = await session.chain.genesis_hash()
    refuse_on_mainnet(genesis, insecure)
    srs = await session.prover.srs()
    if not insecure:
        raise Insecure(
            "The reference string of this installation is a development one: "
            "whoever knows its secret opens any commitment to anything.",
            hint="Create the repository with --insecure, for good, to learn and test.",
        )
    source = path / MODEL if model is None else model
    if isinstance(source, str | Path):
        source = weights_file(Path(source))
    tensors = await tensors_of(source)
    manifest = await asyncio.to_thread(
        manifest_of,
        tensors,
        await buffers_of(source),
        precision=bits - 1,
        metadata={**texts_of(source), **recorded(source)},
        keep_zeros=keep_zeros,
    )
    parts = await asyncio.to_thread(base_parts, manifest, tensors)

    owner = session.wallet.pubkey
    repository = pda.repository(owner, name)
    first = pda.genesis(pda.branch(repository, MAIN))
    draft = Workspace(session, Worktree.prepare(path)[0])
    async with draft.worktree.lock():
        location = await draft.objects.put(parts)
        draft.worktree.set_accumulator(str(first), ZERO)
        loaded = Loaded(
            commit=str(first),
            seq=0,
            base=location.id.hex(),
            head=str(first),
            accumulator=ZERO,
            identity=await asyncio.to_thread(digest, tensors),
        )
        draft.worktree.in_hand.begin(source)
        draft.worktree.in_hand.finish(source, loaded)
        settings = WorktreeConfig(
            url=session.url,
            cluster=genesis.hex(),
            repository=str(repository),
            owner=str(owner),
            name=name,
            branch=MAIN,
            insecure=insecure,
            srs=srs.id.hex(),
            base=location.id.hex(),
            keypair=session.named_keypair,
        )
        head = Head(MAIN, str(first), 0, norm_bound=rules.norm_bound)
        draft.worktree.start(settings, manifest, head, rules)
        return draft.worktree


async def steps(workspace: Workspace, rules: Rules, on_progress: OnProgress) -> list[Step]:
    """What is missing of the repository on its chain: the account, the genesis, the keys.

    Empty when all is there.

    Raises WorktreeError when another model was created under the same name.
    """
    session, worktree = workspace.session, workspace.worktree
    config, manifest = worktree.config(), workspace.manifest
    chain = session.chain
    wallet, payer = session.wallet.pubkey, session.payer.pubkey
    repository, branch = workspace.repository, pda.branch(workspace.repository, MAIN)
    member = pda.member(repository, wallet)
    missing: list[Step] = []
    srs = await session.prover.srs()
    if await query.load(chain, accounts.Repository, repository) is None:
        missing.append(
            Step(
                program.repository_create(
                    payer=payer,
                    authority=wallet,
                    repository=repository,
                    member=member,
                    name=pda.padded_name(config.name),
                    flags=REPOSITORY_INSECURE if config.insecure else 0,
                    cluster=bytes.fromhex(config.cluster),
                    tau_g2=srs.tau_g2,
                ),
                (accounts.Repository.SIZE, accounts.Member.SIZE),
            )
        )
    base_hash = bytes.fromhex(config.base)
    found = await query.load(chain, accounts.Branch, branch)
    if found is not None and bytes(found.base_hash) != base_hash:
        raise WorktreeError(
            f"{config.spec} exists already, with another model.", hint="Choose another name, or clone it."
        )
    if found is None:
        missing.append(genesis_step(workspace, member, MAIN, manifest, base_hash, rules))
    if config.insecure:
        missing += await pin_steps(workspace, unit_size(manifest.elements, UNIT_SIZES), on_progress)
    return missing


def genesis_step(
    workspace: Workspace,
    member: Pubkey,
    name: str,
    manifest: Manifest,
    base_hash: bytes,
    rules: Rules,
    ancestor: Pubkey | None = None,
) -> Step:
    """Create a branch with a base of its own, made from `ancestor` when there is one."""
    session = workspace.session
    branch, location = pda.branch(workspace.repository, name), Location.local(base_hash)
    return Step(
        program.genesis_create(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            ancestor=ancestor,
            branch=branch,
            commit=pda.genesis(branch),
            name=pda.padded_name(name),
            manifest_hash=manifest.hash,
            base_hash=base_hash,
            location=types.BlobLocation(tag=int(location.tag), id=location.id),
            chunks=manifest.chunks,
            rules=rules.arguments(),
        ),
        (accounts.Branch.SIZE, accounts.Commit.SIZE),
    )
