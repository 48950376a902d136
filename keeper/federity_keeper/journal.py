"""What a keeper writes down: transactions before they are sent, and verdicts and distances so that no blob
is inspected or compared twice.

Only a cache and an outbox. Losing it costs time; a stale or damaged entry is dropped, because the chain
decides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from solders.signature import Signature

from federity.chain.base import Prepared
from federity.files import listed, remove
from federity.local_files import Format, drop_cache
from federity.records import Count, Digest, Hex
from federity.repository.working_copy.lock import write_atomic
from federity_keeper.planner import Distances, Verdict

__all__ = ["Journal"]


@dataclass(frozen=True)
class KeptTransaction:
    """Signed bytes, and the hash that says until when they may run."""

    transaction: Hex
    blockhash: str


@dataclass(frozen=True)
class KeptVerdict:
    """A verdict, its blob's hash in hex."""

    blob_hash: Digest
    opened: bool
    sound: bool
    reason: str
    figure: float | None
    before: float | None
    retry_at: int | None


@dataclass(frozen=True)
class KeptDistance:
    """How far two blobs are from one another, by their hashes."""

    one: Digest
    other: Digest
    apart: Count


@dataclass(frozen=True)
class KeptDistances:
    """All distances of a round's commits."""

    pairs: tuple[KeptDistance, ...]


_ANEW = "Delete it: the chain says what is left to do."
_TRANSACTION = Format(KeptTransaction, _ANEW)
_VERDICT = Format(KeptVerdict, _ANEW)
_DISTANCES = Format(KeptDistances, _ANEW, limit=1 << 25)


class Journal:
    """The files under one keeper's state folder: `outbox/SIGNATURE.json`, `verdicts/COMMIT.json` and
    `distances.json`.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made when something is first written."""
        self._outbox = folder / "outbox"
        self._verdicts = folder / "verdicts"
        self._distances = folder / "distances.json"

    # --- transactions

    def record(self, prepared: Prepared) -> None:
        """Write signed bytes down; after this returns they may be sent.

        Raises StorageFull, FileUnavailable.
        """
        kept = KeptTransaction(prepared.transaction.hex(), prepared.blockhash)
        write_atomic(self._outbox / f"{prepared.signature}.json", _TRANSACTION.encode(kept))

    def settle(self, signature: Signature) -> None:
        """Forget a transaction that has run, was refused, or can never run."""
        remove(self._outbox / f"{signature}.json")

    def unsettled(self) -> list[Prepared]:
        """Transactions that may or may not have run, oldest first. Damaged entries are dropped."""
        found = []
        for path in sorted(listed(self._outbox, ".json"), key=lambda path: path.stat().st_mtime_ns):
            kept = _TRANSACTION.read_cache(path)
            if kept is None:
                continue
            try:
                signature = Signature.from_string(path.stem)
            except ValueError as error:
                drop_cache(path, str(error))
                continue
            found.append(Prepared(signature, bytes.fromhex(kept.transaction), kept.blockhash))
        return found

    # --- verdicts

    def verdicts(self) -> Mapping[str, Verdict]:
        """All verdicts by commit. Damaged entries are dropped: the blob is inspected again."""
        found = {}
        for path in listed(self._verdicts, ".json"):
            kept = _VERDICT.read_cache(path)
            if kept is not None:
                found[path.stem] = Verdict(**{**asdict(kept), "blob_hash": bytes.fromhex(kept.blob_hash)})
        return found

    def decide(self, commit: str, verdict: Verdict) -> None:
        """Keep what inspecting a commit found. Raises StorageFull, FileUnavailable."""
        if verdict.figure is not None and not math.isfinite(verdict.figure):
            verdict = replace(verdict, figure=None)  # the reason has told of it
        kept = KeptVerdict(**{**asdict(verdict), "blob_hash": verdict.blob_hash.hex()})
        write_atomic(self._verdicts / f"{commit}.json", _VERDICT.encode(kept))

    def forget(self, keep: frozenset[str]) -> None:
        """Drop verdicts on commits that no round decides about any more."""
        for path in listed(self._verdicts, ".json"):
            if path.stem not in keep:
                remove(path)
        remove(self._distances)

    # --- distances

    def distances(self) -> Distances:
        """Squared distances by the hashes of two blobs. A damaged file is dropped: it is measured again."""
        kept = _DISTANCES.read_cache(self._distances)
        if kept is None:
            return {}
        return {(bytes.fromhex(pair.one), bytes.fromhex(pair.other)): pair.apart for pair in kept.pairs}

    def compare(self, found: Distances) -> None:
        """Keep what comparing a round's commits found. Raises StorageFull, FileUnavailable."""
        pairs = (KeptDistance(one.hex(), other.hex(), apart) for (one, other), apart in found.items())
        write_atomic(self._distances, _DISTANCES.encode(KeptDistances(tuple(pairs))))
