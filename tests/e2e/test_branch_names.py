"""A branch's name is its head on the chain in every verb, also under local commits and without a chain."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from e2e.team import SOL, Team
from e2e.test_in_hand import WHOLE, moved, read, same, start, write
from e2e.test_offline import home
from e2e.test_queue import home_folder
from federity.errors import NothingToDo
from federity.repository.ledger.heads import Fetch
from federity.repository.repository import Repository
from federity.repository.working_copy.points import point, state
from federity.wallet import Wallet
from support.people import Person

pytestmark = pytest.mark.svm
__all__ = ["home"]


async def under_local_commits(team: Team) -> Repository:
    """A working copy without its chain: two moves of the bias on main, and two of the matrix on these."""
    wallet = team.wallets["owner"] = Wallet.create(home_folder() / "id.json")
    await team.chain.airdrop(wallet.pubkey, 100 * SOL)
    owner = await start(team)
    for by in (0.5, 0.25):
        write(owner, moved(read(owner), "layer.bias", by=by))
        await owner.commit(message=f"pushed {by}", **WHOLE)
        await owner.push(level=0)
    await owner.fetch()
    here = Repository.open(None, owner.path)
    for by in (0.5, -0.25):
        write(here, moved(read(here), "layer.weight", by=by))
        await here.commit(message=f"local {by}", **WHOLE)
    return here


async def integers(here: Repository, name: str) -> np.ndarray:
    """The integers of a head, or of local commits."""
    _, found = await state(here.workspace, await point(here.workspace, name), Fetch())
    return np.array(found.values[:])


async def test_what_takes_out_a_commit_means_the_one_that_is_shown(team: Team) -> None:
    here = await under_local_commits(team)
    at = {name: await integers(here, name) for name in ("main~2", "main~1", "main", "HEAD~1", "HEAD")}
    for name, below, said in (
        ("main~1", "main~2", "pushed 0.5"),
        ("main", "main~1", "pushed 0.25"),
        ("HEAD", "HEAD~1", "local -0.25"),
    ):
        shown = await here.show(name)
        assert (shown.message, (await here.log(name))[0].id) == (said, shown.id)
        report = await here.revert(name)
        assert report.subject == shown.id
        assert (await integers(here, "HEAD") == at["HEAD"] - (at[name] - at[below])).all()
        await here.queue_drop()
        await here.reset("HEAD", hard=True, force=True)


async def test_a_branch_goes_back_to_the_head_that_its_name_counts_to(team: Team) -> None:
    here = await under_local_commits(team)
    wanted, shown = await here.tensors("main~2"), (await here.show("main~2")).id
    with pytest.raises(NothingToDo):
        await here.merge_branch("main")
    report = await here.branch_reset("main", "main~2")
    assert report.subject == shown
    assert same(read(here), wanted)
    assert same(await here.tensors("main"), wanted)


def test_local_commits_are_taken_back_to_the_branchs_name_where_nothing_was_fetched(owner: Person) -> None:
    wanted = load_file(owner.here / "model.safetensors")
    for to in ("main", "origin/main"):
        owner.train(1)
        owner.do("commit", "-m", "first line\n\nand: more", "--ratio", "1")
        said = owner.do("status")
        assert "first line" in said and "and: more" not in said
        assert "taken back" in owner.do("reset", "--hard", "--force", to)
        found = load_file(owner.here / "model.safetensors")
        assert all((found[name] == wanted[name]).all() for name in wanted)


@pytest.mark.parametrize("name", ["HEAD", "@", "HEAD~1"])
def test_a_commit_in_the_place_of_the_file_is_refused(owner: Person, name: str) -> None:
    refused = owner.run("restore", name)
    assert (refused.code, f"federity restore -s {name}" in refused.err) == (2, True)
    assert not (owner.here / name).exists()
