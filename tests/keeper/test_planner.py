"""The plan is a pure function; whatever the state, it never asks for what the program would refuse."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from federity.strategies import STRATEGIES
from federity_keeper.planner import (
    Accept,
    Compare,
    Expire,
    Inspect,
    Lock,
    Merge,
    OpenRound,
    Proposal,
    Repost,
    RoundState,
    State,
    Verdict,
    plan,
)
from federity_keeper.policy import Policy

SLOTS = st.integers(0, 40)


@st.composite
def proposals(draw: st.DrawFn, locked: bool) -> tuple[Proposal, ...]:
    found = []
    accepted = 0
    for i in range(draw(st.integers(0, 5))):
        complete = draw(st.booleans()) or locked
        taken = complete and draw(st.booleans())
        found.append(
            Proposal(
                commit=f"commit{i}",
                blob_hash=bytes([draw(st.integers(0, 1))]) * 32,
                complete=complete,
                accepted=taken,
                index=accepted if taken else 0,
                level=draw(st.integers(0, 1)),
                approvals=draw(st.integers(0, 2)),
                rejects=draw(st.sampled_from([0, 0, 0, 1])),
                samples=draw(st.integers(0, 1000)),
                norm=draw(st.integers(0, 100)),
            )
        )
        accepted += taken
    return tuple(found)


@st.composite
def rounds(draw: st.DrawFn) -> RoundState:
    locked = draw(st.booleans())
    found = draw(proposals(locked))
    accepted = sum(p.accepted for p in found)
    written = draw(st.integers(0, accepted))
    propose, review, merge = sorted(draw(st.tuples(SLOTS, SLOTS, SLOTS)))
    return RoundState(
        index=draw(st.integers(0, 3)),
        locked=locked,
        begun=locked and written == accepted and draw(st.booleans()),
        by_keeper=draw(st.booleans()),
        propose_deadline=propose,
        review_deadline=review,
        merge_deadline=merge,
        min_level=draw(st.integers(0, 1)),
        approvals=draw(st.integers(0, 2)),
        merge_approvals=draw(st.integers(0, 1)),
        merge_approved=draw(st.integers(0, 1)),
        norm_bound=draw(st.integers(0, 100)),
        max_weight=draw(st.integers(1, 65536)),
        weights_written=written,
        judged=draw(st.booleans()),
        proposals=found,
    )


STATES = st.builds(State, SLOTS, st.just("head"), st.booleans(), st.none() | rounds())
POLICIES = st.builds(
    Policy,
    quorum=st.integers(0, 4),
    open_rounds=st.booleans(),
    strategy=st.sampled_from(sorted(STRATEGIES)),
    max_weight=st.integers(1, 65536),
    clip_norm=st.integers(0, 50),
)


@st.composite
def verdict_maps(draw: st.DrawFn) -> dict[str, Verdict]:
    found = {}
    for i in range(5):
        if draw(st.booleans()):
            opened = draw(st.booleans())
            found[f"commit{i}"] = Verdict(
                blob_hash=bytes([draw(st.integers(0, 1))]) * 32,
                opened=opened,
                sound=opened and draw(st.booleans()),
                retry_at=None if opened else draw(st.none() | SLOTS),
            )
    return found


@given(STATES, verdict_maps(), POLICIES)
def test_every_action_is_one_that_the_program_takes(
    state: State, verdicts: dict[str, Verdict], policy: Policy
) -> None:
    actions = plan(state, verdicts, policy)
    assert actions == plan(state, dict(verdicts), replace(policy))
    round_ = state.round
    by_commit = {p.commit: p for p in round_.proposals} if round_ else {}
    trusted = {
        c
        for c, p in by_commit.items()
        if c in verdicts and verdicts[c].blob_hash == p.blob_hash and verdicts[c].opened and verdicts[c].sound
    }
    for action in actions:
        match action:
            case OpenRound():
                assert round_ is None
                assert policy.open_rounds
            case Repost(head):
                assert head == state.head
                assert not state.head_named
            case Inspect(commit):
                assert by_commit[commit].complete
                assert commit not in trusted
            case Compare(commits):
                assert policy.compares
                assert round_ is not None
                assert round_.locked
                assert round_.by_keeper
                assert set(commits) <= trusted
                assert len(commits) > 1
            case Accept(commit):
                assert round_ is not None
                proposal = by_commit[commit]
                assert not round_.locked
                assert state.slot <= round_.review_deadline
                assert commit in trusted
                assert not proposal.accepted
                assert not proposal.rejects
                assert proposal.level >= round_.min_level
                assert proposal.approvals >= round_.approvals
                assert proposal.norm <= round_.norm_bound
            case Lock():
                assert round_ is not None
                assert not round_.locked
                assert state.slot <= round_.merge_deadline
                assert any(p.accepted for p in round_.proposals)
            case Expire():
                assert round_ is not None
                late = state.slot > round_.merge_deadline
                empty = not any(p.accepted for p in round_.proposals)
                assert late or (not round_.locked and empty and state.slot > round_.review_deadline)
            case Merge(_, weights):
                assert round_ is not None
                assert round_.locked
                assert state.slot <= round_.merge_deadline
                if weights is None:
                    assert all(verdicts[c].opened for c, p in by_commit.items() if p.accepted)
                    assert round_.merge_approved >= round_.merge_approvals
                else:
                    assert round_.by_keeper
                    assert not round_.begun
                    assert set(weights) == {c for c, p in by_commit.items() if p.accepted}
                    assert 0 < sum(weights.values()) <= 65536
                    assert all(w <= round_.max_weight for w in weights.values())
                    assert all(c in trusted and not by_commit[c].rejects for c, w in weights.items() if w)


@given(STATES, POLICIES)
def test_a_round_past_its_deadline_always_ends(state: State, policy: Policy) -> None:
    if state.round is not None and state.slot > state.round.merge_deadline:
        assert Expire(state.round.index) in plan(state, {}, policy)


@given(rounds(), POLICIES, verdict_maps(), SLOTS)
def test_an_open_round_never_waits_beyond_its_review_deadline(
    round_: RoundState, policy: Policy, verdicts: dict[str, Verdict], slot: int
) -> None:
    if not round_.locked and round_.review_deadline < slot:
        actions = plan(State(slot, "head", True, round_), verdicts, policy)
        assert len(actions) == 1
        assert isinstance(actions[0], Lock | Expire)


def proposal(name: str, **values: object) -> Proposal:
    plain = Proposal(name, bytes(32), True, False, 0, 1, 1, 0, 10, 5)
    return replace(plain, **values)  # type: ignore[arg-type]


def one_round(*found: Proposal, **values: object) -> State:
    plain = RoundState(4, False, False, True, 10, 20, 30, 1, 1, 0, 0, 50, 65536, 0, True, found)
    return State(5, "head", True, replace(plain, **values))  # type: ignore[arg-type]


SOUND = Verdict(bytes(32), True, True)


def test_a_commit_is_inspected_then_accepted_then_the_quorum_locks() -> None:
    policy = Policy(quorum=1)
    assert plan(one_round(proposal("a")), {}, policy) == [Inspect("a")]
    assert plan(one_round(proposal("a")), {"a": SOUND}, policy) == [Accept("a")]
    assert plan(one_round(proposal("a", accepted=True)), {"a": SOUND}, policy) == [Lock(4)]
    assert plan(one_round(proposal("a", accepted=True)), {"a": SOUND}, Policy(quorum=2)) == []
    # Where nobody approves anything the program makes a keeper wait for the propose deadline.
    alone = one_round(proposal("a", accepted=True), approvals=0, judged=False)
    assert plan(alone, {"a": SOUND}, policy) == []
    assert plan(replace(alone, slot=11), {"a": SOUND}, policy) == [Lock(4)]


def test_an_unsound_a_rejected_and_an_unapproved_commit_are_left_out() -> None:
    bad = Verdict(bytes(32), True, False, "worse")
    assert plan(one_round(proposal("a")), {"a": bad}, Policy()) == []
    assert plan(one_round(proposal("a", rejects=1)), {"a": SOUND}, Policy()) == []
    assert plan(one_round(proposal("a", approvals=0)), {"a": SOUND}, Policy()) == []


def test_a_missing_blob_is_looked_for_again_but_not_at_once() -> None:
    missing = Verdict(bytes(32), False, False, "missing", retry_at=7)
    state = one_round(proposal("a"))
    assert plan(state, {"a": missing}, Policy()) == []
    assert plan(replace(state, slot=7), {"a": missing}, Policy()) == [Inspect("a")]


def test_a_verdict_on_another_blob_does_not_count() -> None:
    other = Verdict(bytes([1]) * 32, True, True)
    assert plan(one_round(proposal("a")), {"a": other}, Policy()) == [Inspect("a")]


def test_an_accepted_commit_that_turned_bad_weighs_nothing() -> None:
    state = one_round(
        proposal("a", accepted=True), proposal("b", accepted=True, index=1, rejects=1), locked=True
    )
    assert plan(state, {"a": SOUND, "b": SOUND}, Policy()) == [Merge(4, {"a": 65536, "b": 0})]


def test_what_nobody_can_open_is_not_merged_by_the_keepers_hand() -> None:
    lost = Verdict(bytes(32), False, False, "missing")
    state = one_round(proposal("a", accepted=True), locked=True, by_keeper=False)
    assert plan(state, {"a": lost}, Policy()) == []
    assert plan(state, {"a": SOUND}, Policy()) == [Merge(4, None)]


def test_a_head_without_a_place_gets_one() -> None:
    assert plan(State(1, "head", False, None), {}, Policy()) == [Repost("head")]


def test_a_rule_that_compares_measures_once_and_then_merges() -> None:
    found = [
        proposal(name, accepted=True, index=i, blob_hash=bytes([i]) * 32) for i, name in enumerate("abc")
    ]
    state = one_round(*found, locked=True)
    verdicts = {p.commit: replace(SOUND, blob_hash=p.blob_hash) for p in found}
    policy = Policy(strategy="krum")
    assert plan(state, verdicts, policy) == [Compare(("a", "b", "c"))]
    apart = {(found[i].blob_hash, found[j].blob_hash): 9 - i - j for i in range(3) for j in range(i + 1, 3)}
    assert plan(state, verdicts, policy, apart) == [Merge(4, {"a": 0, "b": 65536, "c": 0})]
    verdicts["c"] = replace(verdicts["c"], sound=False)
    assert plan(state, verdicts, policy, {k: v for k, v in apart.items() if bytes([2]) * 32 not in k}) == [
        Merge(4, {"a": 65536, "b": 0, "c": 0})
    ]
