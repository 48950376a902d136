"""What the embedded chain keeps on disk between commands, and between processes."""

import asyncio
import contextlib
import errno
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer

from federity.chain.embedded import EmbeddedChain
from federity.errors import ChainDamaged, ChainUnavailable, FileUnavailable, StorageFull, TransactionRefused
from federity.wallet import Wallet


def pay(source: Wallet, target: Pubkey, lamports: int = 10_000_000) -> Instruction:
    return transfer(TransferParams(from_pubkey=source.pubkey, to_pubkey=target, lamports=lamports))


def reopen(folder: Path):
    return EmbeddedChain.open(folder / "chain", {})


async def test_a_resent_transaction_is_refused_after_a_restart(
    chain: EmbeddedChain, wallet: Wallet, tmp_path: Path
) -> None:
    target = Pubkey.new_unique()
    prepared = await chain.prepare([pay(wallet, target)], payer=wallet)
    await chain.submit(prepared)
    async with await reopen(tmp_path) as later:
        with pytest.raises(TransactionRefused) as refused:
            await later.submit(prepared)
        assert refused.value.reason == "AlreadyProcessed"
        assert await later.balance(target) == 10_000_000


async def test_a_prepared_transaction_survives_a_restart(
    chain: EmbeddedChain, wallet: Wallet, tmp_path: Path
) -> None:
    target = Pubkey.new_unique()
    prepared = await chain.prepare([pay(wallet, target)], payer=wallet)
    async with await reopen(tmp_path) as later:
        await later.submit(prepared)
    assert await chain.balance(target) == 10_000_000


@pytest.mark.parametrize("data", [b"", b"\x00", b"no transaction", b"\x01" + bytes(64)])
async def test_bytes_that_are_no_transaction_are_refused_by_name(
    chain: EmbeddedChain, wallet: Wallet, data: bytes
) -> None:
    prepared = await chain.prepare([pay(wallet, Pubkey.new_unique())], payer=wallet)
    with pytest.raises(TransactionRefused) as refused:
        await chain.submit(replace(prepared, transaction=data))
    assert refused.value.reason == "SanitizeFailure"


async def test_a_blockhash_expires_after_150_slots(chain: EmbeddedChain, wallet: Wallet) -> None:
    target = Pubkey.new_unique()
    early = await chain.prepare([pay(wallet, target, 10_000_001)], payer=wallet)
    late = await chain.prepare([pay(wallet, target, 10_000_002)], payer=wallet)
    await chain.advance(140)
    await chain.submit(early)
    await chain.advance(20)
    with pytest.raises(TransactionRefused) as refused:
        await chain.submit(late)
    assert refused.value.reason == "BlockhashNotFound"
    assert await chain.balance(target) == 10_000_001


async def test_a_transaction_of_another_chain_is_refused(
    chain: EmbeddedChain, wallet: Wallet, tmp_path: Path
) -> None:
    prepared = await chain.prepare([pay(wallet, Pubkey.new_unique())], payer=wallet)
    async with await EmbeddedChain.open(tmp_path / "other", {}) as other:
        await other.airdrop(wallet.pubkey, 10_000_000_000)
        assert await other.genesis_hash() != await chain.genesis_hash()
        with pytest.raises(TransactionRefused) as refused:
            await other.submit(prepared)
    assert refused.value.reason == "BlockhashNotFound"


async def test_history_is_readable_after_a_restart(
    chain: EmbeddedChain, wallet: Wallet, tmp_path: Path
) -> None:
    target = Pubkey.new_unique()
    receipt = await chain.send([pay(wallet, target)], payer=wallet)
    before = await chain.history(target)
    await chain.close()
    async with await reopen(tmp_path) as later:
        (record,) = await later.history(target)
        assert [record] == before
        assert (record.signature, record.slot, record.logs) == (receipt.signature, receipt.slot, receipt.logs)
        await chain_is_usable(later, wallet)


async def chain_is_usable(chain: EmbeddedChain, wallet: Wallet) -> None:
    target = Pubkey.new_unique()
    await chain.send([pay(wallet, target)], payer=wallet)
    assert await chain.balance(target) == 10_000_000


async def test_two_open_chains_see_each_other(chain: EmbeddedChain, wallet: Wallet, tmp_path: Path) -> None:
    async with await reopen(tmp_path) as other:
        middle = Wallet.generate()
        await chain.send([pay(wallet, middle.pubkey, 30_000_000)], payer=wallet)
        await other.send([pay(middle, wallet.pubkey, 30_000_000 - 5_000)], payer=middle)
        assert await chain.account(middle.pubkey) is None
        await chain.send([pay(wallet, middle.pubkey, 20_000_000)], payer=wallet)
        assert await other.balance(middle.pubkey) == 20_000_000
        with pytest.raises(Exception, match="too little SOL"):
            await other.send([pay(middle, wallet.pubkey, 30_000_000)], payer=middle)


