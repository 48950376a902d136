//! The pure transitions against plain integers.

use super::*;
use crate::state::{
    testing::{branch, commit, key, merge, round},
    Round, Wide,
};
use federity_protocol::constants::{
    COMMIT_INSECURE, COMMIT_STATE_ACCEPTED, GENESIS_FRACTION_BITS, KIND_GENESIS, LEVEL_TRAINED,
    ROUND_STATE_MERGED, UNPAIRED, WEIGHT_ONE,
};
use proptest::prelude::*;

const PLUS: TermArgs = TermArgs {
    negative: false,
    factor: 1,
    pair: UNPAIRED,
};
const MINUS: TermArgs = TermArgs {
    negative: true,
    ..PLUS
};

fn paired(term: TermArgs, pair: u8) -> TermArgs {
    TermArgs { pair, ..term }
}

fn head(fraction_bits: u8, bound: u64) -> Commit {
    let mut head = merge(1);
    head.fraction_bits = fraction_bits;
    head.bound = bound.into();
    head.travel = u128::from(bound).into();
    head
}

fn of(n: u8, commit: &Commit) -> Operand<'_> {
    Operand {
        address: key(n),
        commit,
        round: None,
    }
}

fn merged() -> (Commit, Round) {
    let (mut update, mut round) = (commit(), round());
    update.state = COMMIT_STATE_ACCEPTED;
    update.held_by = key(40);
    round.state = ROUND_STATE_MERGED;
    (update, round)
}

fn update_of<'a>(n: u8, (update, round): &'a (Commit, Round)) -> Operand<'a> {
    Operand {
        address: key(n),
        commit: update,
        round: Some((key(40), round)),
    }
}

#[test]
fn only_history_and_merged_updates_of_the_lineage_are_operands() {
    let lineage = [0; 32];
    let past = head(24, 1);
    of(60, &past).check(&lineage).unwrap();
    let other = of(60, &past).check(&[1; 32]);
    assert_eq!(other, Err(FederityError::LineageMismatch.into()));
    let open = commit();
    let refused = of(60, &open).check(&lineage);
    assert_eq!(refused, Err(FederityError::OperandNotHistory.into()));
    update_of(50, &merged()).check(&lineage).unwrap();
    for breaks in [
        (|c: &mut Commit, _: &mut Round| c.rejects = 1.into()) as fn(&mut Commit, &mut Round),
        |c, _| c.held_by = key(41),
        |c, _| c.state = federity_protocol::constants::COMMIT_STATE_COMPLETE,
        |_, r| r.state = federity_protocol::constants::ROUND_STATE_EXPIRED,
        |_, r| r.state = federity_protocol::constants::ROUND_STATE_LOCKED,
    ] {
        let mut broken = merged();
        breaks(&mut broken.0, &mut broken.1);
        assert_eq!(
            update_of(50, &broken).check(&lineage),
            Err(FederityError::OperandNotMerged.into())
        );
    }
}

#[test]
fn terms_have_one_spelling() {
    let past = head(24, 1);
    let (a, b) = (of(50, &past), of(60, &past));
    let check =
        |m, operands: &[Operand], terms: &[TermArgs]| check_terms(&key(60), m, operands, terms);
    check(0, &[a, b], &[paired(PLUS, 1), paired(MINUS, 0)]).unwrap();
    check(0, &[a], &[PLUS]).unwrap();
    let none = Err(FederityError::InvalidTerms.into());
    assert_eq!(check(0, &[], &[]), none);
    assert_eq!(check(0, &[b, a], &[PLUS; 2]), none);
    assert_eq!(check(0, &[a, a], &[PLUS; 2]), none);
    assert_eq!(check(0, &[a, b], &[PLUS]), none);
    assert_eq!(
        check(0, &[b], &[PLUS]),
        none,
        "the head is the head already"
    );
    let factor = Err(FederityError::InvalidFactor.into());
    let even = TermArgs { factor: 2, ..PLUS };
    assert_eq!(check(1, &[a, b], &[even; 2]), factor);
    assert_eq!(check(9, &[a], &[PLUS]), factor);
    for broken in [0, (1 << 24) + 1] {
        let broken = TermArgs {
            factor: broken,
            ..PLUS
        };
        assert_eq!(check(0, &[a], &[broken]), factor);
    }
    let held = merged();
    let update = update_of(55, &held);
    assert_eq!(
        check(1, &[update], &[PLUS]),
        factor,
        "a weight is over 2^16"
    );
    let pair = Err(FederityError::InvalidPair.into());
    assert_eq!(check(0, &[a, b], &[paired(PLUS, 1), paired(PLUS, 0)]), pair);
    assert_eq!(check(0, &[a, b], &[paired(PLUS, 1), MINUS]), pair);
    assert_eq!(check(0, &[a, b], &[paired(PLUS, 0), MINUS]), pair);
    assert_eq!(check(0, &[a, b], &[paired(PLUS, 9), MINUS]), pair);
    let crossed = [paired(PLUS, 1), paired(MINUS, 0)];
    assert_eq!(check(0, &[a, update], &crossed), pair);
}

