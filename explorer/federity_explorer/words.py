"""What strangers wrote beside their vectors, fetched from the store in the background and kept in the index.

Messages, figures, reviews, model cards, NFTs' descriptions and pictures are in blobs under hashes of the
chain. A page never waits for a store: it shows what was fetched, or says why there is nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

from federity.errors import BadBlob, BlobError, BlobMissing, FederityError, FileUnavailable
from federity.frameworks.base_models import base_models_of
from federity.objects import Location, Manifest
from federity.objects.container import read
from federity.objects.location import LocationKind
from federity.repository.ledger.notes import LONGEST
from federity.repository.nfts import document
from federity.repository.nfts.links import place_of
from federity.storage.base import Storage
from federity.text import printable
from federity_explorer.index.store import Store

__all__ = ["Words"]

TEXT = 4096
"""Characters of a message that are kept."""

FIRST_RETRY, LAST_RETRY, TRIES = 5, 3600, 12
AT_ONCE = 16
TENSORS = 400
PICTURE = 256 << 10
"""Bytes of an NFT's picture that is shown."""


@dataclass(frozen=True)
class _Found:
    """A blob's text and figures; `more` are blobs that it names: their hashes, kinds and places."""

    text: str
    figures: dict[str, str] = field(default_factory=dict)
    more: tuple[tuple[str, str, str], ...] = ()


class Words:
    """Fetches what the index says is missing."""

    def __init__(self, store: Store, storage: Storage, limit: int) -> None:
        """`limit` is the bytes of the largest blob that is fetched for its words."""
        self._store = store
        self._storage = storage
        self._limit = limit

    async def fetch(self) -> int:
        """Fetch some of what waits; how many there were."""
        now = int(time.time())
        rows = await asyncio.to_thread(self._waiting, now)
        for row in rows:
            await self._one(row["hash"], row["kind"], row["tries"], now)
        return len(rows)

    def _waiting(self, now: int) -> list[Any]:
        return self._store.db.execute(
            "SELECT hash, kind, tries FROM words WHERE again > 0 AND again <= ? LIMIT ?", (now, AT_ONCE)
        ).fetchall()

    async def _one(self, digest: str, kind: str, tries: int, now: int) -> None:
        values: dict[str, Any]
        more: tuple[tuple[str, str, str], ...] = ()
        try:
            found = await self._read(digest, kind)
        except (BlobMissing, FileUnavailable) as error:
            # Perhaps not there yet: who pushes uploads beside the chain.
            wait = min(FIRST_RETRY << tries, LAST_RETRY)
            values = {
                "problem": f"The store does not give it: {error.sentence}",
                "tries": tries + 1,
                "again": now + wait if tries < TRIES else 0,
            }
        except FederityError as error:
            values = {"problem": error.sentence, "again": 0}
        else:
            figures = json.dumps(found.figures)
            values = {"text": found.text, "figures": figures, "problem": "", "again": 0}
            more = found.more
        values["problem"] = printable(values["problem"])[:500]
        await asyncio.to_thread(self._keep, digest, kind, values, more)

    def _keep(
        self, digest: str, kind: str, values: dict[str, Any], more: tuple[tuple[str, str, str], ...]
    ) -> None:
        with self._store.writing():
            self._store.put("words", digest, kind, **values)
            for named, its_kind, place in more:
                if self._store.row("words", named, its_kind) is None:
                    self._store.put("words", named, its_kind, place=place)

    async def _read(self, digest: str, kind: str) -> _Found:
        sha256 = bytes.fromhex(digest)
        limit = min(LIMITS.get(kind, self._limit), self._limit)
        failure: BlobError | FileUnavailable | None = None
        for place in await asyncio.to_thread(self._places, digest):
            try:
                blob = await self._storage.get(place, limit, sha256=sha256)
            except (BlobError, FileUnavailable) as error:
                failure = failure or error
                continue
            return await asyncio.to_thread(READERS.get(kind, _delta), blob)
        if kind == "note" and isinstance(failure, BlobMissing) and await asyncio.to_thread(self._permanent):
            return _note(await self._storage.sought(sha256, limit))
        raise failure or BlobMissing("nobody says where it is")

    def _permanent(self) -> bool:
        """Whether any commit's blob is said to be on Arweave; of a note, the chain says no place."""
        rows = self._store.db.execute(
            "SELECT 1 FROM (SELECT location FROM commits UNION ALL SELECT location FROM locations)"
            " WHERE location LIKE 'arweave:%' OR location LIKE 'bundled:%' LIMIT 1"
        )
        return rows.fetchone() is not None

    def _places(self, digest: str) -> list[Location]:
        """Where a blob is said to be: by its hash alone, by its author, by others."""
        rows = self._store.db.execute(
            "SELECT location FROM commits WHERE blob_hash = ?1 UNION"
            " SELECT location FROM locations WHERE blob_hash = ?1 UNION"
            " SELECT location FROM nfts WHERE blob_hash = ?1 UNION"
            " SELECT place FROM words WHERE hash = ?1 LIMIT 6",
            (digest,),
        ).fetchall()
        found = [Location.local(bytes.fromhex(digest))]
        for (text,) in rows:
            kind, _, identity = text.partition(":")
            if kind.upper() in LocationKind.__members__ and len(identity) == 64:
                found.append(Location(LocationKind[kind.upper()], bytes.fromhex(identity)))
        return list(dict.fromkeys(found))


