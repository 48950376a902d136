"""What an export of a commit writes, made again from chain and store, and compared with what a folder has."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from federity.errors import BadModelFile, ConfigError
from federity.frameworks import keras_folder
from federity.frameworks.base_models import base_models_of
from federity.frameworks.headers import header_of
from federity.frameworks.huggingface import CARD, WEIGHTS, library, sound_texts, write_folder
from federity.local_files import Unsound, contents
from federity.objects.blob import BlobFile
from federity.objects.container import stream
from federity.parsing import parse
from federity.progress import OnProgress
from federity.repository.evidence.card import UNREAD, card
from federity.repository.evidence.folder import digests
from federity.repository.evidence.lineage import Lineage
from federity.repository.ledger import heads, views
from federity.repository.ledger.history import ancestors
from federity.repository.ledger.weights import parts_of_weights
from federity.repository.reports import Check
from federity.repository.verification.provenance import absent, failed, passed
from federity.repository.working_copy.digest import digest

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.objects.tensors import Tensor
    from federity.repository.ledger.reader import Reader

__all__ = ["Expected", "check_contents", "expected"]

_KERAS = (keras_folder.WEIGHTS, keras_folder.METADATA)


@dataclass(frozen=True)
class Expected:
    """What an export writes: weights, the texts in their file's header, what describes the architecture, and
    the card. `identity` is that of the weights.
    """

    weights: Mapping[str, Tensor]
    header: Mapping[str, str]
    texts: Mapping[str, str]
    card: str
    identity: str

    def write(self, folder: Path, finish: Callable[[Path], None] | None = None) -> None:
        """Write it: see `write_folder`."""
        write_folder(folder, self.weights, self.texts, self.card, self.header, finish)


async def expected(reader: Reader, address: Pubkey, lineage: Lineage, on_progress: OnProgress) -> Expected:
    """What an export of a commit writes. Raises BlobError, FileUnavailable, BadModelFile."""
    there = await reader.on_base_of(await reader.commit(address))
    _, state = await heads.state_of(there, address, heads.Fetch(on_progress))
    weights = await parts_of_weights(there, state)
    identity = await asyncio.to_thread(digest, weights)
    line = [
        await views.commit_view(await reader.on_base_of(commit), at, commit)
        async for at, commit in ancestors(reader, address)
    ]
    metadata = there.manifest.metadata
    texts = sound_texts(metadata, lineage.spec)
    made = card(
        lineage,
        line,
        identity=identity,
        loaded_by=library(texts),
        base_models=base_models_of(metadata),
    )
    return Expected(weights, header_of(metadata), texts, made, identity)


def check_contents(
    folder: Path, files: Mapping[str, str], wanted: Expected, same_version: bool
) -> list[Check]:
    """Compare the files of a folder, by name the sha256 of each, with what an export writes.

    Prose of a card may be another in another version of Federity, and Keras's own file in one of Keras: then
    nobody can say.
    """
    try:
        own = _digests(wanted)
    except (ConfigError, BadModelFile) as error:
        own = _plain(wanted)
        unknown = error.sentence
    else:
        unknown = ""
    checks = []
    for name in sorted({*files, *own}):
        if name not in own and unknown and name in _KERAS:
            checks.append(absent(name, unknown))
        elif name not in own:
            checks.append(failed(name, "no export writes such a file"))
        elif name not in files:
            checks.append(failed(name, "it is not there"))
        elif files[name] == own[name]:
            checks.append(passed(name))
        else:
            checks.append(_differs(folder, name, wanted, same_version))
    return checks


def _differs(folder: Path, name: str, wanted: Expected, same_version: bool) -> Check:
    if name == CARD:
        if not same_version:
            return absent(name, "another version of Federity wrote it")
        number = _line(folder / CARD, wanted.card)
        if number:
            return failed(name, f"line {number} is not what the chain says")
        return absent(name, "not every author's words can be read, or could when it was written")
    if name in _KERAS and _keras(folder) != _own_keras():
        return absent(name, f"Keras {_keras(folder)} wrote it")
    return failed(name, "these are other bytes than the commit's")


def _digests(wanted: Expected) -> dict[str, str]:
    """What an export's files are; Keras's own are made anew. Raises ConfigError without it, BadModelFile."""
    if library(wanted.texts) != "keras":
        return _plain(wanted)
    with tempfile.TemporaryDirectory(prefix="federity-") as scratch:
        wanted.write(Path(scratch) / "made")
        return digests(Path(scratch) / "made")


def _plain(wanted: Expected) -> dict[str, str]:
    state = hashlib.sha256()
    for part in stream(wanted.weights, wanted.header):
        state.update(part)
    texts = {**wanted.texts, CARD: wanted.card}
    found = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    return {WEIGHTS: state.hexdigest(), **found}


def _line(path: Path, text: str) -> int:
    """The first line of a file that is not a text's; 0 when only words differ that one of the two has not."""
    # As much of it as can be of use: it is a stranger's file, of any size.
    data = BlobFile(path)[: 2 * len(text.encode()) + 1]
    found, wanted = data.decode(errors="replace").split("\n"), text.split("\n")
    for number, (one, other) in enumerate(zip(found, wanted, strict=False), 1):
        if one != other and not _unread(one, other):
            return number
    return 0 if len(found) == len(wanted) else min(len(found), len(wanted)) + 1


def _unread(one: str, other: str) -> bool:
    """Whether two lines are the same row of the history, and one of them lacks its message."""
    end = f"| {UNREAD} |"
    same = one.rpartition(" | ")[0] == other.rpartition(" | ")[0]
    return same and (one.endswith(end) or other.endswith(end))


def _keras(folder: Path) -> str:
    try:
        found = parse(contents(folder / keras_folder.METADATA).decode())
        return str(found["keras_version"])[:100]
    except (FileNotFoundError, Unsound, ValueError, KeyError, TypeError):
        return ""


def _own_keras() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("keras")
    except PackageNotFoundError:
        return ""
