use super::*;
use crate::state::testing::{branch, commit, key, merge, round, unproved};
use anchor_lang::bytemuck::Zeroable;
use federity_protocol::constants::{
    COMMIT_INSECURE, COMMIT_STATE_OPEN, LEVEL_BOUNDED, MAX_CHUNKS, ROUND_STATE_LOCKED,
    ROUND_STATE_MERGED, UNIT_SMALL,
};
use proptest::prelude::*;

/// (1, 2), the generator.
fn point() -> [u8; 64] {
    let mut point = [0; 64];
    (point[31], point[63]) = (1, 2);
    point
}

#[test]
fn units_add_up_and_the_last_one_makes_it_l1() {
    let mut commit = unproved(2);
    commit.record_unit(None, 0, &point(), 5).unwrap();
    assert_eq!((commit.level, commit.state), (0, COMMIT_STATE_OPEN));
    commit.record_unit(None, 3, &point(), 6).unwrap();
    assert_eq!(
        (commit.level, commit.state),
        (LEVEL_BOUNDED, COMMIT_STATE_COMPLETE)
    );
    assert_eq!(commit.norm, 11 << 16);
    let double = crate::verifier::add(&point(), &point()).unwrap();
    assert_eq!(commit.chunk.point, double);
    let more = commit.record_unit(None, 1, &point(), 1);
    assert_eq!(more, Err(FederityError::CommitNotOpen.into()));
}

#[test]
fn a_unit_counts_once() {
    let mut commit = unproved(3);
    commit.record_unit(None, 2, &point(), 5).unwrap();
    let before = commit;
    let twice = commit.record_unit(None, 2, &point(), 5);
    assert_eq!(twice, Err(FederityError::UnitAlreadyProved.into()));
    assert_eq!(bytemuck::bytes_of(&commit), bytemuck::bytes_of(&before));
}

#[test]
fn the_unit_that_breaks_the_norm_bound_is_refused() {
    let mut commit = unproved(2);
    commit.norm_bound = (10 << 16).into();
    commit.record_unit(None, 0, &point(), 10).unwrap();
    let refused = commit.record_unit(None, 1, &point(), 1);
    assert_eq!(refused, Err(FederityError::NormBoundExceeded.into()));
    assert_eq!(commit.parts_done, 1);
}

#[test]
fn a_norm_is_counted_in_steps_of_the_shift() {
    for (shift, steps) in [(0, 3 << 16), (7, 3 << 2), (8, 3)] {
        let mut commit = unproved(1);
        commit.shift = shift;
        commit.record_unit(None, 0, &point(), 3).unwrap();
        assert_eq!(commit.norm, steps);
    }
}

#[test]
fn a_norm_no_unit_can_have_is_refused() {
    let mut commit = unproved(1);
    let most = u64::from(UNIT_SMALL) << 14;
    let refused = commit.record_unit(None, 0, &point(), most + 1);
    assert_eq!(refused, Err(FederityError::NormOutOfRange.into()));
    commit.norm_bound = u64::MAX.into();
    commit.record_unit(None, 0, &point(), most).unwrap();
}

#[test]
fn units_lie_inside_the_vector_and_in_the_first_256_of_a_chunk() {
    let mut commit = unproved(1);
    let per_chunk = 4096;
    for unit in [256, per_chunk, u32::MAX] {
        let refused = commit.record_unit(None, unit, &point(), 1);
        assert_eq!(refused, Err(FederityError::UnitOutOfRange.into()));
    }
    commit.record_unit(None, 255, &point(), 1).unwrap();
}

#[test]
fn a_unit_of_a_further_chunk_goes_to_its_points_and_nowhere_else() {
    let mut commit = unproved(2);
    commit.chunks = 2.into();
    let mut further = Chunk::zeroed();
    let without = commit.record_unit(None, 4096, &point(), 1);
    assert_eq!(without, Err(FederityError::WrongPoints.into()));
    let with = commit.record_unit(Some(&mut further), 0, &point(), 1);
    assert_eq!(with, Err(FederityError::WrongPoints.into()));
    commit
        .record_unit(Some(&mut further), 4096, &point(), 1)
        .unwrap();
    assert_eq!((further.point, commit.chunk.point), (point(), [0; 64]));
}

