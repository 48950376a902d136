"""`checkout --export`: a commit as a folder that other libraries load, with a card of its lineage."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity._generated import accounts
from federity.frameworks.headers import header_of
from federity.frameworks.huggingface import CONFIG, library, sound_texts, write_folder
from federity.progress import OnProgress
from federity.repository.ledger import heads, views
from federity.repository.ledger.history import ancestors
from federity.repository.ledger.references import resolve
from federity.repository.ledger.weights import parts_of_weights
from federity.repository.reports import ExportReport
from federity.repository.verification.provenance import gaps
from federity.repository.working_copy.digest import digest

if TYPE_CHECKING:
    from federity.repository.reports.state_reports import CommitView
    from federity.repository.working_copy.workspace import Workspace

# A card names so many commits; the rest are counted.
LISTED = 50
INSECURE = "yes: development keys, whose secrets are public"


async def export(workspace: Workspace, reference: Any, folder: Path, on_progress: OnProgress) -> ExportReport:
    """See `Repository.export`."""
    await workspace.check_chain()
    address = await resolve(workspace, reference)
    there = await workspace.on_base_of(await workspace.commit(address))
    _, state = await heads.state_of(there, address, heads.Fetch(on_progress))
    weights = await parts_of_weights(there, state)
    identity = await asyncio.to_thread(digest, weights)
    line = [
        await views.commit_view(await workspace.on_base_of(commit), at, commit)
        async for at, commit in ancestors(workspace, address)
    ]
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    texts = sound_texts(there.manifest.metadata, workspace.worktree.config().spec)
    card = _card(workspace, line, identity, bytes(repository.cluster).hex(), library(texts))
    await asyncio.to_thread(write_folder, folder, weights, texts, card, header_of(there.manifest.metadata))
    return ExportReport(str(address), str(folder), identity, CONFIG in texts)


def _card(workspace: Workspace, line: list[CommitView], identity: str, cluster: str, loaded_by: str) -> str:
    """The model card: lineage down to the genesis, levels, and what no proof says. Deterministic."""
    config = workspace.worktree.config()
    commit = line[0]
    lowest = min((view.level for view in line if view.kind != "genesis"), default=0)
    # Authors' texts are quoted as JSON strings, so that none can pass for a part of the card.
    history = [_row(view) for view in line[:LISTED]]
    if len(line) > LISTED:
        history.append(f"| and {len(line) - LISTED} older | | | | | |")
    unproved = [f"* {gap}" for gap in gaps(config.insecure)]
    return "\n".join(
        [
            "---",
            *([f"library_name: {loaded_by}"] if loaded_by else []),
            "tags:",
            "- federity",
            "---",
            "",
            f"# {config.name}",
            "",
            "A commit of a model under version control with Federity, rebuilt from its chain to the bit.",
            "",
            "| what | value |",
            "| --- | --- |",
            f"| repository | `{config.spec}`, account `{config.repository}` |",
            f"| cluster (genesis hash) | `{cluster}` |",
            f"| commit | `{commit.address}` ({commit.kind}) |",
            f"| parent | {f'`{commit.parent}`' if commit.parent else 'none: this is the genesis'} |",
            f"| level of this commit | {commit.level_meaning} |",
            f"| lowest level down to the genesis | L{lowest} |",
            f"| weights, sha256 over names, shapes and bytes | `{identity}` |",
            f"| created insecure | {INSECURE if config.insecure else 'no'} |",
            "",
            "## Lineage",
            "",
            "| commit | kind | level | author | merged commits and weights (of 65536) | message |",
            "| --- | --- | --- | --- | --- | --- |",
            *history,
            "",
            "## What is not proved",
            "",
            *unproved,
            "",
            "`federity verify` rechecks all of this from the chain and the stored blobs.",
            "",
        ]
    )


def _row(view: CommitView) -> str:
    cells = (
        f"`{view.address}`",
        view.kind,
        f"L{view.level}",
        f"`{view.author}`",
        _parts(view),
        _quoted(view.message),
    )
    return f"| {' | '.join(cells)} |"


def _parts(view: CommitView) -> str:
    return ", ".join(f"`{part.commit}` {part.weight}" for part in view.merged) or "-"


def _quoted(text: str) -> str:
    return json.dumps(text).replace("|", "\\u007c").replace("<", "\\u003c").replace("`", "\\u0060")
