"""What a keeper writes down: transactions before they are sent, and verdicts and distances so that no blob
is inspected or compared twice.

Only a cache and an outbox. Losing it costs time; a stale or damaged entry is dropped, because the chain
decides.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path

from solders.signature import Signature

from federity.chain.base import Prepared
from federity.repository.files import write_atomic
from federity_keeper.planner import Distances, Verdict

__all__ = ["Journal"]


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
        """Write signed bytes down; after this returns they may be sent. Raises StorageFull, WorktreeError."""
        document = {"transaction": prepared.transaction.hex(), "blockhash": prepared.blockhash}
        write_atomic(self._outbox / f"{prepared.signature}.json", json.dumps(document).encode())

    def settle(self, signature: Signature) -> None:
        """Forget a transaction that has run, was refused, or can never run."""
        (self._outbox / f"{signature}.json").unlink(missing_ok=True)

    def unsettled(self) -> list[Prepared]:
        """Transactions that may or may not have run, oldest first. Damaged entries are dropped."""
        found = []
        for path in sorted(self._outbox.glob("*.json"), key=lambda path: path.stat().st_mtime_ns):
            try:
                document = json.loads(path.read_bytes())
                found.append(
                    Prepared(
                        Signature.from_string(path.stem),
                        bytes.fromhex(document["transaction"]),
                        str(document["blockhash"]),
                    )
                )
            except (ValueError, KeyError, TypeError):
                path.unlink(missing_ok=True)
        return found

    # --- verdicts

    def verdicts(self) -> Mapping[str, Verdict]:
        """All verdicts by commit. Damaged entries are dropped: the blob is inspected again."""
        names = {field.name for field in fields(Verdict)}
        found = {}
        for path in self._verdicts.glob("*.json"):
            try:
                values = json.loads(path.read_bytes())
                if values.keys() != names:
                    raise ValueError("other fields than a verdict's")
                found[path.stem] = Verdict(**{**values, "blob_hash": bytes.fromhex(values["blob_hash"])})
            except (ValueError, TypeError, AttributeError):
                with contextlib.suppress(OSError):
                    path.unlink()
        return found

    def decide(self, commit: str, verdict: Verdict) -> None:
        """Keep what inspecting a commit found. Raises StorageFull, WorktreeError."""
        document = {**asdict(verdict), "blob_hash": verdict.blob_hash.hex()}
        write_atomic(self._verdicts / f"{commit}.json", json.dumps(document).encode())

    def forget(self, keep: frozenset[str]) -> None:
        """Drop verdicts on commits that no round decides about any more."""
        for path in self._verdicts.glob("*.json"):
            if path.stem not in keep:
                path.unlink(missing_ok=True)
        self._distances.unlink(missing_ok=True)

    # --- distances

    def distances(self) -> Distances:
        """Squared distances by the hashes of two blobs. A damaged file is dropped: it is measured again."""
        try:
            found = json.loads(self._distances.read_bytes())
            return {(bytes.fromhex(one), bytes.fromhex(other)): int(apart) for one, other, apart in found}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError):
            self._distances.unlink(missing_ok=True)
            return {}

    def compare(self, found: Distances) -> None:
        """Keep what comparing a round's commits found. Raises StorageFull, WorktreeError."""
        document = [[one.hex(), other.hex(), apart] for (one, other), apart in found.items()]
        write_atomic(self._distances, json.dumps(document).encode())