async def test_slots_only_rise_and_each_transaction_has_its_own(
    chain: EmbeddedChain, wallet: Wallet, tmp_path: Path
) -> None:
    async with await reopen(tmp_path) as other:
        seen = [await chain.slot()]
        for sender in (chain, other, chain, other):
            seen.append((await sender.send([pay(wallet, Pubkey.new_unique())], payer=wallet)).slot)
        assert all(earlier < later for earlier, later in itertools.pairwise(seen))
        for reader in (chain, other):
            assert await reader.slot() >= seen[-1]


async def test_slots_follow_the_clock(chain: EmbeddedChain) -> None:
    before = await chain.slot()
    await asyncio.sleep(0.9)
    assert before + 2 <= await chain.slot() <= before + 4


async def test_advancing_moves_slot_and_time(chain: EmbeddedChain, wallet: Wallet) -> None:
    first = await chain.send([pay(wallet, Pubkey.new_unique())], payer=wallet)
    await chain.advance(9_000)
    second = await chain.send([pay(wallet, Pubkey.new_unique())], payer=wallet)
    times = [(await chain.transaction(receipt.signature)).time for receipt in (first, second)]
    assert second.slot > first.slot + 9_000
    assert 3_600 <= times[1] - times[0] <= 3_630


async def test_two_new_chains_in_one_folder_are_one(tmp_path: Path) -> None:
    opened = await asyncio.gather(*(EmbeddedChain.open(tmp_path / "chain", {}) for _ in range(4)))
    assert len({await chain.genesis_hash() for chain in opened}) == 1
    for chain in opened:
        await chain.close()


@pytest.mark.parametrize("size", [0, 100, 9_000])
async def test_a_truncated_file_is_damaged(tmp_path: Path, size: int) -> None:
    async with await reopen(tmp_path) as chain:
        await chain.airdrop(Pubkey.new_unique(), 10**9)
    file = tmp_path / "chain" / "chain.sqlite3"
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(ChainDamaged, match=r"^The chain file .* is damaged: .*\.$"):
        async with await reopen(tmp_path) as chain:
            await chain.history(Pubkey.new_unique())
            await chain.airdrop(Pubkey.new_unique(), 10**9)


async def test_foreign_bytes_are_damage(tmp_path: Path) -> None:
    (tmp_path / "chain").mkdir()
    (tmp_path / "chain" / "chain.sqlite3").write_bytes(b"this is no database, " * 500)
    with pytest.raises(ChainDamaged, match="is damaged"):
        await reopen(tmp_path)


async def test_a_chain_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    await (await reopen(tmp_path)).close()
    database = sqlite3.connect(tmp_path / "chain" / "chain.sqlite3")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(ChainDamaged, match="newer version"):
        await reopen(tmp_path)


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "chain").write_text("a file")
    with pytest.raises(FileUnavailable, match="cannot be written"):
        await reopen(tmp_path)


async def test_a_full_disk_changes_nothing(chain: EmbeddedChain, wallet: Wallet, tmp_path: Path) -> None:
    target = Pubkey.new_unique()
    database = chain._bank.ledger._db
    database.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StorageFull, match="no room"):
        for _ in range(100):
            await chain.send([pay(wallet, Pubkey.new_unique(), 10_000_000)], payer=wallet)
    kept = await chain.balance(wallet.pubkey)
    database.execute("PRAGMA max_page_count = 1000000")
    receipt = await chain.send([pay(wallet, target)], payer=wallet)
    assert await chain.balance(wallet.pubkey) == kept - 10_000_000 - receipt.fee
    async with await reopen(tmp_path) as other:
        assert await other.balance(target) == 10_000_000


async def test_no_room_for_a_new_chain_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("federity.files.os.link", full)
    with pytest.raises(StorageFull, match="no room"):
        await reopen(tmp_path)
    assert list((tmp_path / "chain").iterdir()) == []


class Failing:
    """A connection whose commit fails, as on a disk that cannot write; if `stuck`, the rollback then too."""

    def __init__(self, database: sqlite3.Connection, stuck: bool = False) -> None:
        self.database, self.stuck, self.failed = database, stuck, False

    def __getattr__(self, name: str) -> object:
        return getattr(self.database, name)

    def commit(self) -> None:
        self.failed = True
        self._fail()

    def rollback(self) -> None:
        if self.stuck and self.failed:
            self._fail()
        self.database.rollback()

    def _fail(self) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
        raise error


