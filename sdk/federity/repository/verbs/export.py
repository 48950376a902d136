"""`checkout --export`: a commit as a folder that other libraries load, with evidence of its past."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.config import Config
from federity.frameworks.huggingface import CONFIG
from federity.progress import OnProgress
from federity.repository.evidence.contents import expected
from federity.repository.evidence.folder import add_evidence
from federity.repository.evidence.reading import lineage_of
from federity.repository.ledger.references import resolve
from federity.repository.reports import ExportReport
from federity.signing_key import FOLDER, SigningKey, key_file

if TYPE_CHECKING:
    from federity.chain.base import Signer
    from federity.repository.working_copy.workspace import Workspace
    from federity.session import Session


async def export(
    workspace: Workspace, reference: Any, folder: Path, version: str, on_progress: OnProgress
) -> ExportReport:
    """See `Repository.export`."""
    await workspace.check_chain()
    address = await resolve(workspace, reference)
    signing = await asyncio.to_thread(_signing, workspace.session)
    lineage = await lineage_of(workspace, address)
    wanted = await expected(workspace, address, lineage, on_progress)

    def finish(made: Path) -> None:
        add_evidence(made, folder.resolve().name, lineage, version, signing)

    await asyncio.to_thread(wanted.write, folder, finish)
    return ExportReport(
        commit=str(address),
        folder=str(folder),
        digest=wanted.identity,
        config=CONFIG in wanted.texts,
        signer="" if signing is None else str(signing[1].pubkey),
    )


def _signing(session: Session) -> tuple[SigningKey, Signer] | None:
    """The wallet's signing key, if it has one: who has none at all needs no wallet here."""
    home = Config.read().home
    if not (home / FOLDER).is_dir():
        return None
    key = SigningKey.read(key_file(home, str(session.wallet.pubkey)))
    return None if key is None else (key, session.wallet)