def _note(blob: Any) -> _Found:
    return _Found(bytes(blob).decode(errors="replace")[:LONGEST])


def _base(blob: Any) -> _Found:
    return _Found(_model(Manifest.from_json(read(blob).metadata.get("manifest", "").encode())))


def _delta(blob: Any) -> _Found:
    metadata = read(blob).metadata
    if metadata.get("federity") != "delta/1":
        raise BadBlob("The blob is no delta.")
    figures = {
        name.removeprefix("figure."): text[:40]
        for name, text in metadata.items()
        if name.startswith("figure.") and len(name) < 60
    }
    return _Found(metadata.get("message", "")[:TEXT], dict(list(figures.items())[:20]))


def _nft(blob: Any) -> _Found:
    """What an NFT's description says, and the picture that it names, where that is one of the program's."""
    said = document.read(bytes(blob))
    more: tuple[tuple[str, str, str], ...] = ()
    picture = ""
    try:
        place = place_of(str(said.get("image", "")))
    except BadBlob:
        pass
    else:
        picture = place.sha256.hex()
        more = ((picture, "picture", str(place.location)),)
    traits = said.get("attributes")
    attributes = {
        str(one.get("trait_type"))[:80]: str(one.get("value"))[:200]
        for one in (traits[:40] if isinstance(traits, list) else ())
        if isinstance(one, dict)
    }
    text = {
        "name": str(said.get("name", ""))[:200],
        "description": str(said.get("description", ""))[:TEXT],
        "image": picture,
        "attributes": attributes,
    }
    return _Found(json.dumps(text), more=more)


def _picture(blob: Any) -> _Found:
    text = bytes(blob).decode(errors="replace")
    if not text.lstrip().startswith("<svg"):
        raise BadBlob("The picture is no SVG.")
    return _Found(text)


LIMITS = {"note": LONGEST, "nft": document.LONGEST, "picture": PICTURE}
READERS = {"note": _note, "base": _base, "nft": _nft, "picture": _picture}


def _model(manifest: Manifest) -> str:
    """What a base says of the model, as JSON: sizes, tensors, and the texts that its file came with."""
    texts: dict[str, str] = {}
    for name in ("safetensors.json", "config.json"):
        try:
            found = json.loads(manifest.metadata.get(name, "{}"))
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            for key, value in list(found.items())[:60]:
                if isinstance(value, str | int | float) or key == "architectures":
                    texts[str(key)[:80]] = str(value)[:2000]
    return json.dumps(
        {
            "weights": manifest.weights,
            "elements": manifest.elements,
            "precision": manifest.precision,
            "tensors": [
                {"name": spec.name, "shape": list(spec.shape), "dtype": spec.dtype, "kind": spec.kind}
                for spec in manifest.tensors[:TENSORS]
            ],
            "more": max(0, len(manifest.tensors) - TENSORS),
            "base_models": base_models_of(manifest.metadata),
            "texts": texts,
        }
    )