#[test]
fn an_operation_is_known_by_everything_that_makes_it() {
    let past = head(24, 1);
    let operands = [of(50, &past), of(60, &past)];
    let id =
        |head, author, m, terms: &[TermArgs]| operation_id(&head, &author, m, &operands, terms);
    let first = id(key(60), key(2), 1, &[PLUS, MINUS]);
    for other in [
        id(key(61), key(2), 1, &[PLUS, MINUS]),
        id(key(60), key(3), 1, &[PLUS, MINUS]),
        id(key(60), key(2), 2, &[PLUS, MINUS]),
        id(key(60), key(2), 1, &[MINUS, MINUS]),
        id(key(60), key(2), 1, &[TermArgs { factor: 3, ..PLUS }, MINUS]),
        id(key(60), key(2), 1, &[paired(PLUS, 1), MINUS]),
    ] {
        assert_ne!(first, other);
    }
}

#[test]
fn a_result_is_as_fine_as_its_finest_head_and_m() {
    let (coarse, fine) = (head(24, 1), head(38, 1));
    assert_eq!(result_fraction(&[of(50, &coarse)], 2), Ok(26));
    assert_eq!(
        result_fraction(&[of(50, &coarse), of(51, &fine)], 2),
        Ok(40)
    );
    let refused = result_fraction(&[of(51, &fine)], 3);
    assert_eq!(refused, Err(FederityError::FractionExceeded.into()));
    assert_eq!(result_fraction(&[update_of(50, &merged())], 0), Ok(24));
}

#[test]
fn a_demand_asks_strangers_and_not_the_branch_s_own_past() {
    let (mut stranger, own) = (head(24, 1), head(24, 1));
    (stranger.branch, stranger.history_level) = (key(31), 1);
    let mut demand = Demand::none();
    demand.take(&of(50, &own), 1, &key(30), &branch());
    assert_eq!(demand, Demand::none());
    demand.take(&of(61, &stranger), 1, &key(30), &branch());
    assert_eq!(demand, Demand::none(), "the fork point");
    stranger.repository = key(1);
    demand.take(&of(50, &stranger), 1, &key(30), &branch());
    assert_eq!(demand.level, 1);
    let mut foreign = Demand::none();
    stranger.repository = key(2);
    foreign.take(&of(50, &stranger), 1, &key(30), &branch());
    assert_eq!(foreign.level, 1, "proved by keys of the program's list");
    stranger.flags = COMMIT_INSECURE;
    foreign.take(&of(50, &stranger), 1, &key(30), &branch());
    assert_eq!(foreign.level, 0, "proved by another repository's keys");
    let mut picked = merged();
    (picked.1.branch, picked.0.norm) = (key(31), 5.into());
    demand.take(&update_of(50, &picked), 3 << 16, &key(30), &branch());
    assert_eq!(
        (demand.level, demand.weight.get(), demand.strength.get()),
        (0, 3 << 16, 45)
    );
    let mut rules = branch().rules;
    rules.norm_bound = 44.into();
    rules.max_weight = (3 << 16).into();
    let weak = demand.check(&rules, false);
    assert_eq!(weak, Err(FederityError::NormBoundExceeded.into()));
    rules.norm_bound = 45.into();
    demand.check(&rules, false).unwrap();
    rules.max_weight = WEIGHT_ONE.into();
    let heavy = demand.check(&rules, false);
    assert_eq!(heavy, Err(FederityError::WeightTooLarge.into()));
    demand.check(&rules, true).unwrap();
    rules.min_level = 1;
    let low = demand.check(&rules, true);
    assert_eq!(low, Err(FederityError::LevelTooLow.into()));
    let mut again = Demand::none();
    again.take(&update_of(50, &merged()), WEIGHT_ONE, &key(30), &branch());
    assert_eq!(again, Demand::none(), "the branch's own update");
    again.take(
        &update_of(50, &merged()),
        WEIGHT_ONE + 1,
        &key(30),
        &branch(),
    );
    assert_eq!(again.weight, WEIGHT_ONE + 1);
}

