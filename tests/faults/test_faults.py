"""Each call to the file system fails once, or is the last one: the next run ends where nothing had failed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from faults.conftest import Told
from faults.points import ENDS, Call, Trial, Warm

pytestmark = pytest.mark.svm

STORIES = ["init", "publish", "commit", "push", "pull", "clone", "merge", "keeper"]


MOST = 24


def some(calls: list[Call]) -> list[tuple[Call, int]]:
    """A call of each kind at each kind of place, the first or the last, the ways to end taking turns; of
    these at most `MOST`, evenly.
    """
    by_place: dict[tuple[str, str], list[Call]] = {}
    for call in calls:
        by_place.setdefault(call.place, []).append(call)
    turns = dict.fromkeys(ENDS, 0)
    points = []
    for number, same in enumerate(by_place.values()):
        call = same[-(number % 2)]
        ends = ENDS[call.kind]
        points.append((call, ends[turns[call.kind] % len(ends)]))
        turns[call.kind] += 1
    step = -(-len(points) // MOST)
    return points[::step]


def every(calls: list[Call]) -> list[tuple[Call, int]]:
    """Each call in each way."""
    return [(call, how) for call in calls for how in ENDS[call.kind]]


def suffer(trial: Trial, choose: Callable[[list[Call]], list[tuple[Call, int]]]) -> None:
    reference, calls = trial.reference()
    assert len(calls) > 20
    wrong = {}
    for call, how in choose(calls):
        if found := trial.point(call, how, reference):
            wrong[f"{call.number} {call.kind} {call.path} {how}"] = found
    if wrong:
        pytest.fail(
            "\n".join(f"{point}: {'; '.join(found)}" for point, found in wrong.items()), pytrace=False
        )


@pytest.mark.parametrize("name", STORIES)
def test_after_any_failure_the_next_run_completes(name: str, story: Told, warm: Warm, tmp_path: Path) -> None:
    suffer(Trial(story(name), warm, tmp_path), some)


@pytest.mark.soak
@pytest.mark.parametrize("name", STORIES)
def test_after_every_failure_the_next_run_completes(
    name: str, story: Told, warm: Warm, tmp_path: Path
) -> None:
    suffer(Trial(story(name), warm, tmp_path), every)
