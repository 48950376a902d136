"""Accounts are read by what they say they are."""

import dataclasses
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.program import program_id
from federity.chain.base import Account
from federity.errors import WrongProgram
from federity.repository.ledger import query

LAYOUTS = Path(__file__).resolve().parents[4] / "protocol" / "layouts"


@dataclasses.dataclass
class Chain:
    """Has one account."""

    account: Account

    async def accounts(self, addresses: list[Pubkey]) -> list[Account]:
        return [self.account for _ in addresses]

    async def program_accounts(self, kind: bytes, filters: object) -> list[tuple[Pubkey, bytes]]:
        return [(Pubkey.default(), self.account.data)]


def stored(kind: str, version: int) -> Chain:
    data = bytearray((LAYOUTS / f"{kind}.v1.bin").read_bytes())
    data[8] = version
    return Chain(Account(1, program_id(), bytes(data), False))


@pytest.mark.parametrize("version", [0, 2, 255])
@pytest.mark.parametrize("kind", [accounts.Repository, accounts.Commit, accounts.Tag])
async def test_an_account_of_another_version_is_refused_by_name(
    kind: type[query.Record], version: int
) -> None:
    for name, fits in ((version, False), (1, True)):
        chain = stored(kind.__name__.lower(), name)
        if fits:
            assert await query.load(chain, kind, Pubkey.default()) is not None  # type: ignore[arg-type]
            assert len(await query.find(chain, kind)) == 1  # type: ignore[arg-type]
            continue
        for asked in (query.load(chain, kind, Pubkey.default()), query.find(chain, kind)):  # type: ignore[arg-type]
            with pytest.raises(WrongProgram, match=rf"\({kind.__name__}\) is of version {version}"):
                await asked
