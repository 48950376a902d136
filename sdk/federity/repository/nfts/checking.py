"""`nft verify`: whether a mint is what it looks like, and its description what the chain says.

Anybody makes a mint that points at ours, and copies texts and picture. So pointers are read both ways, the
group counts only if it is the one that the repository names, and the address must be one that the program
alone signs for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.chain.token import SYMBOL, Mint
from federity.errors import BlobError, FederityError, FileUnavailable, NotFound
from federity.repository.nfts import document, facts
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
    checks = [
        _check("one", mint.supply == 1 and mint.decimals == 0, f"there are {mint.supply}"),
        _check("nobody's", *_authorities(mint)),
        _check(
            "ours",
            subject is not None,
            "no commit of this repository has this mint: somebody else made it",
        ),
        _check(
            "description's pointer",
            mint.metadata == address == mint.described,
            f"it points at {mint.metadata}, and what it says is about {mint.described}",
        ),
        await _group(reader, address, mint, subject, repository),
    ]
    checks += await _description(reader, mint, subject)
    return NftCheck(str(address), mint.name, tuple(checks))


def _authorities(mint: Mint) -> tuple[bool, str]:
    left = {
        "mints more": mint.mint_authority,
        "freezes it": mint.freeze_authority,
        "moves its pointer": mint.metadata_authority,
        "changes what it says": mint.update_authority,
    }
    found = [f"{who} {what}" for what, who in left.items() if who is not None]
    found += [f"it has {power}" for power in mint.powers]
    return not found, ", ".join(found)


async def _group(
    reader: Reader, address: Pubkey, mint: Mint, subject: Pubkey | None, repository: accounts.Repository
) -> Check:
    """That the repository names the group, and the group the mint."""
    name, own = "group", repository.nft_mint
    if own != pda.mint(reader.repository):
        return Check(name, "failed", "the repository names no NFT of its own")
    if subject == reader.repository:
        group = mint.group
        ok = mint.group_pointer == address and group is not None and group.mint == address
        ok = ok and group is not None and group.authority == reader.repository
        return _check(name, ok, "it is not the group of this repository")
    member, group = mint.member, (await mint_at(reader, own)).group
    ok = mint.member_pointer == address and member is not None and member.mint == address
    ok = ok and member is not None and member.group == own
    ok = ok and group is not None and group.mint == own and member is not None and member.number <= group.size
    return _check(name, ok, f"it is no member of the repository's group {own}")


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
        _check("name", called, f"it is called {mint.name!r}, and should be {expected.name!r}"),
        _check(name, not wrong, f"the chain says otherwise: {', '.join(wrong)}"),
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


def _check(name: str, ok: bool, wrong: str) -> Check:
    return Check(name, "passed" if ok else "failed", "" if ok else wrong)