#[test]
fn a_commit_whose_points_are_closed_takes_nothing_and_is_not_taken() {
    let mut commit = unproved(2);
    commit.chunks = 2.into();
    commit.count_points().unwrap();
    commit.record_unit(None, 0, &point(), 1).unwrap();
    commit.abandon_points();
    assert_eq!(commit.points_created, 0);
    let closed = Err(FederityError::CommitNotOpen.into());
    assert_eq!(commit.check_points(1), closed);
    assert_eq!(commit.record_unit(None, 1, &point(), 1), closed);
    let taken = commit.check_acceptable(0);
    assert_eq!(taken, Err(FederityError::CommitIncomplete.into()));
}

#[test]
fn proofs_and_declarations_do_not_mix() {
    let mut proved = unproved(1);
    let declared = proved.declare(None, 0, &point());
    assert_eq!(declared, Err(FederityError::WrongAssurance.into()));
    let mut signed = unproved(1);
    signed.key = NONE;
    let unit = signed.record_unit(None, 0, &point(), 1);
    assert_eq!(unit, Err(FederityError::WrongAssurance.into()));
}

#[test]
fn declared_points_are_on_the_curve_and_come_once() {
    let mut commit = unproved(2);
    (commit.key, commit.chunks) = (NONE, 2.into());
    let mut off = point();
    off[63] = 3;
    let jam = commit.declare(None, 0, &off);
    assert_eq!(jam, Err(FederityError::PointNotOnCurve.into()));
    let beyond = commit.declare(None, 2, &point());
    assert_eq!(beyond, Err(FederityError::ChunkOutOfRange.into()));
    commit.declare(None, 0, &point()).unwrap();
    let twice = commit.declare(None, 0, &point());
    assert_eq!(twice, Err(FederityError::AlreadyDeclared.into()));
    // The identity is the commitment of zero.
    let mut further = Chunk::zeroed();
    commit.declare(Some(&mut further), 1, &[0; 64]).unwrap();
    assert_eq!((commit.state, commit.level), (COMMIT_STATE_COMPLETE, 0));
}

#[test]
fn shapes_that_could_never_be_completed_are_refused() {
    type Break = fn(&mut Commit);
    let refusals: [(Break, FederityError); 8] = [
        (|c| c.shift = 9, FederityError::ShiftTooLarge),
        (|c| c.parts = 0.into(), FederityError::InvalidParts),
        (|c| c.parts = 257.into(), FederityError::InvalidParts),
        (|c| c.unit_size = 0.into(), FederityError::InvalidParts),
        (
            |c| (c.key, c.parts) = (NONE, 2.into()),
            FederityError::InvalidParts,
        ),
        (
            |c| (c.unit_size, c.parts) = ((1 << 16).into(), 65.into()),
            FederityError::InvalidParts,
        ),
        (|c| c.flags = 2, FederityError::InvalidCommitFlags),
        (
            |c| (c.key, c.flags) = (NONE, 1),
            FederityError::InvalidCommitFlags,
        ),
    ];
    for (breaks, error) in refusals {
        let mut commit = unproved(1);
        commit.check_shape().unwrap();
        breaks(&mut commit);
        assert_eq!(commit.check_shape(), Err(error.into()));
    }
}

#[test]
fn further_chunks_have_accounts_even_when_all_parts_are_in() {
    let mut commit = commit();
    commit.chunks = 3.into();
    commit.check_points(2).unwrap();
    for index in [0, 3] {
        let refused = commit.check_points(index);
        assert_eq!(refused, Err(FederityError::ChunkOutOfRange.into()));
    }
    for mut closed in [commit, merge(1)] {
        if closed.is_update() {
            closed.state = COMMIT_STATE_ACCEPTED;
        }
        let refused = closed.check_points(1);
        assert_eq!(refused, Err(FederityError::CommitNotOpen.into()));
    }
}

#[test]
fn a_changed_verdict_replaces_the_old_one() {
    let mut commit = commit();
    commit.count_verdict(0, VERDICT_REJECT).unwrap();
    commit.count_verdict(0, VERDICT_APPROVE).unwrap();
    assert_eq!((commit.approvals.get(), commit.rejects.get()), (1, 1));
    commit
        .count_verdict(VERDICT_REJECT, VERDICT_APPROVE)
        .unwrap();
    commit
        .count_verdict(VERDICT_APPROVE, VERDICT_COMMENT)
        .unwrap();
    assert_eq!((commit.approvals.get(), commit.rejects.get()), (1, 0));
    for verdict in [0, 4] {
        let unknown = commit.count_verdict(0, verdict);
        assert_eq!(unknown, Err(FederityError::InvalidVerdict.into()));
    }
    let history = merge(1).count_verdict(0, VERDICT_REJECT);
    assert_eq!(history, Err(FederityError::WrongCommit.into()));
}

