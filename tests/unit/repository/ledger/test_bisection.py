"""The first bad commit is found in as few looks as halving takes, on graphs made by hand."""

import pytest

from federity._generated.constants import KIND_GENESIS
from federity.errors import ConfigError
from federity.repository.ledger.bisection import step
from unit.repository.ledger.test_past import History, key


def line(count: int) -> History:
    """A line of commits `0` to `count`, the first of them the genesis."""
    history = History()
    history.add(KIND_GENESIS, "0", "")
    for number in range(1, count + 1):
        history.merge(str(number), str(number - 1))
    return history


def looks(history: History, bad: str, first_bad: int) -> int:
    """How many commits are looked at until the first bad one is known, which must be the true one."""
    graph, guilty, good, count = history.graph, key(bad), [key("0")], 0
    while not (found := step(graph, guilty, good)).found:
        assert found.next is not None
        count += 1
        number = int(bytes(found.next).rstrip(b"\0"))
        if number >= first_bad:
            guilty = found.next
        else:
            good.append(found.next)
    assert found.suspects == (key(str(first_bad)),)
    return count


def test_one_of_64_is_found_in_6_looks() -> None:
    history = line(64)
    assert {looks(history, "64", bad) for bad in range(1, 65)} == {6}


@pytest.mark.parametrize("bad", [1, 7, 100])
def test_one_of_100_is_found_in_7(bad: int) -> None:
    assert looks(line(100), "100", bad) <= 7


def test_a_merged_branch_is_searched_too() -> None:
    history = line(2)
    history.merge("s", "1")
    history.operation("m", "2", **{"2": 1, "s": 1, "1": -1})
    found = step(history.graph, key("m"), [key("2")])
    assert set(found.suspects) == {key("m"), key("s")}
    assert found.next == key("s")


def test_what_was_skipped_is_not_looked_at() -> None:
    history = line(4)
    found = step(history.graph, key("4"), [key("0")], [key("2"), key("1")])
    assert found.next == key("3")
    left = step(history.graph, key("4"), [key("0")], [key("2"), key("1"), key("3")])
    assert (left.next, left.found) == (None, False)


def test_a_good_commit_that_is_not_older_is_refused() -> None:
    history = line(3)
    history.merge("side", "1")
    for good in ("3", "side", "unknown"):
        with pytest.raises(ConfigError, match="not in the past of the bad one"):
            step(history.graph, key("3"), [key(good)])
