"""`verify --export`: whether a folder that an export made is still what the chain says, field by field.

Nothing in the folder is believed. Which commit it is of is read there; all else is made again from chain and
store, and compared.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.errors import BadBlob, BlobError, ConfigError, NotFound
from federity.frameworks.huggingface import WEIGHTS
from federity.local_files import Unsound, contents
from federity.progress import OnProgress
from federity.repository.evidence import folder as room
from federity.repository.evidence.bom import bom
from federity.repository.evidence.comparing import differences, first
from federity.repository.evidence.contents import check_contents, expected
from federity.repository.evidence.dsse import opened
from federity.repository.evidence.lineage import Lineage
from federity.repository.evidence.model_signature import signed_files
from federity.repository.evidence.reading import lineage_of
from federity.repository.evidence.signer import read
from federity.repository.evidence.statement import MEDIA_TYPE, statement
from federity.repository.ledger import query
from federity.repository.ledger.roles import NAMES, role_now
from federity.repository.reports import Check, FolderReport
from federity.repository.verification.provenance import absent, failed, passed

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader

__all__ = ["check_folder", "repository_of"]


async def check_folder(reader: Reader, folder: Path, version: str, on_progress: OnProgress) -> FolderReport:
    """See `Repository.verify_export`."""
    await reader.check_chain()
    found = await asyncio.to_thread(_statement, folder)
    address = _named(found, "commit")
    try:
        lineage = await lineage_of(reader, address)
    except NotFound as error:
        raise BadBlob(
            f"{folder / room.PROVENANCE} is about a commit that this repository does not have: {address}.",
            hint="Run this in a working copy of the repository that the folder is of.",
        ) from error
    made_by = _version(found)
    files = await asyncio.to_thread(room.digests, folder)
    checks = [_document(room.PROVENANCE, statement(lineage, files, made_by), found)]
    checks.append(await asyncio.to_thread(_bom, folder, lineage, files))
    try:
        wanted = await expected(reader, address, lineage, on_progress)
    except (BlobError, ConfigError) as error:
        checks.append(absent("contents", error.sentence))
    else:
        checks += await asyncio.to_thread(check_contents, folder, files, wanted, made_by == version)
    signer, signatures = await asyncio.to_thread(_signatures, folder, lineage)
    checks += signatures
    return FolderReport(
        folder=str(folder),
        repository=lineage.spec,
        commit=lineage.commit,
        id=lineage.id,
        signer=signer,
        role=await _role(reader, Pubkey.from_string(lineage.repository), signer) if signer else "",
        checks=tuple(checks),
        ok=all(check.outcome != "failed" for check in checks),
        complete=all(check.outcome == "passed" for check in checks),
    )


def repository_of(folder: Path) -> Pubkey:
    """The repository that a folder says it is of: where to look, and nothing to believe.

    Raises NotFound, BadBlob, FileUnavailable.
    """
    return _named(_statement(folder), "repository")


def _statement(folder: Path) -> Any:
    try:
        return room.document(folder / room.PROVENANCE)[1]
    except FileNotFoundError as error:
        raise NotFound(
            f"{folder} has no {room.PROVENANCE}: it is no folder that an export made.",
            hint="`federity checkout COMMIT --export DIR` makes one.",
        ) from error
    except BadBlob as error:
        raise BadBlob(f"{folder / room.PROVENANCE}: {error.sentence}") from error


def _named(found: Any, what: str) -> Pubkey:
    """The commit, or the repository, that a statement is about. Raises BadBlob."""
    try:
        text = found["predicate"]["buildDefinition"]["externalParameters"][what]
        return Pubkey.from_string(text.rpartition(":")[2])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadBlob(f"{room.PROVENANCE} names no {what}.") from error


def _version(found: Any) -> str:
    """Which Federity wrote a statement: no fact of the lineage, and nobody can say it but the statement."""
    try:
        said = found["predicate"]["runDetails"]["builder"]["version"]["federity"]
    except (KeyError, TypeError):
        return ""
    return said[:100] if isinstance(said, str) else ""


def _document(name: str, wanted: dict[str, Any], found: Any) -> Check:
    wrong = first(differences(wanted, found))
    return failed(name, f"chain and folder say otherwise: {wrong}") if wrong else passed(name)


def _bom(folder: Path, lineage: Lineage, files: dict[str, str]) -> Check:
    try:
        _, found = room.document(folder / room.BOM)
    except FileNotFoundError:
        return failed(room.BOM, "it is not there")
    except BadBlob as error:
        return failed(room.BOM, error.sentence)
    return _document(room.BOM, bom(lineage, files, WEIGHTS), found)


def _signatures(folder: Path, lineage: Lineage) -> tuple[str, list[Check]]:
    """Whose key signed the folder, and what is wrong with that."""
    there = [name for name in room.SIGNED if (folder / name).exists()]
    if not there:
        return "", [absent("signature", "nobody signed this folder")]
    missing = [name for name in room.SIGNED if name not in there]
    if missing:
        return "", [failed("signature", f"{', '.join(missing)} is not there")]
    try:
        voucher = read(room.document(folder / room.SIGNER)[1], lineage)
    except BlobError as error:
        return "", [failed(room.SIGNER, error.sentence)]
    checks = [passed(room.SIGNER, f"{voucher.wallet} vouches for the key")]
    for name, check in ((room.PUBLIC, _public), (room.ENVELOPE, _envelope), (room.SIGNATURE, _model)):
        try:
            check(folder, voucher.public)
        except ConfigError as error:
            checks.append(absent(name, error.sentence))
        except BlobError as error:
            checks.append(failed(name, error.sentence))
        else:
            checks.append(passed(name))
    return voucher.wallet, checks


def _public(folder: Path, public: str) -> None:
    try:
        same = contents(folder / room.PUBLIC) == public.encode()
    except Unsound as error:
        raise BadBlob(f"It cannot be the key: {error}.") from error
    if not same:
        raise BadBlob(f"It is not the key in {room.SIGNER}.")


def _envelope(folder: Path, public: str) -> None:
    payload = opened(room.document(folder / room.ENVELOPE)[1], MEDIA_TYPE, public)
    if payload != room.document(folder / room.PROVENANCE)[0]:
        raise BadBlob(f"What is signed is not {room.PROVENANCE}.")


def _model(folder: Path, public: str) -> None:
    said = signed_files(room.document(folder / room.SIGNATURE)[1], public)
    wrong = first(differences(room.digests(folder, without=(room.SIGNATURE,)), said))
    if wrong:
        raise BadBlob(f"It is of other files: {wrong}.")


async def _role(reader: Reader, home: Pubkey, signer: str) -> str:
    """What a signer is in a repository now."""
    repository = await reader.load(accounts.Repository, home, "repository")
    member = await query.load(
        reader.session.chain, accounts.Member, pda.member(home, Pubkey.from_string(signer))
    )
    return NAMES[role_now(repository, member)] if member is not None else "no member"