#[test]
fn only_what_no_round_needs_may_be_closed() {
    let close = |commit: &Commit, decider: &Address, round: &Round| {
        commit.check_closable(decider, round, &key(30), &branch(), None, &key(2))
    };
    let mut over = round();
    over.state = ROUND_STATE_MERGED;
    let abandoned = commit();
    close(&abandoned, &key(40), &over).unwrap();
    let wrong = close(&abandoned, &key(41), &over);
    assert_eq!(wrong, Err(FederityError::WrongRound.into()));
    let mut running = over;
    running.state = ROUND_STATE_LOCKED;
    let early = close(&abandoned, &key(40), &running);
    assert_eq!(early, Err(FederityError::RoundNotOver.into()));
    let foreign = abandoned.check_closable(&key(40), &over, &key(31), &branch(), None, &key(2));
    assert_eq!(foreign, Err(FederityError::WrongBranch.into()));

    let mut merged = abandoned;
    merged.held_by = key(41);
    let hole = close(&merged, &key(41), &over);
    assert_eq!(hole, Err(FederityError::CommitStays.into()));
    over.state = ROUND_STATE_EXPIRED;
    close(&merged, &key(41), &over).unwrap();
    let elsewhere = close(&merged, &key(40), &over);
    assert_eq!(elsewhere, Err(FederityError::WrongRound.into()));
    let history = close(&merge(1), &NONE, &over);
    assert_eq!(history, Err(FederityError::CommitStays.into()));
}

#[test]
fn what_a_later_round_may_take_is_given_up_by_its_own_people_only() {
    let (mut over, mut branch) = (round(), branch());
    over.state = ROUND_STATE_EXPIRED;
    branch.head_seq = 2.into();
    let waiting = commit();
    let close = |commit: &Commit, round: &Round, branch: &Branch, who: u8| {
        commit.check_closable(&key(40), round, &key(30), branch, None, &key(who))
    };
    let held = Err(FederityError::CommitAwaited.into());
    assert_eq!(close(&waiting, &over, &branch, 9), held);
    let mut unfinished = unproved(2);
    assert_eq!(close(&unfinished, &over, &branch, 9), held);
    close(&waiting, &over, &branch, 2).unwrap();
    unfinished.payer = key(8);
    close(&unfinished, &over, &branch, 8).unwrap();

    // Nobody takes it any more: too old under the old rules and the new, rejected, given up, of a round of one.
    branch.head_seq = 3.into();
    close(&waiting, &over, &branch, 9).unwrap();
    branch.rules.max_staleness = 3.into();
    assert_eq!(close(&waiting, &over, &branch, 9), held);
    branch.rules.max_staleness = 0.into();
    branch.head_seq = 2.into();
    assert_eq!(close(&waiting, &over, &branch, 9), held);
    for breaks in [
        (|c: &mut Commit, _: &mut Round| c.rejects = 1.into()) as fn(&mut Commit, &mut Round),
        |c, _| c.state = COMMIT_STATE_ABANDONED,
        |c, _| c.kind = federity_protocol::constants::KIND_MERGE,
        |_, r| r.kind = federity_protocol::constants::ROUND_SOLO,
        |_, r| r.state = ROUND_STATE_MERGED,
    ] {
        let (mut commit, mut round) = (waiting, over);
        breaks(&mut commit, &mut round);
        close(&commit, &round, &branch, 9).unwrap();
    }
}

#[test]
fn a_base_comes_from_a_head_of_its_own_repository() {
    let mut ancestor = merge(3);
    ancestor.repository = key(1);
    ancestor.check_ancestor(&key(1)).unwrap();
    let foreign = ancestor.check_ancestor(&key(3));
    assert_eq!(foreign, Err(FederityError::WrongRepository.into()));
    let update = commit().check_ancestor(&key(1));
    assert_eq!(update, Err(FederityError::AncestorNotHistory.into()));
}

