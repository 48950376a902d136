"""Time on the embedded chain: slots, and the hash that each slot has."""

import hashlib
import hmac
import time
from dataclasses import dataclass, replace

from solders.hash import Hash

SLOT_MILLISECONDS = 400
"""Length of a slot, as on a cluster."""

BLOCKHASH_SLOTS = 150
"""A transaction's blockhash must be of one of this many latest slots."""

SLOT_HASHES = 512
"""Entries of the slot hashes sysvar."""

EPOCH_SLOTS = 432_000
"""Slots of an epoch."""


@dataclass(frozen=True, slots=True)
class SlotState:
    """The chain's latest recorded slot.

    `since` is the chain's time in milliseconds when that slot began; `ahead` how far the chain's time runs
    ahead of the machine's clock, because somebody called `advance`.
    """

    slot: int
    since: int
    ahead: int

    def now(self) -> "SlotState":
        """The state at this moment: later by the slots that have gone by, never earlier."""
        passed = max(0, self.clock() - self.since) // SLOT_MILLISECONDS
        return replace(self, slot=self.slot + passed, since=self.since + passed * SLOT_MILLISECONDS)

    def after(self, slot: int) -> "SlotState":
        """The slot a transaction runs in: a new one each time, and later than `slot`, its blockhash's.

        So whoever asks for a blockhash after a transaction has run gets another one than that transaction's,
        and the same instructions can be sent again at once.
        """
        current = self.now()
        following = max(self.slot, slot) + 1
        if current.slot >= following:
            return current
        return replace(self, slot=following, since=max(self.since, self.clock()))

    def advanced(self, slots: int) -> "SlotState":
        """The state after that many slots more, without waiting."""
        current = self.now()
        skipped = slots * SLOT_MILLISECONDS
        return SlotState(current.slot + slots, current.since + skipped, current.ahead + skipped)

    def clock(self) -> int:
        """The chain's time in milliseconds since the Unix epoch."""
        return time.time_ns() // 1_000_000 + self.ahead


class SlotHasher:
    """The hash of every slot of one chain, empty slots included.

    HMAC-SHA256 of the slot under a secret made with the chain: the same in every process, other than any
    other chain's, and not to be told in advance by who sees only transactions.
    """

    def __init__(self, secret: bytes) -> None:
        """Take the chain's secret, 32 bytes."""
        self._secret = secret
        self._known: dict[int, Hash] = {}

    def hash(self, slot: int) -> Hash:
        """The hash of a slot."""
        known = self._known.get(slot)
        if known is None:
            if len(self._known) > 4 * SLOT_HASHES:
                self._known.clear()
            known = Hash(hmac.digest(self._secret, slot.to_bytes(8, "little"), hashlib.sha256))
            self._known[slot] = known
        return known

    def slot_of(self, blockhash: Hash, slot: int) -> int | None:
        """Which of the latest slots, seen from `slot`, has this blockhash; None when old or foreign."""
        recent = range(slot, max(-1, slot - BLOCKHASH_SLOTS), -1)
        return next((past for past in recent if self.hash(past) == blockhash), None)

    def sysvar(self, slot: int) -> list[tuple[int, Hash]]:
        """The slot hashes sysvar as a transaction in `slot` sees it, newest first."""
        return [(past, self.hash(past)) for past in range(slot - 1, max(-1, slot - 1 - SLOT_HASHES), -1)]
