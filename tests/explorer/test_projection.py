"""The index: made of events alone, the same however it was made, and right again after a fork."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from bench.explorer_history import Script, ToldChain, forked, key, record
from federity._generated import events
from federity.errors import ChainUnavailable
from federity_explorer.index import projection
from federity_explorer.index.follower import Follower
from federity_explorer.index.store import KEYS, Store
from federity_explorer.read.provenance import provenance

# What is not the projection's: the numbers that SQLite gives, and the words that wait.
OWN = [name for name in KEYS if name != "words"]


def content(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All rows that events made, in order."""
    found = {name: sorted(map(tuple, store.db.execute(f"SELECT * FROM {name}")), key=repr) for name in OWN}  # noqa: S608
    found["events"] = [
        tuple(row) for row in store.db.execute("SELECT tx, kind, body FROM events ORDER BY no")
    ]
    found["mentions"] = [
        tuple(row)
        for row in store.db.execute(
            "SELECT m.address, e.tx, e.kind, e.body FROM mentions m JOIN events e ON e.no = m.event"
            " ORDER BY 1, 2, 3, 4"
        )
    ]
    found["transactions"] = [
        tuple(row) for row in store.db.execute("SELECT no, signature, slot FROM transactions ORDER BY no")
    ]
    return found


async def from_zero(folder: Path, chain: ToldChain) -> dict[str, list[tuple[Any, ...]]]:
    store = Store(folder / "zero.sqlite3")
    await Follower(ToldChain(chain.records), store).catch_up()
    found = content(store)
    store.close()
    return found


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10_000),
    cuts=st.lists(st.integers(1, 60), min_size=1, max_size=5),
    page=st.integers(1, 7),
)
async def test_rebuilt_from_zero_it_is_what_it_became(
    tmp_path_factory: pytest.TempPathFactory, seed: int, cuts: list[int], page: int
) -> None:
    """Looks at any moments, forks between them, pages of any size: the same rows."""
    folder = tmp_path_factory.mktemp("index")
    whole = list(Script(seed, people=3).play(3))
    chain, store = ToldChain(final=0), Store(folder / "grown.sqlite3")
    follower = Follower(chain, store, page)
    end = 0
    for number, cut in enumerate(cuts):
        start, end = end, min(len(whole), end + cut)
        if start == end:
            break
        # What was told since the last final slot is told otherwise on another fork.
        chain.records = forked(whole[:end], start, number)
        await follower.catch_up()
        chain.records = whole[:end]
        chain.final = whole[end - 1].slot - 1  # forks are of later slots
        await follower.catch_up()
    assert content(store) == await from_zero(folder, chain)
    store.close()


async def test_what_is_final_cannot_be_told_otherwise(tmp_path: Path) -> None:
    whole = list(Script(1).play(2))
    chain, store = ToldChain(whole), Store(tmp_path / "index.sqlite3")
    await Follower(chain, store).catch_up()
    before = content(store)
    for told in (forked(whole, len(whole) - 3, 1), [], whole[-1:][:0] + forked(whole, 0, 2)):
        with pytest.raises(ChainUnavailable):
            await Follower(ToldChain(told), store).catch_up()
        assert content(store) == before
    await Follower(chain, store).catch_up()
    assert content(store) == before


async def test_a_pass_that_is_cut_off_goes_on(tmp_path: Path) -> None:
    whole = list(Script(2).play(3))

    class Failing(ToldChain):
        asked = 0

        async def history(self, *arguments: Any) -> Any:
            Failing.asked += 1
            if Failing.asked == 4:
                raise ChainUnavailable("no answer")
            return await super().history(*arguments)

    store = Store(tmp_path / "index.sqlite3")
    with pytest.raises(ChainUnavailable):
        await Follower(Failing(whole), store, 10).catch_up()
    assert store.db.execute("SELECT count(*) FROM staged").fetchone()[0] == 30
    store.close()
    store = Store(tmp_path / "index.sqlite3")
    follower = Follower(ToldChain(whole), store, 10)
    await follower.catch_up()
    assert (await follower.catch_up()).applied == 0
    assert content(store) == await from_zero(tmp_path, ToldChain(whole))


async def test_events_that_are_not_final_can_be_undone_to_the_row(tmp_path: Path) -> None:
    whole = list(Script(3).play(6))
    store = Store(tmp_path / "index.sqlite3")
    chain = ToldChain(whole[:40])
    await Follower(chain, store).catch_up()
    before = content(store)
    chain.records, chain.final = whole, whole[39].slot
    await Follower(chain, store).catch_up()
    assert content(store) != before
    chain.records = whole[:40]
    done = await Follower(chain, store).catch_up()
    assert done.undone == len(whole) - 40
    assert content(store) == before


