"""Questions about the embedded chain as a whole, all inside `Ledger.reading`: blocks, totals, what is new."""

from bisect import bisect_left
from collections.abc import Sequence, Set
from dataclasses import dataclass

from solders.pubkey import Pubkey

from federity.chain.base import Account, Filter
from federity.chain.ledger import Ledger, owned_by

__all__ = ["Entry", "LedgerViews"]

_VARIABLES = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the history: `record` is the JSON of what the transaction did."""

    position: int
    signature: bytes
    slot: int
    record: str
    transaction: bytes


class LedgerViews:
    """Reads an open ledger."""

    def __init__(self, ledger: Ledger) -> None:
        """Ask nothing yet."""
        self._ledger = ledger

    def count(self) -> int:
        """How many transactions there are; also the position of the newest."""
        ((newest,),) = self._ledger.rows("SELECT coalesce(max(position), 0) FROM transactions")
        return int(newest)

    def count_before(self, slot: int) -> int:
        """How many transactions ran before a slot: slots grow with positions, which have no gaps."""

        def slot_at(position: int) -> int:
            rows = self._ledger.rows("SELECT slot FROM transactions WHERE position = ?", [position])
            return int(rows[0][0])

        return bisect_left(range(1, self.count() + 1), slot, key=slot_at)

    def block(self, slot: int) -> list[Entry]:
        """The transactions of a slot, in their order."""
        start = self.count_before(slot)
        rows = self._ledger.rows(
            "SELECT position, signature, slot, record, bytes FROM transactions"
            " WHERE position > ? AND position <= ? ORDER BY position",
            [start, self.count_before(slot + 1)],
        )
        return [Entry(*row) for row in rows]

    def since(self, position: int, limit: int) -> list[Entry]:
        """The next transactions after a position."""
        rows = self._ledger.rows(
            "SELECT position, signature, slot, record, bytes FROM transactions"
            " WHERE position > ? ORDER BY position LIMIT ?",
            [position, limit],
        )
        return [Entry(*row) for row in rows]

    def position(self, signature: bytes) -> int | None:
        """Where a transaction stands in the history."""
        rows = self._ledger.rows("SELECT position FROM transactions WHERE signature = ?", [signature])
        return rows[0][0] if rows else None

    def records(self, slots: Set[int]) -> dict[int, str]:
        """The record of one transaction of each of these slots that has any."""
        found: dict[int, str] = {}
        wanted = sorted(slots)
        for start in range(0, len(wanted), _VARIABLES):
            part = wanted[start : start + _VARIABLES]
            marks = ", ".join("?" * len(part))
            rows = self._ledger.rows(f"SELECT slot, record FROM transactions WHERE slot IN ({marks})", part)  # noqa: S608
            found.update(rows)
        return found

    def owned(
        self, program: Pubkey, filters: Sequence[Filter] = (), size: int | None = None
    ) -> list[tuple[Pubkey, Account]]:
        """A program's accounts by address, perhaps only those with `size` bytes of data."""
        clauses, values = owned_by(program, filters)
        if size is not None:
            clauses += " AND length(data) = ?"
            values.append(size)
        query = f"SELECT address, lamports, owner, data FROM accounts WHERE {clauses} ORDER BY address"  # noqa: S608
        return [
            (Pubkey.from_bytes(address), Account(lamports, Pubkey.from_bytes(owner), data))
            for address, lamports, owner, data in self._ledger.rows(query, values)
        ]

    def largest(self, count: int) -> list[tuple[Pubkey, int]]:
        """The addresses with the most lamports."""
        query = "SELECT address, lamports FROM accounts ORDER BY lamports DESC, address LIMIT ?"
        return [
            (Pubkey.from_bytes(address), lamports) for address, lamports in self._ledger.rows(query, [count])
        ]

    def supply(self) -> int:
        """All lamports there are."""
        ((total,),) = self._ledger.rows("SELECT coalesce(sum(lamports), 0) FROM accounts")
        return int(total)
