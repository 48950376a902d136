"""A branch whose round has what a keeper needs to merge it."""

from __future__ import annotations

from e2e.team import Team, trained, weights
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository
from federity_keeper.config import Config
from federity_keeper.policy import Policy


async def ready_to_merge(team: Team, url: str) -> tuple[Repository, Config]:
    """The owner's working copy, and the settings of a keeper on the chain at `url`: one reviewed commit, of
    `trained(weights())`, waits in the round.
    """
    owner = await Repository.create(
        await team.session("owner"),
        team.path("owner"),
        weights(),
        name="digits",
        insecure=True,
        rules=Rules(protected=True, weighting="keeper", approvals=1),
    )
    for name, role in (("ann", "contributor"), ("keeper", "keeper")):
        await team.session(name)
        await owner.member_add(team.address(name), role)
    await owner.round_open()
    ann = await team.clone("ann", owner.url)
    await ann.commit(trained(weights()), "by ann", samples=10)
    (proposed,) = (await ann.push(level=0)).commits
    await owner.review(proposed.address, approve=True)
    config = Config(
        repository=owner.url,
        path=team.root / "keeper-copy",
        url=url,
        keypair=team.root / "keeper.json",
        policy=Policy(quorum=1),
    )
    config.keypair.write_text(str(list(bytes(team.wallets["keeper"].keypair))))
    return owner, config
