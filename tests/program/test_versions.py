"""Every account has a version, which is read before anything else of it."""

from dataclasses import replace

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from federity._generated import accounts
from program.test_weights_write import KEEPERS, write
from program.world import RULES, World, g1, refused


def change(world: World, address: Pubkey, *, version: int | None = None, longer: int = 0) -> None:
    """Write an account anew, with another version or as a later program would: with fields at its end."""
    found = world.svm.get_account(address)
    assert found is not None
    data = bytearray(found.data)
    if version is not None:
        data[accounts.Commit.OFFSETS["version"]] = version
    data += bytes(longer)
    world.svm.set_account(address, Account(found.lamports + 10**7 * bool(longer), bytes(data), found.owner))


@pytest.mark.parametrize("kind", ["repository", "member", "branch", "round", "commit"])
@pytest.mark.parametrize("version", [0, 2, 255])
def test_an_account_of_another_version_is_refused_by_name(world: World, kind: str, version: int) -> None:
    round_ = world.open_round(world.owner)
    commit = world.propose(round_, world.owner)
    world.declare(commit, world.owner, g1(1))
    address = {
        "repository": world.repository,
        "member": world.member(world.owner),
        "branch": world.branch,
        "round": round_,
        "commit": commit,
    }[kind]
    change(world, address, version=version)
    with refused("WrongVersion"):
        if kind in ("repository", "branch"):
            world.protect(RULES)
        elif kind == "member":
            world.open_round(world.owner, kind=2)
        else:
            world.accept(round_, commit)


def test_a_further_account_of_another_version_is_refused_too(empty: World) -> None:
    empty.publish(KEEPERS)
    round_ = empty.open_round(empty.owner)
    commit = empty.contribute(round_, empty.owner, g1(1))
    empty.accept(round_, commit)
    empty.lock(round_, empty.owner)
    change(empty, commit, version=2)
    with refused("WrongVersion"):
        write(empty, round_, [commit], [1])
    change(empty, commit, version=1, longer=32)
    write(empty, round_, [commit], [1])
    assert empty.account(commit).weight == 1


def test_an_account_that_grew_is_read_everywhere(empty: World) -> None:
    empty.publish(replace(KEEPERS, merge_approvals=0))
    round_ = empty.open_round(empty.owner)
    commit = empty.contribute(round_, empty.owner, g1(1))
    for address in (empty.repository, empty.member(empty.owner), empty.branch, round_, commit):
        change(empty, address, longer=64)
    empty.accept(round_, commit)
    empty.lock(round_, empty.owner)
    write(empty, round_, [commit], [40_000])
    merge = empty.begin(round_, empty.owner)
    empty.merge_add(round_, [commit], g1(40_000 << 8))
    empty.finish(round_, empty.owner)
    assert empty.account(empty.branch).head == merge
