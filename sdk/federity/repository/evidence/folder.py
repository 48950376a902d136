"""A folder that an export made: which of its files are evidence, and what is in the others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.errors import BadBlob
from federity.files import reading
from federity.frameworks.huggingface import WEIGHTS
from federity.local_files import Unsound, contents
from federity.objects.blob import BlobFile
from federity.parsing import parse
from federity.progress import passing
from federity.repository.evidence.bom import bom
from federity.repository.evidence.dsse import envelope
from federity.repository.evidence.lineage import Lineage
from federity.repository.evidence.model_signature import IGNORED, signature
from federity.repository.evidence.signer import vouched
from federity.repository.evidence.statement import MEDIA_TYPE, statement
from federity.repository.evidence.written import written

if TYPE_CHECKING:
    from federity.chain.base import Signer
    from federity.signing_key import SigningKey

__all__ = [
    "BOM",
    "ENVELOPE",
    "EVIDENCE",
    "PROVENANCE",
    "PUBLIC",
    "SIGNATURE",
    "SIGNED",
    "SIGNER",
    "add_evidence",
    "digests",
    "document",
    "sha256_of",
]

PROVENANCE = "provenance.json"
BOM = "bom.cdx.json"
SIGNER = "signer.json"
PUBLIC = "signer.pem"
ENVELOPE = "provenance.dsse.json"
SIGNATURE = "model.sig"
SIGNED = (SIGNER, PUBLIC, ENVELOPE, SIGNATURE)
EVIDENCE = (PROVENANCE, BOM, *SIGNED)

_LARGEST = 1 << 26
"""Bytes of a document that is read; one of 100,000 updates has about half as many."""
_AT_ONCE = 1 << 20


def add_evidence(
    folder: Path, name: str, lineage: Lineage, version: str, signing: tuple[SigningKey, Signer] | None
) -> None:
    """Write the evidence into a folder that is otherwise whole; signed, with a key and the wallet it is of.

    `name` is what the folder will be called. Raises FileUnavailable, StorageFull, WalletError, ConfigError.
    """
    files = digests(folder)
    provenance = written(statement(lineage, files, version))
    (folder / PROVENANCE).write_bytes(provenance)
    (folder / BOM).write_bytes(written(bom(lineage, files, WEIGHTS)))
    if signing is None:
        return
    key, wallet = signing
    voucher = vouched(wallet, lineage, key.public)
    (folder / SIGNER).write_bytes(written(voucher.to_json()))
    (folder / PUBLIC).write_text(key.public)
    (folder / ENVELOPE).write_bytes(written(envelope(key, provenance, MEDIA_TYPE)))
    (folder / SIGNATURE).write_bytes(
        written(signature(key, name, digests(folder, without=(SIGNATURE,)), SIGNATURE))
    )


def digests(folder: Path, without: tuple[str, ...] = EVIDENCE) -> dict[str, str]:
    """By name the sha256 of the folder's files, those in folders inside it too, but for what is `without` and
    what git and the Hub leave there. Raises FileUnavailable, also for what is no plain file.
    """
    found: dict[str, str] = {}
    waiting = [path for path in _inside(folder) if path.name not in (*IGNORED, *without)]
    while waiting:
        path = waiting.pop()
        if path.is_dir() and not path.is_symlink():
            waiting += _inside(path)
        else:
            found[path.relative_to(folder).as_posix()] = sha256_of(path)
    return dict(sorted(found.items()))


def _inside(folder: Path) -> list[Path]:
    """All there is, whatever its name: nothing hides from a signature."""
    with reading(folder):
        return list(folder.iterdir())


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hex. Raises FileNotFoundError, FileUnavailable."""
    data, state = BlobFile(path), hashlib.sha256()
    parts = (data[start : start + _AT_ONCE] for start in range(0, len(data), _AT_ONCE))
    for part in passing(f"hashing {path.name}", parts, len(data), len, "bytes"):
        state.update(part)
    return state.hexdigest()


def document(path: Path) -> tuple[bytes, Any]:
    """A document's bytes, and what they say. Raises FileNotFoundError, FileUnavailable, BadBlob."""
    try:
        data = contents(path, _LARGEST)
        return data, parse(data.decode(), unique=_unique)
    except (Unsound, ValueError) as error:
        raise BadBlob(f"It is no JSON: {error}.") from error


def _unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found
