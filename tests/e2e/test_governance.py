"""What people decide and are told: roles, rules, words of reviews, and what a merge leaves out."""

import pytest
from solders.pubkey import Pubkey

from e2e.team import Team, trained, weights
from federity.errors import (
    Archived,
    ConfigError,
    NotAMember,
    NotFound,
    NothingToDo,
    program_error,
)
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm

RULES = Rules(protected=True, weighting="samples", approvals=1)


async def start(team: Team, *people: str, rules: Rules = RULES) -> Repository:
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True, rules=rules
    )
    for name in people:
        await team.session(name)
        await owner.member_add(team.address(name))
    return owner


async def propose(team: Team, owner: Repository, name: str, seed: int, samples: int = 1) -> Repository:
    person = await team.clone(name, owner.url)
    await person.commit(trained(weights(), seed), f"by {name}", samples=samples)
    await person.push(level=0)
    return person


async def roles(repository: Repository) -> dict[str, str]:
    return {member.wallet: member.role for member in await repository.members()}


async def test_a_role_is_changed_in_one_transaction(team: Team) -> None:
    owner = await start(team, "ann", "max")
    ann, manager = team.address("ann"), team.address("max")
    priced = await owner.member_set_role(ann, "keeper", dry_run=True)
    assert (priced.cost.transactions, (await roles(owner))[ann]) == (1, "contributor")
    report = await owner.member_set_role(ann, "keeper")
    assert (report.action, len(report.signatures)) == ("changed from contributor to keeper", 1)
    assert (await roles(owner))[ann] == "keeper"
    await owner.member_set_role(manager, "maintainer")
    other = await team.clone("max", owner.url)
    with pytest.raises(NotAMember, match="Only the owner"):
        await other.member_set_role(ann, "maintainer")
    await other.member_set_role(ann, "reader")
    assert (await roles(owner))[ann] == "reader"


async def test_roles_that_cannot_be_changed_are_refused_before_anything_is_sent(team: Team) -> None:
    owner = await start(team, "ann")
    ann, stranger = team.address("ann"), str((await team.session("eve")).wallet.pubkey)
    before = await team.chain.balance((await team.session("owner")).wallet.pubkey)
    with pytest.raises(NothingToDo, match="a member already, with the role contributor") as again:
        await owner.member_add(ann, "keeper")
    assert f"member set-role {ann} keeper" in again.value.hint
    with pytest.raises(NothingToDo):
        await owner.member_set_role(ann, "contributor")
    with pytest.raises(NotFound, match="not a member"):
        await owner.member_set_role(stranger, "keeper")
    with pytest.raises(NotFound, match="not a member"):
        await owner.member_remove(stranger)
    for refused in (
        owner.member_remove(team.address("owner")),
        owner.member_set_role(team.address("owner"), "keeper"),
    ):
        with pytest.raises(NotAMember, match="owner's role"):
            await refused
    with pytest.raises(NothingToDo, match="a member already, with the role owner"):
        await owner.member_add(team.address("owner"))
    with pytest.raises(ConfigError):
        await owner.member_set_role(ann, "owner")
    assert await team.chain.balance((await team.session("owner")).wallet.pubkey) == before


async def test_rules_that_change_nothing_or_that_nobody_can_meet_are_not_sent(team: Team) -> None:
    owner = await start(team)
    with pytest.raises(NothingToDo, match="these rules already"):
        await owner.branch_protect("main", RULES)
    with pytest.raises(ConfigError, match="out of reach"):
        await owner.branch_protect("main", Rules(protected=True, min_level=2))
    with pytest.raises(ConfigError, match="Sealed commits"):
        await owner.branch_protect("main", {"allow_sealed": True})
    with pytest.raises(ConfigError, match="out of reach"):
        await Repository.init(
            await team.session("owner"),
            team.path("new"),
            weights(),
            name="new",
            insecure=True,
            rules=Rules(min_level=3),
        )
    assert not team.path("new").exists()


async def test_new_rules_say_which_round_keeps_the_old_ones(team: Team) -> None:
    owner = await start(team, "ann")
    assert (await owner.branch_protect("main", {"approvals": 2})).round is None
    await owner.round_open()
    round_ = await owner.round_show()
    assert (round_.approvals, round_.min_level) == (2, 0)
    report = await owner.branch_protect("main", {"approvals": 1})
    assert report.round == round_.index
    kept = await owner.round_show()
    assert (kept.approvals, kept.min_level) == (2, 0)
    await propose(team, owner, "ann", 1)
    (view,) = (await owner.round_show()).commits
    reviewed = await owner.review(view, approve=True)
    assert (reviewed.id, reviewed.commit) == (view.id, view.address)
    assert (reviewed.accepted, reviewed.waiting_for) == (False, "1 more approval")