proptest! {
    #[test]
    fn totals_are_exact_whatever_the_order(
        units in prop::collection::btree_set(0u32..256, 1..12),
        norms in prop::collection::vec(0u64..(1 << 24), 12),
        shift in 0u8..=8,
    ) {
        let mut commit = unproved(units.len() as u32);
        (commit.shift, commit.norm_bound) = (shift, u64::MAX.into());
        for (unit, norm) in units.iter().zip(&norms) {
            commit.record_unit(None, *unit, &[0; 64], *norm).unwrap();
        }
        let total: u64 = norms.iter().take(units.len()).sum();
        prop_assert_eq!(commit.norm.get(), total << (2 * (8 - shift)));
        prop_assert_eq!(commit.state, COMMIT_STATE_COMPLETE);
        prop_assert!((0..256).all(|slot| commit.chunk.has_part(slot) == units.contains(&slot)));
    }

    #[test]
    fn the_largest_commit_stays_within_a_total_of_64_bits(n in 10u32..=22) {
        let unit = 1u64 << n;
        let units = u64::from(MAX_CHUNKS) * ((1u64 << 22) / unit).min(256);
        let largest = (u128::from(units) * u128::from(unit << 14)) << 16;
        prop_assert!(largest <= 1 << 62);
    }
}

#[test]
fn a_branch_s_journey_begins_where_it_was_forked() {
    let mut head = merge(3);
    head.start = key(61);
    head.travel = 9.into();
    assert_eq!(head.journey(&key(60), &key(30)), (key(61), 9.into()));
    assert_eq!(head.journey(&key(60), &key(31)), (key(60), 0.into()));
}

#[test]
fn levels_are_those_of_the_weakest_part() {
    let mut head = merge(3);
    (head.level, head.history_level) = (3, 1);
    for (part, levels) in [(2, (2, 1)), (3, (2, 1)), (0, (0, 0))] {
        head.lower_levels(part);
        assert_eq!((head.level, head.history_level), levels);
    }
}

#[test]
fn the_round_in_progress_may_take_what_no_rule_of_the_branch_lets_in_any_more() {
    let (mut over, mut current, mut branch) = (round(), round(), branch());
    over.state = ROUND_STATE_EXPIRED;
    over.rules.max_staleness = 0.into();
    branch.rules.max_staleness = 0.into();
    (branch.head_seq, current.opened_seq) = (2.into(), 2.into());
    let waiting = commit();
    let close = |current: Option<&Round>| {
        waiting.check_closable(&key(40), &over, &key(30), &branch, current, &key(9))
    };
    let held = Err(FederityError::CommitAwaited.into());
    current.rules.max_staleness = 2.into();
    assert_eq!(close(Some(&current)), held);
    current.rules.max_staleness = 1.into();
    close(Some(&current)).unwrap();
    close(None).unwrap();
}

#[test]
fn the_round_in_progress_takes_what_stood_on_the_head_that_it_opened_at() {
    let (mut over, mut current, mut branch) = (round(), round(), branch());
    over.state = ROUND_STATE_EXPIRED;
    (branch.head_seq, current.opened_seq) = (9.into(), 2.into());
    let waiting = commit();
    let close = |current: Option<&Round>| {
        waiting.check_closable(&key(40), &over, &key(30), &branch, current, &key(9))
    };
    assert_eq!(
        close(Some(&current)),
        Err(FederityError::CommitAwaited.into())
    );
    current.opened_seq = 3.into();
    close(Some(&current)).unwrap();
    close(None).unwrap();
}

#[test]
fn proofs_of_an_insecure_repository_are_its_word_elsewhere() {
    let mut head = merge(3);
    head.repository = key(1);
    assert_eq!(head.level_in(&key(3), 2), 2);
    head.flags = COMMIT_INSECURE;
    assert_eq!(
        (head.level_in(&key(1), 2), head.level_in(&key(3), 2)),
        (2, 0)
    );
    head.kind = federity_protocol::constants::KIND_GENESIS;
    assert_eq!(head.level_in(&key(3), 3), 3);
}

#[test]
fn nobody_approves_what_its_author_may_still_change() {
    let mut commit = unproved(2);
    let shell = commit.count_verdict(0, VERDICT_APPROVE);
    assert_eq!(shell, Err(FederityError::CommitIncomplete.into()));
    commit.count_verdict(0, VERDICT_REJECT).unwrap();
    commit.state = COMMIT_STATE_COMPLETE;
    commit
        .count_verdict(VERDICT_REJECT, VERDICT_APPROVE)
        .unwrap();
    commit.count_verdict(0, VERDICT_REJECT).unwrap();
    commit.void_veto().unwrap();
    let none = commit.void_veto();
    assert_eq!(none, Err(FederityError::CounterOverflow.into()));
}
