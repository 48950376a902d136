"""`nft mint`: picture and description go to the store, then one instruction makes the NFT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from federity._generated import accounts, types
from federity._generated import instructions as program
from federity._generated.constants import REPOSITORY_ARCHIVED
from federity.chain import pda
from federity.chain.token import ACCOUNT_BYTES, ASSOCIATED, TOKEN, mint_bytes, token_account
from federity.errors import ConfigError, NotAMember, NotFound, NothingToDo
from federity.objects.location import Place
from federity.repository.nfts import document, facts
from federity.repository.nfts.links import link
from federity.repository.nfts.subjects import credited
from federity.repository.reports import Cost
from federity.repository.reports.nft_reports import MintReport
from federity.repository.steps import transactions, uploading
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

__all__ = ["mint"]

_UNITS = 80_000


async def mint(workspace: Workspace, reference: Any, dry_run: bool) -> MintReport:
    """See `Repository.nft_mint`."""
    await workspace.check_chain()
    session = workspace.session
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    subject = await _subject(workspace, reference, repository)
    address = pda.mint(subject.address)
    if await session.chain.account(address) is not None and _is_made(repository, subject, address):
        raise NothingToDo(f"{subject.name} has its NFT already: {address}.")
    drawn = document.picture(subject)
    image, first = await _kept(workspace, "picture", drawn, dry_run)
    data = document.written(document.description(subject, link(image)))
    if len(data) > document.LONGEST:
        raise ConfigError(f"The description would have {len(data)} bytes; {document.LONGEST} are the most.")
    place, second = await _kept(workspace, "description", data, dry_run)
    sizes = (mint_bytes(subject.name, link(place), member=reference is not None), ACCOUNT_BYTES)
    step = Step(_instruction(workspace, subject, repository, place), sizes, _UNITS)
    sent = await transactions.run(session, [step], dry_run)
    done = sent.report("minted", subject.name)
    return MintReport(
        mint=str(address),
        name=subject.name,
        kind=str(subject.facts["kind"]),
        subject=str(subject.address),
        owner=str(subject.owner),
        uri=link(place),
        image=link(image),
        signatures=done.signatures,
        cost=done.cost + first + second,
    )


async def _subject(workspace: Workspace, reference: Any, repository: accounts.Repository) -> facts.Subject:
    """What is to be minted, and whether it may be. Raises NotAMember, NotFound, ConfigError."""
    wallet = workspace.session.wallet.pubkey
    if reference is None:
        if repository.owner != wallet:
            raise NotAMember(f"Only the owner's own wallet does this: {repository.owner}.", hint="")
        if repository.flags & REPOSITORY_ARCHIVED:
            raise ConfigError("The repository is archived: nothing new begins in it.")
        branch = await workspace.load(accounts.Branch, workspace.branch, "branch")
        return await facts.of_repository(workspace, branch.head)
    if repository.nft_mint == Pubkey.default():
        raise NotFound(
            "The repository has no NFT yet, and its commits' are of that one's group.",
            hint="Its owner makes it: `federity nft mint`.",
        )
    subject = await facts.of_commit(workspace, await credited(workspace, reference))
    if subject.owner != wallet:
        raise NotAMember(f"Only the author's own wallet does this: {subject.owner}.", hint="")
    return subject


def _is_made(repository: accounts.Repository, subject: facts.Subject, address: Pubkey) -> bool:
    return subject.facts["kind"] == "commit" or repository.nft_mint == address


async def _kept(workspace: Workspace, kind: str, data: bytes, dry_run: bool) -> tuple[Place, Cost]:
    session, repository = workspace.session, workspace.repository
    if not dry_run:
        return await uploading.upload(session, repository, kind, data)
    location = await uploading.locate(session, repository, kind, data)
    cost = await uploading.price(session, repository, kind, len(data))
    return Place(location, uploading.digest(data)), cost


def _instruction(
    workspace: Workspace, subject: facts.Subject, repository: accounts.Repository, place: Place
) -> Instruction:
    address, wallet = pda.mint(subject.address), workspace.session.wallet.pubkey
    shared: dict[str, Any] = {
        "payer": workspace.session.payer.pubkey,
        "authority": wallet,
        "repository": workspace.repository,
        "mint": address,
        "token_account": token_account(wallet, address),
        "token_program": TOKEN,
        "associated_program": ASSOCIATED,
        "blob_hash": place.sha256,
        "location": types.BlobLocation(tag=int(place.location.tag), id=place.location.id),
    }
    if subject.facts["kind"] == "repository":
        return program.nft_mint_repository(**shared)
    return program.nft_mint_commit(
        **shared, commit=subject.address, round=subject.round, group=repository.nft_mint
    )