#[test]
fn a_chunk_takes_operands_in_order_and_passes_over_a_genesis() {
    let mut genesis = head(24, 0);
    genesis.kind = KIND_GENESIS;
    let past = head(24, 1);
    let mut operation = Operation::zeroed();
    operation.state = OPERATION_STATE_OPEN;
    operation.fraction_bits = 24;
    for (n, commit) in [(50, &past), (51, &genesis), (52, &past), (53, &genesis)] {
        operation.name(&of(n, commit), &PLUS).unwrap();
    }
    let mut chunk = Chunk::zeroed();
    operation.pass_zeros(&mut chunk).unwrap();
    let early = operation.add(&mut chunk, &key(52), &[0; 64]);
    assert_eq!(early, Err(FederityError::OutOfOrder.into()));
    let foreign = operation.add(&mut chunk, &key(59), &[0; 64]);
    assert_eq!(foreign, Err(FederityError::WrongCommit.into()));
    operation.add(&mut chunk, &key(50), &[0; 64]).unwrap();
    operation.add(&mut chunk, &key(50), &[0; 64]).unwrap();
    assert_eq!(chunk.added, 2);
    operation.add(&mut chunk, &key(52), &[0; 64]).unwrap();
    assert!(operation.is_whole(&chunk));
}

#[test]
fn an_operation_ends_once_on_the_head_it_was_made_for() {
    let mut operation = Operation::zeroed();
    operation.state = OPERATION_STATE_OPEN;
    operation.head = key(60);
    operation.result = key(70);
    operation.chunks = 1.into();
    let mut result = head(26, 9);
    let mut branch = branch();
    let early = operation.finish(&mut result, &mut branch);
    assert_eq!(early, Err(FederityError::OperationIncomplete.into()));
    operation.count_chunk().unwrap();
    branch.locked_by = key(40);
    let held = operation.finish(&mut result, &mut branch);
    assert_eq!(held, Err(FederityError::HeadLocked.into()));
    branch.locked_by = crate::state::NONE;
    branch.head = key(62);
    let stale = operation.finish(&mut result, &mut branch);
    assert_eq!(stale, Err(FederityError::OperationStale.into()));
    operation.check_closable(&branch, false).unwrap();
    branch.head = key(60);
    let stays = operation.check_closable(&branch, false);
    assert_eq!(stays, Err(FederityError::OperationStays.into()));
    operation.check_closable(&branch, true).unwrap();
    operation.finish(&mut result, &mut branch).unwrap();
    assert_eq!((branch.head, branch.head_seq.get()), (key(70), 1));
    assert_eq!((branch.fraction_bits, branch.bound.get()), (26, 9));
    assert!(result.is_history());
    let twice = operation.finish(&mut result, &mut branch);
    assert_eq!(twice, Err(FederityError::OperationNotOpen.into()));
    let done = Err(FederityError::OperationNotOpen.into());
    assert_eq!(operation.check_closable(&branch, true), done);
    assert_eq!(operation.abandon(), done);
}

/// A branch in plain integers: what its one value is, exactly, beside what the program believes of it.
struct Line {
    past: Vec<(Commit, i128)>,
}

impl Line {
    fn new() -> Self {
        let mut genesis = Commit::zeroed();
        genesis.kind = KIND_GENESIS;
        genesis.fraction_bits = GENESIS_FRACTION_BITS as u8;
        genesis.branch = key(30);
        genesis.start = at(0);
        genesis.history_level = LEVEL_TRAINED;
        Self {
            past: vec![(genesis, 0)],
        }
    }

    fn last(&self) -> usize {
        self.past.len() - 1
    }

    fn put(&mut self, fraction_bits: u8, bound: u64, step: Wide, value: i128) {
        let mut commit = self.past[self.last()].0;
        commit.kind = federity_protocol::constants::KIND_MERGE;
        commit.fraction_bits = fraction_bits;
        commit.bound = bound.into();
        commit.travel = Wide::from(commit.travel).plus(step).into();
        self.past.push((commit, value));
    }

    /// A push of one delta.
    fn push(&mut self, delta: i8) {
        let (head, value) = self.past[self.last()];
        let factor = 1u64 << head.fraction_bits;
        let bound = head.bound.get() + 128 * factor;
        let step = Wide::of(128 << 40);
        self.put(
            head.fraction_bits,
            bound,
            step,
            value + i128::from(delta) * i128::from(factor),
        );
    }

