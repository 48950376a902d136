"""`init` and the first push: a repository and its genesis, first here, then on the chain."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.chain import pda
from federity.errors import ConfigError, Insecure
from federity.frameworks.base_models import declared
from federity.frameworks.headers import recorded
from federity.frameworks.huggingface import texts_of, weights_file
from federity.objects import base_parts, manifest_of
from federity.repository.ledger.mainnet import refuse_on_mainnet
from federity.repository.ledger.memory import ZERO
from federity.repository.reports.rules import Rules
from federity.repository.steps.create_steps import MAIN
from federity.repository.working_copy.digest import digest
from federity.repository.working_copy.in_hand import Loaded
from federity.repository.working_copy.models import buffers_of, tensors_of
from federity.repository.working_copy.settings import Head, WorktreeConfig
from federity.repository.working_copy.workspace import Workspace
from federity.repository.working_copy.worktree import MODEL, Worktree

if TYPE_CHECKING:
    from federity.session import Session

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
    base_models: Sequence[str] = (),
) -> Worktree:
    """See `Repository.init`."""
    if bits not in BITS:
        raise ConfigError(f"Deltas of {bits} bits are not possible: they have {' or '.join(map(str, BITS))}.")
    rules.check_reachable()
    made_of = declared(base_models)
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
        metadata={**texts_of(source), **recorded(source), **made_of},
        keep_zeros=keep_zeros,
    )
    parts = await asyncio.to_thread(base_parts, manifest, tensors)

    owner = session.wallet.pubkey
    repository = pda.repository(owner, name)
    first = pda.genesis(pda.branch(repository, MAIN))
    draft = Workspace(session, Worktree.prepare(path)[0])
    async with draft.worktree.lock("init"):
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
