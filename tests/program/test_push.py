"""One person alone: a push to an unprotected branch."""

from federity._generated.events import HeadMoved
from program.world import World, add, g1, named, scaled


def test_a_push_moves_the_head_by_the_scaled_point(world: World) -> None:
    first = world.push(world.owner, g1(5))
    assert world.account(world.branch).head == first
    assert world.account(first).chunk.point == scaled(g1(5), 1 << 24)
    second = world.push(world.owner, g1(9), shift=8)
    branch = world.account(world.branch)
    assert (branch.head, branch.head_seq) == (second, 2)
    assert world.account(second).chunk.point == add(scaled(g1(5), 1 << 24), scaled(g1(9), 1 << 16))
    assert branch.bound == 128 * ((1 << 24) + (1 << 16))
    moved = named(world.sent[-1], HeadMoved)
    assert (moved.head, moved.level, moved.bound) == (second, 0, branch.bound)
