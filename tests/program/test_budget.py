"""Budgets of the protocol: a merge of 64 commits, and what one transaction can carry."""

from federity._generated.constants import ROLE_CONTRIBUTOR
from program.world import World, g1, scaled, wallet

TRANSACTION_BYTES = 1_232
MERGE_UNITS = 400_000


def test_64_commits_merge_in_three_transactions_within_400k_units(world: World) -> None:
    round_ = world.open_round(world.owner)
    commits = []
    for n in range(64):
        author = wallet(f"author {n}")
        world.invite(author, ROLE_CONTRIBUTOR)
        commits.append(world.contribute(round_, author, g1(n + 1)))
        world.accept(round_, commits[-1])
    world.lock(round_, world.owner)
    world.begin(round_, world.owner)
    total = scaled(g1(64 * 65 // 2), (1 << 10) << 8)
    sent = [world.merge_add(round_, commits[first : first + 22], total) for first in range(0, 64, 22)]
    world.finish(round_, world.owner)
    assert len(sent) == 3
    assert sum(done.units for done in sent) <= MERGE_UNITS
    assert all(done.size <= TRANSACTION_BYTES for done in sent)


def test_25_commits_fit_one_merge_transaction(world: World) -> None:
    round_ = world.open_round(world.owner)
    commits = []
    for n in range(25):
        author = wallet(f"author {n}")
        world.invite(author, ROLE_CONTRIBUTOR)
        commits.append(world.contribute(round_, author, g1(1)))
        world.accept(round_, commits[-1])
    world.lock(round_, world.owner)
    world.begin(round_, world.owner)
    done = world.merge_add(round_, commits, scaled(g1(25), (65_536 // 25) << 8))
    assert done.size <= TRANSACTION_BYTES
