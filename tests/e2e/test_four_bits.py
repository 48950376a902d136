"""A repository of four-bit deltas, from `init` to a merge that everybody pulls."""

import numpy as np
import pytest

from e2e.team import Team, trained, weights
from federity.errors import ConfigError
from federity.objects import decode_delta
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository

pytestmark = [pytest.mark.svm, pytest.mark.prover]


async def test_other_widths_are_refused(team: Team) -> None:
    session = await team.session("owner")
    for bits in (1, 5, 16):
        with pytest.raises(ConfigError, match="8 or 4"):
            await Repository.init(
                session, team.path("owner"), weights(), name="digits", insecure=True, bits=bits
            )


async def test_four_bits_go_all_the_way_with_proofs(team: Team) -> None:
    session = await team.session("owner")
    owner = await Repository.create(
        session,
        team.path("owner"),
        weights(),
        name="digits",
        insecure=True,
        rules=Rules(protected=True, min_level=1),
        bits=4,
    )
    await owner.round_open()
    await team.session("ann")
    await owner.member_add(team.address("ann"), "contributor")
    ann = await team.clone("ann", owner.url)
    goal = trained(weights(), 1, 0.1)
    made = await ann.commit(goal, "four bits", samples=10)
    assert made.norm > 0
    pushed = await ann.push(level=1)
    assert pushed.commits[0].level == 1
    merged = await owner.merge()
    assert merged.finished
    assert merged.level == 1
    loaded = weights(9)
    await ann.pull(loaded)
    before = sum(float(np.square(goal[name] - tensor).sum()) for name, tensor in weights().items())
    after = sum(float(np.square(goal[name] - tensor).sum()) for name, tensor in loaded.items())
    assert after < 0.1 * before
    delta, _ = decode_delta(team.blob(made.delta).read_bytes(), ann._workspace.manifest)
    assert 0 < np.abs(delta.values).max() <= 7
