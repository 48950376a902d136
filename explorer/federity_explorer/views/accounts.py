"""Accounts as the chain has them now, and the program."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from solders.hash import Hash
from solders.pubkey import Pubkey

from federity._generated.program import PROGRAM_ID, program_id
from federity.chain import loader
from federity.chain.identity import code_hash
from federity.chain.program import packaged_program
from federity.repository.ledger.pins import origin
from federity_explorer.read import people
from federity_explorer.read.people import PinView
from federity_explorer.read.raw import account_fields
from federity_explorer.site import Ask
from federity_explorer.views.asked import Live

__all__ = ["AccountPage", "ProgramPage", "account", "address_of", "program"]

SHOWN = 10_000
"""Bytes of an account that are shown."""


@dataclass(frozen=True)
class AccountPage:
    """An account as the chain has it now. `kind` and `fields` are known of the program's own."""

    address: str
    exists: bool
    kind: str = ""
    owner: str = ""
    lamports: int = 0
    size: int = 0
    cut: bool = False
    data: str = ""
    data_sha256: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ProgramPage:
    """The program. `told` says that the chain tells its code, `authority` who may replace it, empty for
    nobody; `development` that it is at the address whose key everybody has; `origins` who can know the
    secrets of its keys.
    """

    address: str
    genesis: str
    code_hash: str
    packaged_hash: str
    authority: str
    told: bool
    deployed: int
    development: bool
    keys: list[PinView]
    origins: dict[str, str]


def address_of(text: str) -> Pubkey | None:
    """An address from its text; None for what is none."""
    try:
        return Pubkey.from_string(text) if len(text) <= 44 else None
    except ValueError:
        return None


async def account(live: Live, ask: Ask) -> AccountPage | None:
    """An account. Raises ChainUnavailable."""
    address = address_of(ask.path["address"])
    if address is None:
        return None
    found = await live.chain.account(address)
    if found is None:
        return AccountPage(str(address), exists=False)
    known = account_fields(found.data) if found.owner == program_id() else None
    kind, fields = known or ("Program" if found.executable else "", {})
    return AccountPage(
        address=str(address),
        exists=True,
        kind=kind or "not of this program",
        owner=str(found.owner),
        lamports=found.lamports,
        size=len(found.data),
        cut=len(found.data) > SHOWN,
        data=found.data[:SHOWN].hex(),
        data_sha256=hashlib.sha256(found.data).hexdigest(),
        fields=fields,
    )


async def program(live: Live, _: Ask) -> ProgramPage:
    """The program as it is deployed. Raises ChainUnavailable."""
    chain, address = live.chain, program_id()
    keys = await live.site.database.answer(people.pins)
    data = await chain.account(loader.programdata_address(address))
    code, authority, slot, told = "", "", 0, False
    if data is not None and data.owner == loader.LOADER:
        try:
            deployed = loader.read_programdata(data.data)
        except ValueError:
            pass
        else:
            code, slot = code_hash(deployed.code), deployed.slot
            authority, told = str(deployed.authority or ""), True
    return ProgramPage(
        address=str(address),
        genesis=str(Hash(await chain.genesis_hash())),
        code_hash=code,
        packaged_hash=code_hash(packaged_program()),
        authority=authority,
        told=told,
        deployed=slot,
        development=address == PROGRAM_ID,
        keys=keys,
        origins={pin.key: origin(Pubkey.from_string(pin.key)) for pin in keys},
    )