    /// Applies terms of (place in the past, sign, pair); whether the bounds allowed it.
    fn apply(&mut self, named: &[(usize, bool, Option<usize>)]) -> bool {
        let terms: Vec<TermArgs> = named
            .iter()
            .map(|(_, negative, pair)| TermArgs {
                negative: *negative,
                factor: 1,
                pair: pair.map_or(UNPAIRED, |pair| pair as u8),
            })
            .collect();
        let operands: Vec<Operand> = named
            .iter()
            .map(|(place, ..)| Operand {
                address: at(*place),
                commit: &self.past[*place].0,
                round: None,
            })
            .collect();
        let head = Operand {
            address: at(self.last()),
            commit: &self.past[self.last()].0,
            round: None,
        };
        let Reach { bound, step } = reach(head, &operands, &terms, 0, 24);
        let Ok(bound) = check_bound(bound) else {
            return false;
        };
        let value = named.iter().fold(0, |sum, (place, negative, _)| {
            let value = self.past[*place].1;
            if *negative {
                sum - value
            } else {
                sum + value
            }
        });
        self.put(24, bound, step, value);
        true
    }

    fn holds(&self) {
        let (head, value) = &self.past[self.last()];
        assert!(value.unsigned_abs() <= u128::from(head.bound.get()));
        for (commit, other) in &self.past {
            let apart = head.travel.get().abs_diff(commit.travel.get());
            assert!((value - other).unsigned_abs() << 16 <= apart);
        }
    }
}

fn at(place: usize) -> Address {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(place as u64).to_le_bytes());
    Address::new_from_array(bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Each revert takes out one of the moves just before it, as people do; a thousand of them and of merges that bring in
    /// what two heads of the past differ by leave the bound far below its end.
    #[test]
    fn a_thousand_merges_and_reverts_stay_within_their_bounds(
        moves in prop::collection::vec((0u8..3, any::<i8>(), 0usize..4), 1000),
    ) {
        let mut line = Line::new();
        line.push(1);
        for (kind, delta, back) in moves {
            let head = line.last();
            let undone = head.saturating_sub(back).max(1);
            let done = match kind {
                0 => {
                    line.push(delta);
                    true
                }
                1 if undone == head => line.apply(&[(head - 1, false, None)]),
                1 => line.apply(&[
                    (head, false, None),
                    (undone, true, Some(2)),
                    (undone - 1, false, Some(1)),
                ]),
                _ if undone == head => line.apply(&[(head - 1, false, None)]),
                _ => line.apply(&[
                    (head, false, None),
                    (undone, false, Some(2)),
                    (undone - 1, true, Some(1)),
                ]),
            };
            prop_assert!(done, "the bounds ran out after {}", line.past.len());
            line.holds();
        }
    }

    /// Whatever is summed: no value exceeds its bound, none moved further than its step.
    #[test]
    fn a_sum_is_never_larger_than_it_may_be(
        values in prop::collection::vec((-1000i64..1000, 0u8..4, 0i64..50), 9),
        factors in prop::collection::vec((1u32..(1 << 24), any::<bool>()), 8),
        m in 0u8..8,
        pairs in any::<bool>(),
        known in 0usize..9,
    ) {
        // The ninth is the head, which may be a term too.
        let commits: Vec<Commit> = values.iter().enumerate().map(|(n, (value, finer, slack))| {
            let mut commit = head(24 + finer, value.unsigned_abs() + *slack as u64);
            // All begin at one point, whose value is zero.
            commit.branch = key(100 + (n % 3) as u8);
            commit.start = key(99);
            commit.travel = u128::MAX.into();
            commit
        }).collect();
        let operands: Vec<Operand> = (0..8).map(|n| of(10 + n as u8, &commits[n])).collect();
        let terms: Vec<TermArgs> = factors.iter().enumerate().map(|(n, (factor, negative))| TermArgs {
            negative: if pairs { n % 2 == 1 } else { *negative },
            factor: factor >> 8,
            pair: if pairs { (n ^ 1) as u8 } else { UNPAIRED },
        }).collect();
        let head_at = if known < 8 { operands[known] } else { of(90, &commits[8]) };
        let head_value = values[known].0;
        let fraction_bits = result_fraction(&operands, m).unwrap();
        let Reach { bound, step } = reach(head_at, &operands, &terms, m, fraction_bits);
        let mut sum = 0i128;
        for ((value, finer, _), term) in values.iter().zip(&terms) {
            let scale = fraction_bits - 24 - finer - m;
            let part = (i128::from(*value) * i128::from(term.factor)) << scale;
            sum += if term.negative { -part } else { part };
        }
        let bound = bound.unwrap();
        prop_assert!(sum.unsigned_abs() <= u128::from(bound));
        let from = i128::from(head_value) << (40 - 24 - values[known].1);
        let apart = ((sum << (40 - fraction_bits)) - from).unsigned_abs();
        prop_assert!(apart <= PodU128::from(step).get());
    }
}