def sample(kind: type) -> Any:
    """An event of a kind, all zeros."""
    size = kind.SIZE if hasattr(kind, "SIZE") else 400  # type: ignore[attr-defined]
    return kind.decode(kind.DISCRIMINATOR + bytes(size))  # type: ignore[attr-defined]


KINDS = sorted(
    (kind for kind in vars(events).values() if isinstance(kind, type) and hasattr(kind, "DISCRIMINATOR")),
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_every_kind_of_event_is_kept_and_none_breaks_the_index(tmp_path: Path, kind: type) -> None:
    """Also the first of its kind, about things that were never told of, with the largest numbers."""
    event = sample(kind)
    largest = replace(
        event,
        **{
            field.name: (1 << 64) - 1
            for field in fields(event)
            if field.name in ("slot", "expires", "norm", "bound", "index", "head_seq")
            and field.type == "int"
            and getattr(kind, "OFFSETS", {}).get(field.name) is not None
            and _wide(kind, field.name)
        },
    )
    store = Store(tmp_path / "index.sqlite3")
    chain = ToldChain([record(1, 5, [event]), record(2, 6, [largest])])
    await Follower(chain, store).catch_up()
    assert store.db.execute("SELECT count(*) FROM events").fetchone()[0] == 2
    assert projection.mentioned(event) == set()


def _wide(kind: Any, name: str) -> bool:
    """Whether a field has 8 bytes."""
    ends = sorted([*kind.OFFSETS.values(), kind.SIZE])
    start = kind.OFFSETS[name]
    return ends[ends.index(start) + 1] - start == 8


async def test_shares_are_the_weights_that_the_program_added_up(tmp_path: Path) -> None:
    """A merge gives a whole, less what is rounded down."""
    script = Script(5, people=3)
    whole = list(script.begin())
    while not any(isinstance(event, events.HeadMoved) for one in whole for event in one.events):
        whole += list(script.round())
    store = Store(tmp_path / "index.sqlite3")
    await Follower(ToldChain(whole), store).catch_up()
    head = store.db.execute("SELECT head FROM branches").fetchone()[0]
    made = provenance(store.db, head)
    assert made is not None and made.updates >= 1
    assert sum(share.share for share in made.shares) == pytest.approx(100)
    accepted = made.updates
    assert {item.weight for item in made.held} == {
        "1" if accepted == 1 else str(Fraction(65536 // accepted, 65536))
    }
    assert len(made.geneses) == 1


async def test_who_was_vetoed_after_it_was_accepted_takes_no_weight(tmp_path: Path) -> None:
    """As the program counts: by heads and by samples, among those that stand."""
    whole = list(Script(5, people=3).begin())
    (main,) = (e for one in whole for e in one.events if isinstance(e, events.GenesisCreated))
    owner, round_, merge = key("owner"), key("a round"), key("a merge")
    commits = [key("a commit", number) for number in range(3)]
    found: list[Any] = [events.RoundOpened(round_, main.branch, 0, 1, owner, main.rules, 60)]
    for number, commit in enumerate(commits):
        made = sample(events.CommitCreated)
        found.append(
            replace(
                made, commit=commit, branch=main.branch, round=round_, author=key(number), kind=2, samples=8
            )
        )
        found.append(events.CommitAccepted(round_, commit, number, 8, bytes(32)))
    found += [
        events.ReviewCreated(commits[1], owner, 2, bytes(32), 0, 1, 61),
        events.RoundLocked(round_, main.branch, main.commit, 0, 3, bytes(32), Pubkey.default(), 1),
        events.MergeBegun(round_, merge, main.commit, owner, 1, 62),
        replace(
            sample(events.HeadMoved),
            branch=main.branch,
            round=round_,
            from_=main.commit,
            head=merge,
            head_seq=1,
        ),
    ]
    told = [record(("more", number), 60, [event]) for number, event in enumerate(found)]
    store = Store(tmp_path / "index.sqlite3")
    await Follower(ToldChain([*whole, *told]), store).catch_up()
    weights = store.db.execute("SELECT factor FROM terms WHERE result = ? ORDER BY position", (str(merge),))
    assert [row[0] for row in weights] == [32768, 0, 32768]
    store.close()
