"""The embedded chain's file: one SQLite database, one database transaction per Solana transaction."""

import contextlib
import resource
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from federity.chain.base import Account, Filter
from federity.chain.slots import SlotState
from federity.errors import ChainDamaged, ChainUnavailable, StorageFull
from federity.files import NO_ROOM, drafted, private_folder

FILE = "chain.sqlite3"
VERSION = 1
BUSY_SECONDS = 60.0
_LITTLE = 256 * 1024
_DAMAGE = frozenset(
    {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH}
)
_WAL = b"\x02\x02"
"""At byte 18 of a database that is written to through a log (SQLite's file format, section 1.3)."""

_SCHEMA = """
CREATE TABLE chain (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    genesis BLOB NOT NULL, secret BLOB NOT NULL, faucet BLOB NOT NULL,
    slot INTEGER NOT NULL, since INTEGER NOT NULL, ahead INTEGER NOT NULL,
    rent TEXT NOT NULL, version INTEGER NOT NULL
) STRICT;
CREATE TABLE accounts (
    address BLOB PRIMARY KEY, lamports INTEGER NOT NULL, owner BLOB NOT NULL,
    kind BLOB NOT NULL, data BLOB NOT NULL, version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX accounts_by_kind ON accounts (owner, kind);
CREATE TABLE programs (
    address BLOB PRIMARY KEY, code BLOB NOT NULL, slot INTEGER NOT NULL, version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE transactions (
    position INTEGER PRIMARY KEY, signature BLOB NOT NULL UNIQUE, slot INTEGER NOT NULL, record TEXT NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE mentions (
    address BLOB, position INTEGER, PRIMARY KEY (address, position)
) STRICT, WITHOUT ROWID;
"""


