"""What was recorded before is taken again only of the very same accounts."""

from dataclasses import replace

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import COMMIT_STATE_HISTORY, ROUND_OPEN, ROUND_STATE_MERGED
from federity.chain import pda
from federity.chain.base import Account
from federity.chain.recorded import RecordedChain, Recording
from federity.repository.ledger.recording import record

HOME, BRANCH, ROUND, AUTHOR, REVIEWER = [Pubkey.new_unique() for _ in range(5)]
COMMIT = pda.commit(ROUND, AUTHOR)


def empty(kind):  # type: ignore[no-untyped-def]
    """An account of zeroes."""
    return kind.decode(kind.DISCRIMINATOR + bytes(kind.SIZE - 8))


def held(slot: int, word: int) -> dict[Pubkey, bytes]:
    """A proposal of two chunks in a round that was merged, with a review of it."""
    commit = replace(
        empty(accounts.Commit),
        repository=HOME,
        branch=BRANCH,
        round=ROUND,
        author=AUTHOR,
        state=COMMIT_STATE_HISTORY,
        chunks=2,
        points_created=1,
        created_slot=slot,
    )
    round_ = replace(empty(accounts.Round), repository=HOME, kind=ROUND_OPEN, state=ROUND_STATE_MERGED)
    points = replace(
        empty(accounts.Points), commit=COMMIT, chunk=replace(empty(accounts.Points).chunk, added=word)
    )
    review = replace(empty(accounts.Review), commit=COMMIT, reviewer=REVIEWER, slot=word)
    found = {
        HOME: empty(accounts.Repository),
        COMMIT: commit,
        ROUND: round_,
        pda.points(COMMIT, 1): points,
        pda.review(COMMIT, REVIEWER): review,
    }
    return {at: type(one).DISCRIMINATOR + one.encode() for at, one in found.items()}


class Counting(RecordedChain):
    """A chain that says what it was asked for."""

    def __init__(self, data: dict[Pubkey, bytes]) -> None:
        super().__init__(Recording(bytes(32), 9, data))
        self.asked: list[Pubkey] = []

    async def accounts(self, addresses: list[Pubkey]) -> list[Account | None]:
        self.asked += addresses
        return await super().accounts(addresses)


async def test_what_can_change_no_more_is_not_read_again() -> None:
    chain = Counting(held(5, 1))
    first = await record(chain, HOME)
    assert dict(first.accounts) == held(5, 1)
    chain.asked.clear()
    assert dict((await record(chain, HOME, before=first)).accounts) == held(5, 1)
    assert pda.points(COMMIT, 1) not in chain.asked


async def test_what_a_fork_put_at_the_same_address_is_read_anew() -> None:
    first = await record(Counting(held(5, 1)), HOME)
    other = held(6, 2)
    assert dict((await record(Counting(other), HOME, before=first)).accounts) == other