@pytest.fixture(params=[False, True], ids=["rolled back", "stuck"])
def failing(
    request: pytest.FixtureRequest, chain: EmbeddedChain
) -> Callable[[], contextlib.AbstractContextManager[None]]:
    @contextlib.contextmanager
    def broken() -> Iterator[None]:
        ledger = chain._bank.ledger
        whole, ledger._db = ledger._db, Failing(ledger._db, request.param)
        with pytest.raises(ChainUnavailable, match="disk I/O error"):
            yield
        if not request.param:
            ledger._db = whole

    return broken


async def test_an_airdrop_that_was_rolled_back_never_takes_effect(
    chain: EmbeddedChain, wallet: Wallet, tmp_path: Path, failing
) -> None:
    before = await chain.balance(wallet.pubkey)
    with failing():
        await chain.airdrop(wallet.pubkey, 10**9)
    assert await chain.balance(wallet.pubkey) == before
    await chain.airdrop(wallet.pubkey, 10**9)
    assert await chain.balance(wallet.pubkey) == before + 10**9
    assert len(await chain.history(wallet.pubkey)) == 2
    async with await reopen(tmp_path) as later:
        assert await later.balance(wallet.pubkey) == before + 10**9


async def test_a_transaction_that_was_rolled_back_never_takes_effect_and_can_be_sent_again(
    chain: EmbeddedChain, wallet: Wallet, failing
) -> None:
    target, before = Pubkey.new_unique(), await chain.balance(wallet.pubkey)
    prepared = await chain.prepare([pay(wallet, target)], payer=wallet)
    with failing():
        await chain.submit(prepared)
    assert await chain.balance(target) == 0
    receipt = await chain.submit(prepared)
    assert await chain.balance(target) == 10_000_000
    assert await chain.balance(wallet.pubkey) == before - 10_000_000 - receipt.fee


async def test_a_deployment_that_was_rolled_back_is_none(chain: EmbeddedChain, failing) -> None:
    address = Pubkey.new_unique()
    with failing():
        await chain.deploy(address, b"\x7fELF one")
    assert await chain.program(address) is None
    assert await chain.deploy(address, b"\x7fELF two")
    assert await chain.program(address) == b"\x7fELF two"


async def test_slots_that_were_rolled_back_have_not_passed(chain: EmbeddedChain, failing) -> None:
    before = await chain.slot()
    with failing():
        await chain.advance(9_000)
    assert await chain.slot() < before + 1_000
    await chain.advance(9_000)
    assert before + 9_000 <= await chain.slot() < before + 10_000


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_IOERR_READ, ChainUnavailable),
        (sqlite3.SQLITE_CANTOPEN, ChainUnavailable),
        (sqlite3.SQLITE_BUSY, ChainUnavailable),
        (sqlite3.SQLITE_FULL, StorageFull),
        (sqlite3.SQLITE_CORRUPT, ChainDamaged),
        (sqlite3.SQLITE_NOTADB, ChainDamaged),
    ],
)
async def test_only_what_was_read_is_damage(chain: EmbeddedChain, code: int, kind: type) -> None:
    class Broken:
        def execute(self, *_: object) -> None:
            error = sqlite3.DatabaseError("something")
            error.sqlite_errorcode = code
            raise error

    ledger = chain._bank.ledger
    whole, ledger._db = ledger._db, Broken()
    for ask in (chain.slot, chain.blockhash, lambda: chain.account(Pubkey.new_unique())):
        with pytest.raises(kind):
            await ask()
    ledger._db = whole


@pytest.mark.parametrize("change", ["UPDATE chain SET faucet = x'00'", "UPDATE chain SET rent = 'x'"])
async def test_values_that_cannot_be_are_damage(tmp_path: Path, change: str) -> None:
    await (await reopen(tmp_path)).close()
    with contextlib.closing(sqlite3.connect(tmp_path / "chain" / "chain.sqlite3")) as database:
        database.execute(change)
        database.commit()
    with pytest.raises(ChainDamaged, match="is damaged"):
        async with await reopen(tmp_path) as chain:
            await chain.airdrop(Pubkey.new_unique(), 1)


async def test_a_new_chain_is_its_users_alone_and_leaves_no_draft(tmp_path: Path) -> None:
    async with await reopen(tmp_path):
        assert (tmp_path / "chain" / "chain.sqlite3").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "chain").iterdir()] == ["chain.sqlite3"]


async def test_deploying_the_same_code_twice_does_nothing(chain: EmbeddedChain) -> None:
    address = Pubkey.new_unique()
    assert await chain.deploy(address, b"\x7fELF one")
    assert not await chain.deploy(address, b"\x7fELF one")
    assert await chain.deploy(address, b"\x7fELF two")
