use super::*;

#[test]
fn acceptance_gives_dense_indices_and_extends_set_and_sum() {
    let (round, _, commits) = locked(&[3, 4], |_| {});
    assert_eq!((commits[0].index.get(), commits[1].index.get()), (0, 1));
    assert_eq!((round.accepted.get(), round.sum_samples.get()), (2, 7));
    let first = verifier::sha256(&[
        &[0; 32],
        key(50).as_array(),
        &0u32.to_le_bytes(),
        &3u32.to_le_bytes(),
    ]);
    let second = verifier::sha256(&[
        &first,
        key(51).as_array(),
        &1u32.to_le_bytes(),
        &4u32.to_le_bytes(),
    ]);
    assert_eq!(round.set_hash, second);
}

#[test]
fn every_reason_against_acceptance_counts() {
    type Break = fn(&mut Round, &mut Branch, &mut Commit);
    let refusals: [(Break, FederityError); 12] = [
        (|r, _, _| r.state = 2, FederityError::RoundNotOpen),
        (
            |r, _, _| r.review_deadline = (SLOT - 1).into(),
            FederityError::DeadlinePassed,
        ),
        (
            |_, _, c| c.lineage = [9; 32],
            FederityError::LineageMismatch,
        ),
        (|_, _, c| c.branch = key(31), FederityError::LineageMismatch),
        (
            |_, _, c| c.held_by = key(40),
            FederityError::AlreadyAccepted,
        ),
        (|_, _, c| c.held_by = key(41), FederityError::CommitHeld),
        (|_, _, c| c.round = key(41), FederityError::CommitHeld),
        (
            |_, _, c| c.state = COMMIT_STATE_OPEN,
            FederityError::CommitIncomplete,
        ),
        (|_, _, c| c.chunks = 2.into(), FederityError::PointsMissing),
        (
            |_, _, c| c.rejects = 1.into(),
            FederityError::CommitRejected,
        ),
        (|r, _, _| r.rules.min_level = 1, FederityError::LevelTooLow),
        (|r, _, _| r.rules.approvals = 1, FederityError::NotApproved),
    ];
    for (breaks, error) in refusals {
        let (mut round, mut branch, mut commit) = (round(), branch(), commit());
        breaks(&mut round, &mut branch, &mut commit);
        let before = round;
        let refused = accept(&mut round, &branch, 50, &mut commit);
        assert_eq!(refused, Err(error.into()));
        assert_eq!(round.accepted, before.accepted);
    }
}

#[test]
fn a_commit_lags_by_at_most_max_staleness_and_not_at_all_in_a_solo_round() {
    // How far the head has gone since the round opened makes nothing stale that anybody may propose.
    for (kind, since, lag, fresh) in [
        (ROUND_OPEN, 0, 2, true),
        (ROUND_OPEN, 0, 3, false),
        (ROUND_OPEN, 4, 6, true),
        (ROUND_OPEN, 4, 7, false),
        (ROUND_OPEN, 4, 0, true),
        (ROUND_SOLO, 0, 0, true),
        (ROUND_SOLO, 0, 1, false),
        (ROUND_SOLO, 1, 1, false),
        (ROUND_SERVER, 1, 1, false),
    ] {
        let (mut round, mut branch, mut commit) = (round(), branch(), commit());
        round.kind = kind;
        branch.head_seq = 7.into();
        round.opened_seq = (7 - since).into();
        commit.parent_seq = (7 - lag).into();
        let accepted = accept(&mut round, &branch, 50, &mut commit);
        let expected = if fresh {
            Ok(())
        } else {
            Err(FederityError::ParentStale.into())
        };
        assert_eq!(accepted, expected, "{kind} {since} {lag}");
    }
}

#[test]
fn a_later_round_takes_the_commits_of_an_expired_one_only() {
    let (mut old, branch) = ruled(|_| {});
    let mut commit = commit();
    old.count_proposal().unwrap();
    accept(&mut old, &branch, 50, &mut commit).unwrap();
    for (state, kind, free) in [
        (ROUND_STATE_OPEN, ROUND_OPEN, false),
        (ROUND_STATE_LOCKED, ROUND_OPEN, false),
        (ROUND_STATE_MERGED, ROUND_OPEN, false),
        (ROUND_STATE_EXPIRED, ROUND_SOLO, false),
        (ROUND_STATE_EXPIRED, ROUND_OPEN, true),
    ] {
        let (mut later, mut commit) = (round(), commit);
        (old.state, old.kind) = (state, kind);
        let taken = later.accept(
            &key(41),
            &key(50),
            &mut commit,
            Some(&mut old),
            &branch,
            0,
            SLOT,
        );
        assert_eq!(taken.is_ok(), free, "{state} {kind}");
        if free {
            assert_eq!(commit.held_by, key(41));
            assert_eq!((old.commits.get(), later.commits.get()), (0, 1));
        } else {
            assert_eq!(taken, Err(FederityError::CommitHeld.into()));
        }
    }
}

#[test]
fn a_later_round_with_a_tighter_norm_bound_refuses_an_old_proof() {
    let (mut round, branch) = ruled(|r| r.norm_bound = 99);
    let mut commit = commit();
    commit.norm = 100.into();
    assert_eq!(
        accept(&mut round, &branch, 50, &mut commit),
        Err(FederityError::NormBoundExceeded.into())
    );
}

#[test]
fn a_rejected_commit_leaves_count_and_samples_and_comes_back() {
    let (mut round, branch) = ruled(|_| {});
    let mut commits = Vec::new();
    for (n, samples) in [(50, u32::MAX), (51, 5)] {
        let mut commit = commit();
        commit.samples = samples.into();
        accept(&mut round, &branch, n, &mut commit).unwrap();
        commits.push(commit);
    }
    let before = round;
    commits[0].rejects = 1.into();
    round.follow_verdict(&key(40), &commits[0], false).unwrap();
    assert_eq!((round.counting(), round.sum_samples.get()), (1, 5));
    assert_eq!(round.weight_of(&commits[1]), WEIGHT_ONE);
    // A second veto takes nothing more, and another round's commit nothing at all.
    commits[0].rejects = 2.into();
    round.follow_verdict(&key(40), &commits[0], true).unwrap();
    round.follow_verdict(&key(41), &commits[1], true).unwrap();
    assert_eq!(round.counting(), 1);
    commits[0].rejects = 0.into();
    round.follow_verdict(&key(40), &commits[0], true).unwrap();
    assert_eq!(
        anchor_lang::bytemuck::bytes_of(&round),
        anchor_lang::bytemuck::bytes_of(&before)
    );
}

#[test]
fn a_set_of_rejected_commits_is_an_empty_one() {
    let (mut round, mut branch) = ruled(|_| {});
    let mut commit = commit();
    accept(&mut round, &branch, 50, &mut commit).unwrap();
    commit.rejects = 1.into();
    round.follow_verdict(&key(40), &commit, false).unwrap();
    let lock = round.lock(&key(40), &mut branch, SLOT);
    assert_eq!(lock, Err(FederityError::NothingAccepted.into()));
    round.expire(121).unwrap();
}
