"""`nft verify`: whether a mint is what it looks like, and its description what the chain says.

Anybody makes a mint that points at ours, and copies texts and picture. So pointers are read both ways, the
group counts only if it is the one that the repository names, and the address must be one that the program
alone signs for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain.token import SYMBOL, Mint
from federity.errors import BlobError, FederityError, FileUnavailable, NotFound
from federity.repository.nfts import document, facts, pointers
from federity.repository.nfts.links import place_of
from federity.repository.nfts.subjects import mint_at, named, subject_of
from federity.repository.reports.nft_reports import NftCheck
from federity.repository.reports.verify_reports import Check

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader

__all__ = ["verify"]


async def verify(reader: Reader, reference: Any) -> NftCheck:
    """See `Repository.nft_verify`."""
    await reader.check_chain()
    address = await named(reader, reference)
    mint = await mint_at(reader, address)
    subject = await subject_of(reader, address)
    repository = await reader.load(accounts.Repository, reader.repository, "repository")
    own = repository.nft_mint
    group = None if own in (address, Pubkey.default()) else await mint_at(reader, own)
    checks = pointers.checked(address, mint, subject, pointers.Home(reader.repository, own, group))
    checks += await _description(reader, mint, subject)
    return NftCheck(str(address), mint.name, tuple(checks))


async def _description(reader: Reader, mint: Mint, subject: Pubkey | None) -> list[Check]:
    """That name, description and picture are what the chain's accounts say."""
    name = "description"
    if subject is None:
        return [Check(name, "absent", "nobody knows what it is of")]
    try:
        place = place_of(mint.uri)
        blob = await reader.session.storage.get(place.location, document.LONGEST, sha256=place.sha256)
        found = document.read(bytes(blob))
        expected = await _expected(reader, subject, found)
    except FileUnavailable as error:
        return [Check(name, "absent", error.sentence)]
    except BlobError as error:
        return [Check(name, "failed", error.sentence)]
    called = mint.name == expected.name and mint.symbol == SYMBOL
    image = found.get("image")
    said = document.description(expected, str(image))
    wrong = sorted(key for key in {*said, *found} if said.get(key) != found.get(key))
    return [
        pointers.check("name", called, f"it is called {mint.name!r}, and should be {expected.name!r}"),
        pointers.check(name, not wrong, f"the chain says otherwise: {', '.join(wrong)}"),
        await _image(reader, str(image)),
    ]


async def _expected(reader: Reader, subject: Pubkey, found: dict[str, Any]) -> facts.Subject:
    """What the chain says now of what the description is about; a repository's is about the head it names."""
    if subject != reader.repository:
        return await facts.of_commit(reader, subject)
    try:
        head = Pubkey.from_string(found["properties"]["federity"]["head"])
        return await facts.of_repository(reader, head)
    except (KeyError, TypeError, ValueError, NotFound) as error:
        raise BlobError("The description names no head of this repository.") from error


async def _image(reader: Reader, image: str) -> Check:
    try:
        place = place_of(image)
        await reader.session.storage.get(place.location, document.LONGEST, sha256=place.sha256)
    except FileUnavailable as error:
        return Check("picture", "absent", error.sentence)
    except FederityError as error:
        return Check("picture", "failed", error.sentence)
    return Check("picture", "passed", "")