class Ledger:
    """An open chain file. Used by one thread at a time; any number of processes may have it open."""

    def __init__(self, folder: Path, rent: Callable[[], str], faucet_lamports: int) -> None:
        """Open the chain in a folder, or make a new one with that rent (JSON) and that much in the faucet.

        Raises ChainDamaged, ChainUnavailable (no permission), StorageFull.
        """
        self.path = folder / FILE
        with self._translated():
            if not self.path.exists():
                _create(folder, self.path, rent(), faucet_lamports)
            self._db = _open(self.path)
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise ChainDamaged(f"The chain file {self.path} was written by a newer version of Federity.")
            row = self._db.execute("SELECT genesis, secret, faucet, rent FROM chain").fetchone()
        with self.decoding():
            if version != VERSION or row is None:
                raise ValueError("no chain in it")
            self.genesis: bytes = row[0]
            self.secret: bytes = row[1]
            self.faucet = Keypair.from_bytes(row[2])
            self.rent: str = row[3]

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Say in one sentence what SQLite found wrong: only what it read and cannot be is damage."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE) & 0xFF
            if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and self._full()):
                raise StorageFull(f"There is no room to write the chain file {self.path}.") from error
            if code in _DAMAGE:
                raise ChainDamaged(f"The chain file {self.path} is damaged: {error}.") from error
            raise ChainUnavailable(f"The chain file {self.path} cannot be used: {error}.") from error
        except OSError as error:
            if error.errno in NO_ROOM:
                raise StorageFull(f"There is no room to write the chain file {self.path}.") from error
            raise ChainUnavailable(f"The chain file {self.path} cannot be used: {error.strerror}.") from error

    @contextmanager
    def decoding(self) -> Iterator[None]:
        """Call a value that the file should not hold damage. Raises ChainDamaged."""
        try:
            yield
        except (ValueError, TypeError, KeyError) as error:
            raise ChainDamaged(f"The chain file {self.path} is damaged: {error}.") from error

    def _full(self) -> bool:
        """Whether the disk, or this process's share of it, has too little room left for SQLite to work.

        SQLite reports that in many ways.
        """
        limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
        return limit != resource.RLIM_INFINITY or shutil.disk_usage(self.path.parent).free < _LITTLE

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All reads inside see one moment."""
        with self._translated():
            self._begin("BEGIN")
            try:
                yield
            finally:
                self._roll_back()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the chain alone; all writes inside happen, or none."""
        with self._translated():
            self._begin("BEGIN IMMEDIATE")
            try:
                yield
                self._db.commit()
            except BaseException:
                self._roll_back()
                raise

    def _begin(self, statement: str) -> None:
        try:
            self._db.execute(statement)
        except sqlite3.ProgrammingError:  # closed by a rollback that failed
            self._db = _open(self.path)
            self._db.execute(statement)

    def _roll_back(self) -> None:
        """End the transaction. A connection that cannot do even that is closed: it would hold the chain."""
        try:
            self._db.rollback()
        except sqlite3.Error:
            self._db.close()

    def slots(self) -> SlotState:
        """The latest recorded slot."""
        return SlotState(*self._db.execute("SELECT slot, since, ahead FROM chain").fetchone())

    def set_slots(self, state: SlotState) -> None:
        """Record a slot."""
        self._db.execute(
            "UPDATE chain SET slot = ?, since = ?, ahead = ?", (state.slot, state.since, state.ahead)
        )

    def next_version(self) -> int:
        """A number larger than any an account or program has been written under."""
        (version,) = self._db.execute("UPDATE chain SET version = version + 1 RETURNING version").fetchone()
        return int(version)

    def version(self, address: Pubkey) -> int:
        """Under which number an account was last written; 0 if never."""
        row = self._db.execute("SELECT version FROM accounts WHERE address = ?", (bytes(address),)).fetchone()
        return row[0] if row else 0

    def account(self, address: Pubkey) -> Account | None:
        """An account; one that was emptied is None. Programs are kept apart."""
        row = self._db.execute(
            "SELECT lamports, owner, data FROM accounts WHERE address = ? AND lamports > 0", (bytes(address),)
        ).fetchone()
        return Account(row[0], Pubkey.from_bytes(row[1]), row[2]) if row else None

    def put_account(self, address: Pubkey, account: Account | None, version: int) -> None:
        """Write an account; None leaves an empty row, so that other processes see it go."""
        lamports, owner, data = (
            (account.lamports, bytes(account.owner), account.data) if account else (0, b"", b"")
        )
        self._db.execute(
            "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?, ?)",
            (bytes(address), lamports, owner, data[:8], data, version),
        )

    def program_accounts(
        self, program: Pubkey, discriminator: bytes, filters: Sequence[Filter]
    ) -> list[tuple[Pubkey, bytes]]:
        """Accounts of a program, by the first bytes of their data and further filters, ordered by address."""
        if discriminator and len(discriminator) != 8:
            filters = [Filter(0, discriminator), *filters]
        clauses, values = owned_by(program, filters)
        if len(discriminator) == 8:
            clauses += " AND kind = ?"
            values.append(discriminator)
        query = f"SELECT address, data FROM accounts WHERE {clauses} ORDER BY address"  # noqa: S608
        return [(Pubkey.from_bytes(address), data) for address, data in self._db.execute(query, values)]

    def programs(self) -> list[tuple[Pubkey, int]]:
        """The deployed programs, each with the slot of its last deployment."""
        rows = self._db.execute("SELECT address, slot FROM programs")
        return [(Pubkey.from_bytes(address), slot) for address, slot in rows]

    def program_code(self, address: Pubkey) -> bytes | None:
        """The ELF code of a deployed program."""
        row = self._db.execute("SELECT code FROM programs WHERE address = ?", (bytes(address),)).fetchone()
        return row[0] if row else None

    def program_version(self, address: Pubkey) -> int:
        """Under which number a program was last written; 0 if it is none."""
        row = self._db.execute("SELECT version FROM programs WHERE address = ?", (bytes(address),)).fetchone()
        return row[0] if row else 0

    def put_program(self, address: Pubkey, code: bytes, slot: int, version: int) -> None:
        """Write a program's code."""
        self._db.execute(
            "INSERT OR REPLACE INTO programs VALUES (?, ?, ?, ?)", (bytes(address), code, slot, version)
        )

    def put_transaction(
        self, signature: bytes, slot: int, record: str, transaction: bytes, addresses: Sequence[Pubkey]
    ) -> None:
        """Append to the history, under every address the transaction names."""
        cursor = self._db.execute(
            "INSERT INTO transactions (signature, slot, record, bytes) VALUES (?, ?, ?, ?)",
            (signature, slot, record, transaction),
        )
        self._db.executemany(
            "INSERT INTO mentions VALUES (?, ?)",
            [(bytes(address), cursor.lastrowid) for address in addresses],
        )

    def transaction(self, signature: bytes) -> tuple[int, str, bytes] | None:
        """Slot, record and bytes of a transaction."""
        row = self._db.execute(
            "SELECT slot, record, bytes FROM transactions WHERE signature = ?", (signature,)
        ).fetchone()
        return (row[0], row[1], row[2]) if row else None

    def history(
        self, address: Pubkey, before: bytes | None, limit: int | None
    ) -> list[tuple[bytes, int, str, bytes]]:
        """Signature, slot, record and bytes of the transactions that name an address, newest first."""
        query = (
            "SELECT t.signature, t.slot, t.record, t.bytes FROM mentions m"
            " JOIN transactions t USING (position) WHERE m.address = ?1 AND (?2 IS NULL OR m.position <"
            " (SELECT position FROM transactions WHERE signature = ?2)) ORDER BY m.position DESC LIMIT ?3"
        )
        return self._db.execute(query, (bytes(address), before, -1 if limit is None else limit)).fetchall()

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What a query finds, for `ledger_views`."""
        return self._db.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file. Raises ChainUnavailable."""
        with self._translated():
            self._db.close()


def owned_by(program: Pubkey, filters: Sequence[Filter]) -> tuple[str, list[object]]:
    """The clauses and values that find a program's accounts."""
    clauses = "owner = ? AND lamports > 0" + " AND substr(data, ?, ?) = ?" * len(filters)
    values: list[object] = [bytes(program)]
    for item in filters:
        values += [item.offset + 1, len(item.value), item.value]
    return clauses, values


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _create(folder: Path, path: Path, rent: str, faucet_lamports: int) -> None:
    """Write a whole new chain beside its place and link it there, so that nobody ever sees half a chain."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(f"{_SCHEMA} PRAGMA user_version = {VERSION};")
        faucet = Keypair()
        connection.execute(
            "INSERT INTO chain VALUES (1, ?, ?, ?, 1, ?, 0, ?, 1)",
            (
                secrets.token_bytes(32),
                secrets.token_bytes(32),
                bytes(faucet),
                SlotState(1, 0, 0).clock(),
                rent,
            ),
        )
        connection.execute(
            "INSERT INTO accounts VALUES (?, ?, ?, x'', x'', 1)",
            (bytes(faucet.pubkey()), faucet_lamports, bytes(SYSTEM_PROGRAM)),
        )
        data = bytearray(connection.serialize())
    data[18:20] = _WAL
    private_folder(folder)
    with drafted(folder) as draft:
        draft.file.write(data)
        with contextlib.suppress(FileExistsError):  # another process was first; its chain is the chain
            draft.place_new(path)
