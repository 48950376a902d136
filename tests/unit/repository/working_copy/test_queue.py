"""What waits to be sent lies in one file, whole or named as damaged."""

from dataclasses import replace
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from federity.chain.recorded import Recording
from federity.errors import WorktreeError
from federity.repository.working_copy.packed import packed_accounts
from federity.repository.working_copy.queue import Asked, Queue, Queued, ahead

A, B, C, D = [Pubkey.new_unique() for _ in range(4)]
ENTRY = Queued(
    asked=Asked("merge", (str(D),), "words", {str(D): "3/4"}),
    branch="main",
    author=str(A),
    on=str(A),
    seq=3,
    head=str(B),
    result=str(C),
    first_slot=10,
    slot=12,
    at=99,
    accounts=packed_accounts({C: b"new", A: b""}),
    under=("ab" * 32,),
    landings=(str(B),),
    operation=str(D),
)


def test_what_is_written_is_read_in_order_and_nothing_leaves_no_file(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "queue")
    assert queue.entries() == ()
    second = replace(ENTRY, branch="side", asked=Asked("branch", (str(A),)), under=(), landings=())
    queue.write([ENTRY, second])
    assert queue.entries() == (ENTRY, second)
    assert queue.under() == {"ab" * 32}
    assert queue.heads() == {str(B), str(C)}
    assert (queue.last("main"), queue.first("main"), queue.first("side")) == (ENTRY, ENTRY, None)
    queue.write([])
    assert not (tmp_path / "queue").exists()


def test_a_damaged_queue_is_no_empty_one(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "queue")
    queue.write([ENTRY])
    whole = (tmp_path / "queue").read_bytes()
    for damaged in (whole[:-1], whole.replace(b'"seq": 3', b'"seq": 4'), b"", b"{}"):
        (tmp_path / "queue").write_bytes(damaged)
        if damaged != b"{}":
            with pytest.raises(WorktreeError, match="damaged"):
                queue.entries()
    for wrong in (
        {"landings": ()},
        {"slot": 1 << 40},
        {"accounts": "AAAA"},
        {"asked": Asked("push", ())},
        {"on": "nowhere"},
    ):
        with pytest.raises((WorktreeError, ValueError), match=r"damaged|other commits|slots"):
            queue.write([replace(ENTRY, **wrong)])
            queue.entries()


def test_what_is_queued_lies_over_what_was_fetched() -> None:
    before = Recording(bytes(32), 9, {A: b"old", B: b"kept"}, {9: 90})
    after = ahead(before, [ENTRY])
    assert (after.slot, dict(after.accounts)) == (12, {B: b"kept", C: b"new"})
    assert dict(after.times) == {9: 90, 10: 99, 11: 99, 12: 99}


def test_what_was_asked_for_follows_commits_that_are_elsewhere() -> None:
    moved = ENTRY.asked.moved({str(D): str(A)})
    assert (moved.subjects, moved.weights, moved.words) == ((str(A),), {str(A): "3/4"}, "words")
