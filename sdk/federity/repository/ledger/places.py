"""Where blobs are said to be, by the chain. Places are claims: what is there must have the right hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity._generated import accounts
from federity._generated.constants import KIND_GENESIS
from federity.errors import BlobError, BlobMissing, FileUnavailable
from federity.objects import Location, LocationKind, Place
from federity.repository.ledger import query
from federity.repository.ledger.family import family

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.chain.base import ChainClient
    from federity.objects.blob import Blob
    from federity.session import Session

__all__ = ["base", "named", "of", "of_delta", "on_arweave"]

_ARWEAVE = (LocationKind.ARWEAVE, LocationKind.BUNDLED)

# Places that are tried of those that nobody but strangers posted.
STRANGERS = 4


async def named(
    chain: ChainClient, repository: Pubkey, address: Pubkey, commit: accounts.Commit
) -> list[Place]:
    """Where a commit's blob is said to be: by the commit itself, by members, and by the first few others.

    Anyone may post, and each place costs its reader a fetch.
    """
    posted = [item for _, item in await query.find(chain, accounts.Location, commit=address)]
    known = await _members(chain, repository) if posted else frozenset()
    posted.sort(key=lambda item: item.slot)
    strangers = [item for item in posted if item.poster not in known]
    others = [item for item in posted if item.poster in known] + strangers[:STRANGERS]
    found = [of(commit), *map(of, others)]
    return [place for place in dict.fromkeys(found) if place.location != Location.none()]


async def of_delta(
    chain: ChainClient, repository: Pubkey, address: Pubkey, commit: accounts.Commit
) -> list[Place]:
    """Where an update's delta may be: where its author says, and others.

    A place says where the bytes are; which bytes they must be, the author alone.
    """
    return _with_own(await named(chain, repository, address, commit), bytes(commit.blob_hash))


async def base(session: Session, repository: Pubkey, base_hash: bytes) -> Blob:
    """The blob of a base, from wherever the chain says that it is. Raises BlobError, FileUnavailable."""
    found = await _of_base(session.chain, repository, base_hash)
    if not found:
        # Of a fork: the genesis is of the repository that it came from.
        for other in (await family(session.chain, repository))[1:]:
            found += await _of_base(session.chain, other, base_hash)
    failure: BlobError | FileUnavailable | None = None
    for place in _with_own(found, base_hash):
        try:
            return await session.storage.get(place.location, sha256=place.sha256)
        except (BlobError, FileUnavailable) as error:
            failure = failure or error
    raise failure or BlobMissing("Nobody says where the base is.")


async def on_arweave(chain: ChainClient, repository: Pubkey) -> bool:
    """Whether the chain says that blobs of the repository, or of one whose commits its history has, are on
    Arweave: those of a commit by its author, or all of them by who mirrored it, who began with its base.
    """
    return any([await _has_on_arweave(chain, one) for one in await family(chain, repository)])


async def _has_on_arweave(chain: ChainClient, repository: Pubkey) -> bool:
    for tag in _ARWEAVE:
        if await query.find(chain, accounts.Commit, repository=repository, location=bytes([tag])):
            return True
    kind = bytes([KIND_GENESIS])
    for address, commit in await query.find(chain, accounts.Commit, repository=repository, kind=kind):
        if any(place.location.tag in _ARWEAVE for place in await named(chain, repository, address, commit)):
            return True
    return False


async def _of_base(chain: ChainClient, repository: Pubkey, base_hash: bytes) -> list[Place]:
    """Where a base is said to be by the commits of one repository that name it."""
    found: list[Place] = []
    for address, commit in await query.find(
        chain, accounts.Commit, repository=repository, blob_hash=base_hash
    ):
        found += await named(chain, repository, address, commit)
    return found


def _with_own(found: list[Place], sha256: bytes) -> list[Place]:
    """The places of these very bytes. What the chain says is tried before a hash alone, for which a store may
    have to search.
    """
    own = [place for place in found if place.sha256 == sha256]
    return list(dict.fromkeys([*own[:1], Place.local(sha256), *own[1:]]))


def of(item: accounts.Commit | accounts.Location) -> Place:
    """The place that an account names."""
    location = Location.from_bytes(bytes([item.location.tag]) + bytes(item.location.id))
    return Place(location, bytes(item.blob_hash))


async def _members(chain: ChainClient, repository: Pubkey) -> frozenset[Pubkey]:
    """The wallets of the repository's members, and their delegates."""
    found = await query.find(chain, accounts.Member, repository=repository)
    return frozenset(key for _, member in found for key in (member.wallet, member.delegate))
