use super::*;

#[test]
fn lock_freezes_the_head_and_needs_a_commit() {
    let (mut round, mut branch) = ruled(|_| {});
    let empty = round.lock(&key(40), &mut branch, SLOT);
    assert_eq!(empty, Err(FederityError::NothingAccepted.into()));
    accept(&mut round, &branch, 50, &mut commit()).unwrap();
    let late = round.lock(&key(40), &mut branch, 131);
    assert_eq!(late, Err(FederityError::DeadlinePassed.into()));
    branch.locked_by = key(41);
    let held = round.lock(&key(40), &mut branch, SLOT);
    assert_eq!(held, Err(FederityError::HeadLocked.into()));
    branch.locked_by = NONE;
    round.lock(&key(40), &mut branch, SLOT).unwrap();
    assert_eq!((round.head, branch.locked_by), (key(60), key(40)));
    let twice = round.lock(&key(40), &mut branch, SLOT);
    assert_eq!(twice, Err(FederityError::RoundNotOpen.into()));
}

#[test]
fn a_push_prepared_before_the_branch_was_protected_is_refused() {
    let (mut round, mut branch) = ruled(|_| {});
    round.kind = ROUND_SOLO;
    accept(&mut round, &branch, 50, &mut commit()).unwrap();
    branch.rules.protected = 1;
    let refused = round.lock(&key(40), &mut branch, SLOT);
    assert_eq!(refused, Err(FederityError::BranchProtected.into()));
}

#[test]
fn a_head_whose_bound_could_reach_the_limit_is_not_locked() {
    let (mut round, mut branch) = ruled(|_| {});
    accept(&mut round, &branch, 50, &mut commit()).unwrap();
    branch.bound = (BOUND_LIMIT - (1 << 31)).into();
    let refused = round.lock(&key(40), &mut branch, SLOT);
    assert_eq!(refused, Err(FederityError::BoundExceeded.into()));
    branch.bound = (BOUND_LIMIT - (1 << 31) - 1).into();
    round.lock(&key(40), &mut branch, SLOT).unwrap();
}

#[test]
fn no_attempt_comes_twice() {
    let (mut round, _, _) = locked(&[1], |r| r.weighting = WEIGHTING_KEEPER);
    assert_eq!(round.attempt, 1);
    round.attempt = u64::MAX.into();
    let exhausted = round.restart_weights();
    assert_eq!(exhausted, Err(FederityError::CounterOverflow.into()));
}

#[test]
fn a_round_ends_merged_only_with_every_chunk() {
    let (mut round, _, _) = locked(&[1], |_| {});
    let early = round.finish();
    assert_eq!(early, Err(FederityError::MergeNotBegun.into()));
    round.begin_merge(key(90), 1).unwrap();
    let twice = round.begin_merge(key(91), 0);
    assert_eq!(twice, Err(FederityError::MergeBegun.into()));
    let incomplete = round.finish();
    assert_eq!(incomplete, Err(FederityError::MergeIncomplete.into()));
    round.chunks_done = round.chunks;
    round.finish().unwrap();
    assert!(round.is_over());
}

#[test]
fn nobody_blocks_for_longer_than_the_deadlines() {
    let mut empty = round();
    assert_eq!(
        empty.expire(120),
        Err(FederityError::DeadlineNotReached.into())
    );
    empty.expire(121).unwrap();
    let again = empty.expire(999);
    assert_eq!(again, Err(FederityError::RoundNotOpen.into()));

    let (mut full, _, _) = locked(&[1], |_| {});
    assert_eq!(
        full.expire(130),
        Err(FederityError::DeadlineNotReached.into())
    );
    full.expire(131).unwrap();

    let silent = round();
    let early = silent.check_lock_by_anyone(120);
    assert_eq!(early, Err(FederityError::DeadlineNotReached.into()));
    silent.check_lock_by_anyone(121).unwrap();
}

#[test]
fn a_keeper_waits_for_the_proposals_where_nobody_else_judges() {
    let (mut round, _) = ruled(|_| {});
    let early = round.check_lock_by_keeper(110);
    assert_eq!(early, Err(FederityError::DeadlineNotReached.into()));
    round.check_lock_by_keeper(111).unwrap();
    round.rules.approvals = 1;
    round.check_lock_by_keeper(101).unwrap();
}

#[test]
fn a_push_gives_way_to_a_round_that_anyone_may_lock() {
    let (mut round, branch) = ruled(|_| {});
    round.check_gives_way(121).unwrap();
    accept(&mut round, &branch, 50, &mut commit()).unwrap();
    round.check_gives_way(120).unwrap();
    for slot in [121, 130] {
        let waits = round.check_gives_way(slot);
        assert_eq!(waits, Err(FederityError::RoundWaits.into()));
    }
    round.check_gives_way(131).unwrap();
    round.state = ROUND_STATE_LOCKED;
    round.check_gives_way(121).unwrap();
}

#[test]
fn a_round_is_cancelled_until_its_merge_begins() {
    let mut open = round();
    open.cancel().unwrap();
    assert_eq!(open.state, ROUND_STATE_EXPIRED);
    let again = open.cancel();
    assert_eq!(again, Err(FederityError::RoundNotOpen.into()));
    let (mut locked, _, _) = locked(&[1], |_| {});
    locked.merge = key(90);
    let begun = locked.cancel();
    assert_eq!(begun, Err(FederityError::MergeBegun.into()));
    locked.merge = NONE;
    locked.cancel().unwrap();
}

#[test]
fn a_round_stays_while_a_commit_needs_it_and_for_good_once_it_is_merged() {
    let mut round = round();
    round.count_proposal().unwrap();
    let running = round.check_closable();
    assert_eq!(running, Err(FederityError::RoundNotOver.into()));
    round.expire(121).unwrap();
    let needed = round.check_closable();
    assert_eq!(needed, Err(FederityError::RoundStays.into()));
    round.part_with().unwrap();
    round.check_closable().unwrap();
    let none_left = round.part_with();
    assert_eq!(none_left, Err(FederityError::CounterOverflow.into()));
    round.state = ROUND_STATE_MERGED;
    let merged = round.check_closable();
    assert_eq!(merged, Err(FederityError::RoundStays.into()));
}

#[test]
fn proposals_end_with_their_deadline() {
    let round = round();
    round.check_proposing(110).unwrap();
    let late = round.check_proposing(111);
    assert_eq!(late, Err(FederityError::DeadlinePassed.into()));
}

proptest! {
    #[test]
    fn bounds_grow_exactly_and_stay_below_the_limit(bound in 0..BOUND_LIMIT, sum in any::<u64>()) {
        let exact = u128::from(bound) + u128::from(DELTA_BOUND) * u128::from(sum);
        let expected = u64::try_from(exact).ok().filter(|b| *b < BOUND_LIMIT);
        prop_assert_eq!(bound_after(bound, sum), expected);
    }
}

#[test]
fn travel_adds_steps_of_any_fraction_in_one_unit_and_stays_unknown() {
    let (mut round, _, _) = locked(&[1], |_| {});
    round.scaled_sum = 3.into();
    for (fraction_bits, step) in [(24, 3 << 23), (40, 3 << 7)] {
        round.fraction_bits = fraction_bits;
        assert_eq!(round.travelled(5.into()), 5 + step);
    }
    assert_eq!(round.travelled(u128::MAX.into()), u128::MAX);
}
