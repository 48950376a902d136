"""Bringing blobs to where they are kept, and what that costs beside the chain's fees."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from federity.objects.blob import BlobFile, Data, pieces
from federity.objects.location import Place
from federity.repository.reports import Cost
from federity.storage.base import Label, Price

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.objects.blob import Blob
    from federity.objects.location import Location
    from federity.session import Session

__all__ = ["digest", "label", "locate", "price", "say", "upload"]


def label(repository: Pubkey, kind: str) -> Label:
    """What a blob of a repository is, for stores that are searched: `base`, `delta`, `head` or `note`; of an
    NFT `description` or `picture`.
    """
    return Label(kind, str(repository))


async def locate(session: Session, repository: Pubkey, kind: str, blob: Blob) -> Location:
    """Where `upload` will bring a blob. Raises what `Storage.locate` raises."""
    return await session.storage.locate(blob, label(repository, kind))


async def upload(session: Session, repository: Pubkey, kind: str, data: Data) -> tuple[Place, Cost]:
    """Keep a blob in the store: where it is, and what that cost. Raises what `Storage.put` raises."""
    state, size = hashlib.sha256(), 0

    def passing() -> Iterator[bytes | memoryview]:
        nonlocal size
        for piece in pieces(data):
            state.update(piece)
            size += len(piece)
            yield piece

    store, before = session.storage, session.storage.spent
    if isinstance(data, bytes | BlobFile):
        await asyncio.to_thread(lambda: deque(passing(), maxlen=0))
        location = await store.put(data, label(repository, kind))
    else:
        location = await store.put(passing(), label(repository, kind))
    return Place(location, state.digest()), _cost(size, store.spent - before)


def digest(data: bytes) -> bytes:
    """The sha256 under which `upload` keeps a blob."""
    return hashlib.sha256(data).digest()


async def price(session: Session, repository: Pubkey, kind: str, size: int) -> Cost:
    """What `upload` of a blob of so many bytes would cost. Raises StorageUnavailable."""
    return _cost(size, await session.storage.price(size, label(repository, kind)))


async def say(session: Session, repository: Pubkey, words: bytes, dry_run: bool) -> Cost:
    """Keep a note before the chain names it, or price that; of no words there is nothing to keep. Raises what
    `upload` and `price` raise.
    """
    if not words:
        return Cost()
    if dry_run:
        return await price(session, repository, "note", len(words))
    return (await upload(session, repository, "note", words))[1]


def _cost(size: int, paid: Price) -> Cost:
    return Cost(uploaded_bytes=size, winc=paid.winc, winston=paid.winston)