async def test_a_push_is_held_to_the_rules_of_the_round_that_takes_it(team: Team) -> None:
    owner = await start(team, "ann")
    await owner.round_open()
    await owner.branch_protect("main", {"min_level": 1})
    ann = await team.clone("ann", owner.url)
    await ann.commit(trained(weights(), 1))
    await ann.push(level=0)
    assert [view.level for view in (await owner.round_show()).commits] == [0]


async def test_a_push_that_the_round_would_not_take_costs_nothing(team: Team) -> None:
    owner = await start(team, "ann")
    await owner.branch_protect("main", {"min_level": 1})
    await owner.round_open()
    await owner.branch_protect("main", {"min_level": 0})
    ann = await team.clone("ann", owner.url)
    await ann.commit(trained(weights(), 1))
    with pytest.raises(ConfigError, match="below L1"):
        await ann.push(level=0)
    assert not (await owner.round_show()).commits


async def test_a_role_that_is_too_low_is_changed_not_added(team: Team) -> None:
    owner = await start(team, "ann")
    ann = await team.clone("ann", owner.url)
    with pytest.raises(NotAMember, match="role keeper") as error:
        await ann.round_open()
    assert "member set-role" in error.value.hint


async def test_the_words_of_a_review_are_kept_and_shown_to_everybody(team: Team) -> None:
    owner = await start(team, "ann")
    await owner.round_open()
    ann = await propose(team, owner, "ann", 1)
    (view,) = (await owner.round_show()).commits
    words = "better on the hold-out,\nbut slower \x1b[31m"
    await owner.review(view, approve=True, note=words)
    (review,) = (await ann.show(view.address)).reviews
    assert (review.verdict, review.note, review.note_problem) == ("approve", words, "")
    (review,) = (await ann.round_show()).commits[0].reviews
    assert review.note == words
    team.blob(review.note_hash).unlink()
    (review,) = (await ann.show(view.address)).reviews
    assert review.note == ""
    assert "not in" in review.note_problem


async def test_words_beyond_64_kb_are_neither_written_nor_shown(team: Team) -> None:
    owner = await start(team, "ann")
    await owner.round_open()
    await propose(team, owner, "ann", 1)
    (view,) = (await owner.round_show()).commits
    with pytest.raises(ConfigError, match="65536 are the most"):
        await owner.review(view, approve=True, note="x" * 65537)
    assert not (await owner.show(view.address)).reviews
    await owner.review(view, note="y" * 65536)
    (review,) = (await owner.show(view.address)).reviews
    assert review.note == "y" * 65536


async def test_a_dry_review_writes_nothing(team: Team) -> None:
    owner = await start(team, "ann")
    await owner.round_open()
    await propose(team, owner, "ann", 1)
    (view,) = (await owner.round_show()).commits
    before = sorted(team.store.root.rglob("*"))
    await owner.review(view, approve=True, note="well", dry_run=True)
    assert sorted(team.store.root.rglob("*")) == before


