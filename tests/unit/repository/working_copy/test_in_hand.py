"""Which weights each model in hand was loaded with, and what becomes of that."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from solders.pubkey import Pubkey

from federity.errors import WorktreeError
from federity.frameworks import Named
from federity.repository.ledger.memory import ZERO
from federity.repository.working_copy.in_hand import KEPT, InHand, Loaded
from federity.repository.working_copy.local_commits import LocalCommits

P, Q, R = (str(Pubkey.new_unique()) for _ in range(3))
A, B, C, BASE = ("ab" * 32, "cd" * 32, "ef" * 32, "01" * 32)


class Module:
    """A live model, as a framework has it."""


@dataclass
class Stack(LocalCommits):
    """Local commits of which only the ids matter."""

    ids: set[str]

    def has(self, identity: str) -> bool:
        return identity in self.ids


def loaded(commit: str = P, *deltas: str) -> Loaded:
    return Loaded(commit, 1, BASE, commit, ZERO, identity=A, deltas=deltas)


def in_hand(path: Path, *ids: str) -> InHand:
    return InHand(path, path / ".federity", Stack(set(ids)))


def load(hand: InHand, model: object, what: Loaded) -> None:
    hand.begin(model, ["12" * 32])
    hand.finish(model, what)


def commit_of(hand: InHand, model: object) -> str | None:
    entry = hand.find(model)
    return entry.loaded.commit if entry and entry.loaded else None


def test_each_model_has_its_own_and_any_other_the_last(tmp_path: Path) -> None:
    hand, own, other = in_hand(tmp_path), tmp_path / "model.safetensors", tmp_path / "other"
    assert hand.find(own) is None and not hand.any()
    own.touch()
    first, second, arrays = Module(), Module(), {"w": np.zeros(2)}
    load(hand, own, loaded(P))
    load(hand, first, loaded(Q))
    load(hand, arrays, loaded(P))
    load(hand, second, loaded(R))
    assert [commit_of(hand, model) for model in (own, first, second, other)] == [P, Q, R, R]
    # A wrapper with names made anew is the same model, and so are arrays in another mapping.
    assert commit_of(hand, Named(first, {"a": "b"})) == Q
    assert commit_of(hand, {"w": arrays["w"], "v": np.zeros(1)}) == P
    # Another process knows files by their names, and no live model.
    again = in_hand(tmp_path)
    assert [commit_of(again, model) for model in (own, first, Module())] == [P, R, R]
    assert again.pinned() == {ZERO}
    (moved := tmp_path / "moved").mkdir()
    (tmp_path / ".federity").rename(moved / ".federity")
    own.rename(moved / own.name)
    assert commit_of(in_hand(moved), moved / own.name) == P


def test_while_weights_are_loaded_nothing_is_known_of_that_model_alone(tmp_path: Path) -> None:
    hand, own, other = in_hand(tmp_path), tmp_path / "model.safetensors", Module()
    own.touch()
    load(hand, own, loaded())
    assert hand.known(own) == {A}
    hand.begin(other)
    assert commit_of(hand, own) == P and hand.any()
    hand.begin(own, [A, B])
    entry = hand.find(own)
    assert entry is not None and entry.loaded is None
    assert hand.known(own) == {A, B} and not hand.any()


def test_models_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    hand, kept = in_hand(tmp_path), Module()
    load(hand, kept, loaded(Q))
    (tmp_path / "gone").touch()
    load(hand, tmp_path / "gone", loaded(R))
    (tmp_path / "gone").unlink()
    for _ in range(2 * KEPT):
        load(hand, Module(), loaded())
    assert commit_of(hand, kept) == Q
    assert commit_of(hand, tmp_path / "gone") == P
    assert len((tmp_path / ".federity" / "weights").read_bytes()) < 1000 * (KEPT + 2)


@pytest.mark.parametrize("there", [True, False])
def test_a_commit_counts_from_when_it_is_there(tmp_path: Path, there: bool) -> None:
    hand, own = in_hand(tmp_path, *(["aa"] if there else [])), tmp_path / "model.safetensors"
    own.touch()
    load(hand, own, loaded())
    key = hand.name(own)
    hand.committing(key, "aa", loaded().committed(B, C))
    for _ in range(2):
        entry = hand.find(own)
        assert entry is not None and entry.loaded is not None
        assert (entry.loaded.deltas, entry.loaded.known) == (((B,), C) if there else ((), A))
        hand.settle()


def test_weights_follow_a_commit_that_became_the_head_and_stay_the_same_sum() -> None:
    made = loaded(P, B).committed(C, B)
    assert made.is_of(P, [C, B]) and not made.is_of(P, [B])
    assert made.landed(Q, B, R, 2, A) is made
    assert made.landed(P, A, R, 2, A) is made
    moved = made.landed(P, B, R, 2, A)
    assert (moved.commit, moved.seq, moved.head, moved.accumulator, moved.deltas) == (R, 2, R, A, (C,))
    assert moved.made == 1 and moved.known == B
    proposal = replace(loaded(Q, C), head=P).committed(B, B)
    assert proposal.landed(P, B, R, 2, A).commit == Q


def test_what_is_taken_back_is_what_training_made() -> None:
    once = loaded(P, B).committed(C, C)
    assert once.taken_back(C) == loaded(P, B)
    assert once.taken_back(B) is once
    assert loaded(P, B).taken_back(B) == loaded(P, B)
    twice = once.committed(A, B).taken_back(A)
    assert twice is not None and (twice.deltas, twice.made, twice.known) == ((B, C), 1, "")
    declared = replace(loaded(Q), declared=True, before=loaded(P)).committed(B, B)
    assert declared.taken_back(B) == loaded(P)


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    hand = in_hand(tmp_path)
    load(hand, Module(), loaded())
    (tmp_path / ".federity" / "weights").write_bytes(b"{}x")
    with pytest.raises(WorktreeError, match="damaged") as refused:
        hand.find(Module())
    assert refused.value.hint is not None and "--replace" in refused.value.hint


def test_weights_are_called_by_the_newest_commit_that_they_are_of() -> None:
    """Also when that was made here and taken back."""
    head, proposal = "1" * 32, "1" * 31 + "2"
    loaded = Loaded(head, 1, "aa" * 32, head, "zero", "bb" * 32)
    assert loaded.called == head
    assert replace(loaded, deltas=("cc" * 32, "dd" * 32)).called == "dd" * 32
    assert replace(loaded, commit=proposal, deltas=("cc" * 32,)).called == proposal


def test_what_was_queued_is_a_change_once_it_is_gone_from_the_queue_and_not_before(tmp_path: Path) -> None:
    waiting, own = {R}, tmp_path / "model.safetensors"
    hand = InHand(tmp_path, tmp_path / ".federity", Stack(set()), waiting.__contains__)
    own.touch()
    load(hand, own, loaded(P, B))
    assert hand.holds({P}) and not hand.holds({Q})
    hand.unqueueing(R, {Q}, loaded(Q))
    hand.unqueueing(R, {P}, kept := replace(loaded(Q, C), identity=B))
    # A process killed here has taken nothing back.
    assert (entry := hand.find(own)) and entry.loaded == loaded(P, B)
    assert hand.known(own) == {A}
    assert set(hand.loaded()) == {kept, loaded(P, B)}
    waiting.clear()
    hand.settle()
    assert (entry := hand.find(own)) and (entry.loaded, entry.once) == (kept, None)
    assert hand.known(own) == {B}
