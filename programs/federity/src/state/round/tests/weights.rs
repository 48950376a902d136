use super::*;

#[test]
fn uniform_and_sample_weights_are_floors_capped_by_max_weight() {
    let (round, _, commits) = locked(&[1, 2, 4], |_| {});
    let weights = commits.iter().map(|c| round.weight_of(c));
    assert!(weights.eq([21845; 3]));
    let (round, _, commits) = locked(&[1, 2, 4], |r| r.weighting = WEIGHTING_SAMPLES);
    let weights = commits.iter().map(|c| round.weight_of(c));
    assert!(weights.eq([9362, 18724, 37449]));
    let (round, _, commits) = locked(&[1, 9], |r| {
        r.weighting = WEIGHTING_SAMPLES;
        r.max_weight = 40000;
    });
    let weights = commits.iter().map(|c| round.weight_of(c));
    assert!(weights.eq([6553, 40000]));
    let (round, _, commits) = locked(&[0, 0], |r| r.weighting = WEIGHTING_SAMPLES);
    assert_eq!(round.weight_of(&commits[0]), 0);
}

#[test]
fn a_commit_rejected_after_acceptance_has_no_weight() {
    for weighting in 0..3 {
        let (mut round, _, mut commits) = locked(&[5, 5], |r| r.weighting = weighting);
        commits[1].rejects = 1.into();
        assert_eq!(round.weight_of(&commits[1]), 0);
        if weighting == WEIGHTING_KEEPER {
            round.write_weight(&key(40), &mut commits[0], 7).unwrap();
            let refused = round.write_weight(&key(40), &mut commits[1], 1);
            assert_eq!(refused, Err(FederityError::WeightTooLarge.into()));
            round.write_weight(&key(40), &mut commits[1], 0).unwrap();
        }
    }
}

#[test]
fn a_keepers_weights_are_in_order_capped_and_sum_to_at_most_one() {
    let (mut round, _, mut commits) = locked(&[1, 1, 1], |r| {
        r.weighting = WEIGHTING_KEEPER;
        r.max_weight = 40000;
    });
    let address = key(40);
    let order = round.write_weight(&address, &mut commits[1], 1);
    assert_eq!(order, Err(FederityError::WeightOutOfOrder.into()));
    let cap = round.write_weight(&address, &mut commits[0], 40001);
    assert_eq!(cap, Err(FederityError::WeightTooLarge.into()));
    round
        .write_weight(&address, &mut commits[0], 40000)
        .unwrap();
    let twice = round.write_weight(&address, &mut commits[0], 1);
    assert_eq!(twice, Err(FederityError::WeightOutOfOrder.into()));
    let sum = round.write_weight(&address, &mut commits[1], 25537);
    assert_eq!(sum, Err(FederityError::WeightSumExceeded.into()));
    round
        .write_weight(&address, &mut commits[1], 25536)
        .unwrap();
    let begin = round.begin_merge(key(90), 0);
    assert_eq!(begin, Err(FederityError::WeightsIncomplete.into()));
    let stranger = &mut commit();
    let foreign = round.write_weight(&address, stranger, 0);
    assert_eq!(foreign, Err(FederityError::NotAccepted.into()));
    round.write_weight(&address, &mut commits[2], 0).unwrap();
    round.begin_merge(key(90), 1).unwrap();
    let late = round.restart_weights();
    assert_eq!(late, Err(FederityError::MergeBegun.into()));
}

#[test]
fn weights_are_the_programs_own_unless_the_rule_says_keeper() {
    let (mut round, _, mut commits) = locked(&[1], |_| {});
    let refused = round.write_weight(&key(40), &mut commits[0], 1);
    assert_eq!(refused, Err(FederityError::WeightingNotKeeper.into()));
}

#[test]
fn rewritten_weights_need_new_approvals() {
    let (mut round, _, mut commits) = locked(&[1], |r| {
        r.weighting = WEIGHTING_KEEPER;
        r.merge_approvals = 1;
    });
    let set = round.set_hash;
    let early = round.approve(&set, &[0; 32]);
    assert_eq!(early, Err(FederityError::WeightsIncomplete.into()));
    round.write_weight(&key(40), &mut commits[0], 5).unwrap();
    let weights = round.weights_hash;
    let other = round.approve(&set, &[1; 32]);
    assert_eq!(other, Err(FederityError::ApprovalMismatch.into()));
    let alone = round.begin_merge(key(90), 0);
    assert_eq!(alone, Err(FederityError::MergeNotApproved.into()));
    round.approve(&set, &weights).unwrap();
    let attempt = round.attempt;
    round.restart_weights().unwrap();
    assert_eq!((round.approvals.get(), round.weights_hash), (0, [0; 32]));
    assert_ne!(round.attempt, attempt);
    round.write_weight(&key(40), &mut commits[0], 5).unwrap();
    let stale = round.begin_merge(key(90), 0);
    assert_eq!(stale, Err(FederityError::MergeNotApproved.into()));
    round.approve(&set, &weights).unwrap();
    round.begin_merge(key(90), 1).unwrap();
}

proptest! {
    #[test]
    fn weights_never_sum_to_more_than_one(
        samples in prop::collection::vec(any::<u32>(), 1..20),
        weighting in 0u8..2,
        max_weight in 1u32..=WEIGHT_ONE,
    ) {
        let (round, _, commits) = locked(&samples, |r| {
            r.weighting = weighting;
            r.max_weight = max_weight;
        });
        let weights: Vec<u32> = commits.iter().map(|c| round.weight_of(c)).collect();
        prop_assert!(weights.iter().sum::<u32>() <= WEIGHT_ONE);
        prop_assert!(weights.iter().all(|w| *w <= max_weight));
    }

    #[test]
    fn scaling_is_exact_or_refused(weight in 0u32..=WEIGHT_ONE, f in 0u8..80, shift in 0u8..=8) {
        match scale(weight, f, shift) {
            Ok(scaled) => {
                let back = u128::from(scaled) << (16 + u32::from(shift));
                prop_assert_eq!(back, u128::from(weight) << u32::from(f));
            }
            Err(_) => prop_assert!(f < 16 + shift || f > 60 + shift),
        }
    }
}
