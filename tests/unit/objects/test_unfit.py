"""A commit names what its branch will not get of a change, and names nothing that arrives."""

import numpy as np
import pytest

from bench.contributor import Contributor
from federity.objects import Accumulator, change_of, manifest_of
from federity.objects.quantisation import plan
from federity.objects.unfit import Unfit, _blocks


def said(base, end, start):
    manifest = manifest_of(base)
    change = change_of(manifest, end, start)
    chosen = plan(manifest, lambda part: change[part])
    found = Unfit(chosen, end, start)
    # In odd parts: rows and columns are cut anywhere.
    for first in range(0, len(change), 777):
        found.add(slice(first, min(first + 777, len(change))), change[first : first + 777])
    return found.said()


def model(scales, rows=200):
    rng = np.random.default_rng(0)
    w = rng.normal(0, 0.1, (rows, len(scales))) * scales
    return {"b": np.zeros(rows, np.float32), "w": w.astype(np.float32)}


def trained(start, goal):
    return {name: (0.7 * start[name] + 0.3 * goal[name]).astype(np.float32) for name in start}


@pytest.mark.parametrize("axis", ["columns", "rows"])
def test_columns_that_are_far_smaller_than_the_others_are_named_and_do_not_learn(axis):
    scales = np.where(np.arange(40) % 13 == 5, 1e-4, 1.0)
    base = model(scales)
    rng = np.random.default_rng(1)
    goal = {"b": base["b"] + 0.1, "w": base["w"] * rng.laplace(1, 0.5, base["w"].shape)}
    if axis == "rows":
        base, goal = ({"w": t["w"].T.copy()} for t in (base, goal))
    (sentence,) = said(base, trained(base, goal), base)
    assert sentence.startswith(f"training changed 3 of the 40 {axis} of 'w' by too little")
    # And it is true: twenty rounds bring the others to the goal, and these nowhere.
    manifest = manifest_of(base)
    head, contributor = Accumulator.zero(manifest), Contributor(manifest, 0.06)
    for _ in range(20):
        stands = head.weights(manifest, base)
        head = head.merged([(contributor.commit(trained(stands, goal), stands), 65_536)])
    reached = head.weights(manifest, base)["w"]
    small = scales < 1
    missing = np.abs(reached - goal["w"]).sum(0 if axis == "columns" else 1)
    way = np.abs(base["w"] - goal["w"]).sum(0 if axis == "columns" else 1)
    assert np.all(missing[~small] < 0.3 * way[~small])
    assert np.all(missing[small] > 0.9 * way[small])


def test_a_tensor_that_leaves_its_scale_by_far_is_named():
    base = {"a": np.full((50, 50), 1e-4, np.float32)}
    end = {"a": np.full((50, 50), 30, np.float32)}
    (sentence,) = said(base, end, base)
    assert sentence.startswith("'a' moved by 30, and one commit takes it 0.0")
    assert "branch create" in sentence


def test_training_as_it_mostly_is_has_nothing_to_be_told():
    base = model(10 ** np.random.default_rng(2).uniform(-1, 0, 40))
    rng = np.random.default_rng(3)
    goal = {name: t + 0.3 * np.abs(t).max() * rng.laplace(0, 1, t.shape) for name, t in base.items()}
    assert said(base, trained(base, goal), base) == ()


def test_rows_that_training_left_nearly_as_they_were_are_no_loss():
    """Words that a text does not hold, decayed a little."""
    base = model(np.ones(40))
    goal = {"b": base["b"], "w": base["w"] + np.random.default_rng(4).laplace(0, 0.1, base["w"].shape)}
    end = trained(base, goal)
    end["w"][50:] = base["w"][50:] * 0.9999
    assert said(base, end, base) == ()


@pytest.mark.parametrize(("start", "size"), [(0, 12), (3, 2), (3, 20), (5, 5), (7, 1), (4, 9)])
def test_blocks_are_all_of_a_part_and_each_lies_where_it_says(start, size):
    seen = []
    for (row, column), block in _blocks(np.arange(start, start + size, dtype=np.float32), start, 5):
        for i, line in enumerate(block):
            assert line.tolist() == list(range((row + i) * 5 + column, (row + i) * 5 + column + len(line)))
            seen += line.tolist()
    assert seen == list(range(start, start + size))
