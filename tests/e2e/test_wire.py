"""What `commit` sends by default: 1.5 % of float32, and nothing twice."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bench.contributor import Contributor
from e2e.team import Team
from federity.objects import Accumulator, manifest_of
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm

SIZE = 40_000


async def test_a_delta_is_small_by_default_and_reaches_its_goal_over_rounds(team: Team) -> None:
    """Each time the owner trains to the same goal, from a head that has only part of it."""
    random = np.random.default_rng(0)
    base = {"w": random.normal(0, 0.1, SIZE).astype(np.float32)}
    change = random.laplace(0, 0.02, SIZE).astype(np.float32)
    goal = {"w": base["w"] + change}
    session = await team.session("owner")
    owner = await Repository.create(session, team.path("owner"), base, name="wire", insecure=True)
    missing = [float(np.square(change).sum())]
    for _ in range(4):
        made = await owner.commit(goal)
        assert 0.012 < made.ratio <= 0.0152
        await owner.push(level=0)
        loaded = {"w": base["w"].copy()}
        await owner.pull(loaded)
        moved = (loaded["w"] - base["w"]) / change
        # Were what was dropped added to what is trained again, values would be sent to twice their goal.
        far = np.abs(change) > 0.03
        assert moved[far].max() < 1.5
        missing.append(float(np.square(goal["w"] - loaded["w"]).sum()))
    assert all(after < 0.85 * before for before, after in pairwise(missing))


async def test_commits_are_those_of_the_benchmarks_contributor(team: Team) -> None:
    """What the tables measure without a chain is what a repository sends, round after round.

    The third delta is lost before the fourth is made: then nothing is known of what was sent.
    """
    random = np.random.default_rng(1)
    base = {"w": random.normal(0, 0.1, SIZE).astype(np.float32)}
    pull = random.laplace(0, 0.02, SIZE).astype(np.float32)
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), base, name="wire", insecure=True
    )
    manifest = manifest_of(base)
    contributor, head, start = Contributor(manifest), Accumulator.zero(manifest), base
    for turn in range(4):
        noise = random.normal(0, 0.01, SIZE).astype(np.float32)
        end = {"w": start["w"] + pull + noise}
        made = await owner.commit(end)
        await owner.push(level=0)
        await owner.pull(loaded := {"w": np.empty_like(base["w"])})
        head = head.merged([(contributor.commit(end, start), 1 << 16)])
        start = head.weights(manifest, base)
        assert np.array_equal(loaded["w"], start["w"])
        if turn == 2:
            (team.path("owner") / ".federity" / "objects" / made.delta[:2] / made.delta[2:]).unlink()
            contributor.last = replace(contributor.last, sent=None)