async def test_a_merge_says_what_it_leaves_out_and_why_also_dry(team: Team) -> None:
    owner = await start(team, "ann", "bob", "eve", "joe")
    await owner.round_open()
    for seed, name in enumerate(("ann", "bob", "eve", "joe"), 1):
        await propose(team, owner, name, seed, samples=100 * seed)
    by = {view.author: view for view in (await owner.round_show()).commits}
    mine = {name: by[team.address(name)] for name in ("ann", "bob", "eve", "joe")}
    await owner.review(mine["ann"], approve=True)
    await owner.review(mine["bob"], approve=True)
    await owner.review(mine["eve"], approve=False, note="no")
    dry = await owner.merge(dry_run=True)
    assert (dry.finished, dry.waiting_for) == (False, "")
    merged = await owner.merge()
    assert merged.finished
    for report in (dry, merged):
        shares = {part.author: part.weight for part in report.commits}
        assert shares == {team.address("ann"): 65536 // 3, team.address("bob"): 65536 * 2 // 3}
        reasons = {left.author: left.reason for left in report.left_out}
        assert reasons == {
            team.address("eve"): "a rejecting reviewer to change their mind",
            team.address("joe"): "1 more approval",
        }
        assert {left.commit for left in report.left_out} == {mine["eve"].address, mine["joe"].address}


async def test_a_head_that_moves_meanwhile_leaves_no_proposal_out(team: Team) -> None:
    """What a proposal may lag counts from the head at its round's opening."""
    owner = await start(team, "ann", "bob", rules=Rules(protected=True))
    await owner.round_open()
    await propose(team, owner, "ann", 1)
    await owner.branch_protect("main", Rules())
    await owner.commit(trained(weights(), 3))
    await owner.push(level=0)
    await owner.branch_protect("main", Rules(protected=True))
    bob = await team.clone("bob", owner.url)
    await bob.commit(trained(await bob.tensors(), 2))
    await bob.push(level=0)
    merged = await owner.merge()
    assert merged.finished
    assert {part.author for part in merged.commits} == {team.address("ann"), team.address("bob")}
    assert merged.left_out == ()


async def test_a_repository_changes_hands_and_its_people_are_confirmed(team: Team) -> None:
    owner = await start(team, "ann", "max")
    ann = await team.clone("ann", owner.url)
    await owner.member_set_role(team.address("max"), "maintainer")
    with pytest.raises(NotAMember, match="not offered"):
        await ann.accept_offer()
    with pytest.raises(NotAMember, match="owner's own wallet"):
        await ann.offer(team.address("max"))
    with pytest.raises(NotAMember, match="without an owner"):
        await owner.member_leave()
    await owner.offer(team.address("max"))
    await owner.offer(None)
    with pytest.raises(NothingToDo, match="to nobody"):
        await owner.offer(None)
    await owner.offer(team.address("ann"))
    await ann.accept_offer()
    found = {member.wallet: member for member in await ann.members()}
    assert found[team.address("ann")].role == "owner"
    lapsed = found[team.address("max")]
    assert (lapsed.role, lapsed.unconfirmed) == ("contributor", "maintainer")
    other = await team.clone("max", owner.url)
    with pytest.raises(NotAMember, match="role keeper"):
        await other.round_open()
    await ann.member_set_role(team.address("max"), "maintainer")
    await other.round_open()
    await other.member_set_role(team.address("max"), "reader")
    await owner.member_leave()
    assert team.address("owner") not in await roles(ann)


async def test_an_archived_repository_begins_nothing_new_until_it_is_taken_out(team: Team) -> None:
    owner = await start(team, "ann", "max")
    await owner.member_set_role(team.address("max"), "maintainer")
    await owner.round_open()
    ann = await propose(team, owner, "ann", 1)
    await ann.commit(trained(weights(), 2), "not sent")
    max_ = await team.clone("max", owner.url)
    (view,) = (await owner.round_show()).commits
    await owner.archive()
    wallets = [team.wallets[name].pubkey for name in ("owner", "ann", "max")]
    before = [await team.chain.balance(wallet) for wallet in wallets], sorted(team.store.root.rglob("*"))
    for call in (
        ann.push(level=0),
        ann.push(level=0, dry_run=True),
        owner.merge(),
        owner.merge_approve(),
        owner.review(view, approve=True, note="good"),
        owner.accept(view),
        owner.review_void(view, team.address("max")),
        owner.round_open(),
        owner.round_lock(),
        owner.branch_create("side"),
        owner.branch_create("wide", model=weights(3, width=24)),
        owner.branch_protect("main", {"approvals": 0}),
        owner.member_add(Pubkey.new_unique()),
        owner.member_set_role(team.address("ann"), "keeper"),
        max_.member_set_role(team.address("max"), "reader"),
        owner.key_pin(1 << 16),
        owner.revert("HEAD"),
    ):
        with pytest.raises(Archived, match="nothing new begins"):
            await call
    after = [await team.chain.balance(wallet) for wallet in wallets], sorted(team.store.root.rglob("*"))
    assert after == before
    # What only ends something goes on, and a refusal of the program has the same number.
    assert program_error(1, "RepositoryArchived", "It is archived.").exit_code == Archived.exit_code
    await owner.member_remove(team.address("max"))
    await owner.round_cancel()
    await owner.archive(False)
    await owner.round_open()
    await owner.round_cancel()
    assert (await owner.rounds())[0].state == "expired"


async def test_an_approval_of_who_lost_the_role_is_not_counted_and_their_veto_is_voided(team: Team) -> None:
    owner = await start(team, "ann", "max")
    await owner.member_set_role(team.address("max"), "maintainer")
    await owner.round_open()
    ann = await propose(team, owner, "ann", 1)
    (view,) = (await owner.round_show()).commits
    other = await team.clone("max", owner.url)
    await other.review(view, approve=False)
    with pytest.raises(NotFound, match="does not reject"):
        await owner.review_void(view, team.address("ann"))
    with pytest.raises(NotAMember, match="role owner"):
        await ann.review_void(view, team.address("max"))
    await owner.review_void(view, team.address("max"))
    assert (await owner.accept(view)).waiting_for == "1 more approval"
    await owner.member_set_role(team.address("max"), "keeper")
    assert (await owner.review(view, approve=True)).accepted


async def test_a_delegate_has_a_cap_and_a_last_slot(team: Team) -> None:
    owner = await start(team, "ann")
    hot = (await team.session("hot")).wallet.pubkey
    await owner.member_delegate(hot)
    (named,) = [member for member in await owner.members() if member.delegate]
    assert (named.delegate_role, named.delegate_until) == ("contributor", 0)
    delegate = await team.clone("hot", owner.url)
    with pytest.raises(NotAMember, match="role keeper"):
        await delegate.round_open()
    await owner.member_delegate(hot, "keeper", until=await team.chain.slot() + 10_000)
    await delegate.round_open()
