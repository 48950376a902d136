//! The window in which updates are collected, reviewed and merged. Seeds: `round`, branch, index as u64
//! little-endian.

use anchor_lang::prelude::*;
use federity_protocol::{
    constants::{
        BOUND_LIMIT, COMMIT_STATE_ACCEPTED, DELTA_BOUND, ROUND_OPEN, ROUND_SOLO,
        ROUND_STATE_EXPIRED, ROUND_STATE_LOCKED, ROUND_STATE_MERGED, ROUND_STATE_OPEN,
        WEIGHTING_KEEPER, WEIGHTING_SAMPLES, WEIGHT_BITS, WEIGHT_ONE,
    },
    context::{extend_set, extend_weights},
};

use crate::{
    errors::FederityError,
    state::{Branch, Chunk, Commit, StoredRules, NONE},
    verifier::sha256,
};

#[account]
pub struct Round {
    pub version: u8,
    pub bump: u8,
    /// 1 open, 2 solo, 3 server.
    pub kind: u8,
    pub state: u8,
    /// Lowest level of the accepted commits.
    pub level: u8,
    /// `f` of the head at lock.
    pub fraction_bits: u8,
    pub repository: Address,
    pub branch: Address,
    pub lineage: [u8; 32],
    pub index: PodU64,
    pub opener: Address,
    pub payer: Address,
    pub opened_slot: PodU64,
    pub propose_deadline: PodU64,
    pub review_deadline: PodU64,
    pub merge_deadline: PodU64,
    pub rules: StoredRules,
    pub proposed: PodU32,
    pub accepted: PodU32,
    pub sum_samples: PodU64,
    pub set_hash: [u8; 32],
    pub weights_written: PodU32,
    pub weight_sum: PodU32,
    pub weights_hash: [u8; 32],
    /// Head, its number of moves and its bound at lock.
    pub head: Address,
    pub head_seq: PodU64,
    pub bound: PodU64,
    /// Number of the present merge attempt, unique in the branch: round index times 2^16 plus a count from 1.
    pub attempt: PodU64,
    pub chunks: PodU32,
    /// Chunks to which every accepted commit has been added.
    pub chunks_done: PodU32,
    /// Sum of the scaled weights added to chunk 0: what the merge may add to the bound, over 128.
    pub scaled_sum: PodU64,
    /// The merge commit; zero before it has begun.
    pub merge: Address,
    /// Approvals of the present set and weights.
    pub approvals: PodU32,
    pub reserved: [u8; 64],
}

const _: () = assert!(core::mem::size_of::<Round>() == 516);

impl Round {
    /// Sets the deadlines from the rules, counted from `slot`.
    pub fn schedule(&mut self, slot: u64) -> Result<()> {
        let after = |start: u64, slots: PodU32| {
            start
                .checked_add(u64::from(slots.get()))
                .ok_or(FederityError::CounterOverflow)
        };
        let propose = after(slot, self.rules.propose_slots)?;
        let review = after(propose, self.rules.review_slots)?;
        let merge = after(review, self.rules.merge_slots)?;
        self.opened_slot = slot.into();
        self.propose_deadline = propose.into();
        self.review_deadline = review.into();
        self.merge_deadline = merge.into();
        Ok(())
    }

    /// Whether it no longer holds anything.
    pub fn is_over(&self) -> bool {
        self.state == ROUND_STATE_MERGED || self.state == ROUND_STATE_EXPIRED
    }

    pub fn check_open(&self) -> Result<()> {
        require!(self.state == ROUND_STATE_OPEN, FederityError::RoundNotOpen);
        Ok(())
    }

    pub fn check_locked(&self) -> Result<()> {
        require!(
            self.state == ROUND_STATE_LOCKED,
            FederityError::RoundNotLocked
        );
        Ok(())
    }

    /// Refuses a proposal to a round that takes none now.
    pub fn check_proposing(&self, slot: u64) -> Result<()> {
        self.check_open()?;
        require!(
            slot <= self.propose_deadline.get(),
            FederityError::DeadlinePassed
        );
        Ok(())
    }

    /// Counts a proposal.
    pub fn count_proposal(&mut self) -> Result<()> {
        let count = self.proposed.get().checked_add(1);
        self.proposed = count.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }

    /// How far a parent may lag: a solo or server commit starts from the head itself.
    pub fn max_staleness(&self) -> u32 {
        if self.kind == ROUND_OPEN {
            self.rules.max_staleness.get()
        } else {
            0
        }
    }

    fn approvals_needed(&self) -> u32 {
        if self.kind == ROUND_SOLO {
            0
        } else {
            u32::from(self.rules.approvals)
        }
    }

    /// Puts a commit into the set: dense index, running sum and hash. `previous` is the round that decided about the
    /// commit before, when that is another.
    pub fn accept(
        &mut self,
        address: &Address,
        commit_address: &Address,
        commit: &mut Commit,
        previous: Option<&Round>,
        branch: &Branch,
        slot: u64,
    ) -> Result<()> {
        self.check_open()?;
        require!(
            slot <= self.review_deadline.get(),
            FederityError::DeadlinePassed
        );
        require!(
            commit.branch == self.branch && commit.lineage == self.lineage,
            FederityError::LineageMismatch
        );
        require!(commit.held_by != *address, FederityError::AlreadyAccepted);
        let free = match previous {
            None => *commit.decider() == *address,
            Some(round) => {
                let both_open = round.kind == ROUND_OPEN && self.kind == ROUND_OPEN;
                both_open && round.state == ROUND_STATE_EXPIRED
            }
        };
        require!(free, FederityError::CommitHeld);
        commit.check_acceptable(self.rules.min_level, self.approvals_needed())?;
        // The bound it was proved under may be another round's.
        require!(
            commit.norm.get() <= self.rules.norm_bound.get(),
            FederityError::NormBoundExceeded
        );
        branch.check_staleness(commit.parent_seq.get(), self.max_staleness())?;

        let index = self.accepted.get();
        let samples = commit.samples.get();
        let count = index.checked_add(1).ok_or(FederityError::CounterOverflow)?;
        let sum = self.sum_samples.get().checked_add(u64::from(samples));
        let sum = sum.ok_or(FederityError::CounterOverflow)?;
        self.set_hash = extend_set(
            &self.set_hash,
            commit_address.as_array(),
            index,
            samples,
            sha256,
        );
        self.level = if index == 0 {
            commit.level
        } else {
            self.level.min(commit.level)
        };
        self.accepted = count.into();
        self.sum_samples = sum.into();
        commit.state = COMMIT_STATE_ACCEPTED;
        commit.held_by = *address;
        commit.index = index.into();
        commit.weight = 0.into();
        Ok(())
    }

    /// Whether someone without a keeper's rights may lock now.
    pub fn check_lock_by_anyone(&self, slot: u64) -> Result<()> {
        require!(
            self.kind == ROUND_SOLO || slot > self.review_deadline.get(),
            FederityError::DeadlineNotReached
        );
        Ok(())
    }

    /// Freezes the set and the head it applies to.
    pub fn lock(&mut self, address: &Address, branch: &mut Branch, slot: u64) -> Result<()> {
        self.check_open()?;
        require!(
            slot <= self.merge_deadline.get(),
            FederityError::DeadlinePassed
        );
        require!(self.accepted.get() > 0, FederityError::NothingAccepted);
        let worst = bound_after(branch.bound.get(), scale(WEIGHT_ONE, branch.fraction_bits, 0)?);
        require!(worst.is_some(), FederityError::BoundExceeded);
        // Indices stay far below 2^47: each costs an account.
        let attempt = self.index.get().checked_shl(16).and_then(|n| n.checked_add(1));
        let attempt = attempt.ok_or(FederityError::CounterOverflow)?;
        branch.lock(*address)?;
        self.state = ROUND_STATE_LOCKED;
        self.head = branch.head;
        self.head_seq = branch.head_seq;
        self.fraction_bits = branch.fraction_bits;
        self.bound = branch.bound;
        self.chunks = branch.chunks;
        self.attempt = attempt.into();
        Ok(())
    }

    /// Whether the keeper's weights decide this round.
    pub fn weighs_by_keeper(&self) -> bool {
        self.kind == ROUND_OPEN && self.rules.weighting == WEIGHTING_KEEPER
    }

    fn check_weighing(&self) -> Result<()> {
        self.check_locked()?;
        require!(self.weighs_by_keeper(), FederityError::WeightingNotKeeper);
        require!(self.merge == NONE, FederityError::MergeBegun);
        Ok(())
    }

    /// Starts the keeper's weights over; approvals of earlier ones no longer count.
    pub fn restart_weights(&mut self) -> Result<()> {
        self.check_weighing()?;
        let next = self.attempt.get().checked_add(1);
        let next = next.filter(|n| n & 0xffff != 0);
        self.attempt = next.ok_or(FederityError::CounterOverflow)?.into();
        self.weights_written = 0.into();
        self.weight_sum = 0.into();
        self.weights_hash = [0; 32];
        self.approvals = 0.into();
        Ok(())
    }

    /// Writes the weight of the next commit in order.
    pub fn write_weight(
        &mut self,
        address: &Address,
        commit: &mut Commit,
        weight: u32,
    ) -> Result<()> {
        self.check_weighing()?;
        self.check_member_commit(address, commit)?;
        let index = self.weights_written.get();
        require!(commit.index == index, FederityError::WeightOutOfOrder);
        let cap = if commit.rejects == 0 {
            self.rules.max_weight.get()
        } else {
            0
        };
        require!(weight <= cap, FederityError::WeightTooLarge);
        let sum = self.weight_sum.get().checked_add(weight);
        let sum = sum.filter(|sum| *sum <= WEIGHT_ONE);
        let sum = sum.ok_or(FederityError::WeightSumExceeded)?;
        let written = index.checked_add(1).ok_or(FederityError::CounterOverflow)?;
        self.weights_hash = extend_weights(&self.weights_hash, index, weight, sha256);
        self.weights_written = written.into();
        self.weight_sum = sum.into();
        commit.weight = weight.into();
        Ok(())
    }

    fn check_member_commit(&self, address: &Address, commit: &Commit) -> Result<()> {
        require!(
            commit.held_by == *address && commit.state == COMMIT_STATE_ACCEPTED,
            FederityError::NotAccepted
        );
        Ok(())
    }

    /// Whether every weight is known.
    pub fn check_weights(&self) -> Result<()> {
        require!(
            !self.weighs_by_keeper() || self.weights_written == self.accepted,
            FederityError::WeightsIncomplete
        );
        Ok(())
    }

    /// The weight of an accepted commit, Q16.
    pub fn weight_of(&self, commit: &Commit) -> u32 {
        if self.kind != ROUND_OPEN {
            return WEIGHT_ONE;
        }
        // A commit rejected between acceptance and lock stays in the set, without weight.
        if commit.rejects != 0 {
            return 0;
        }
        let weight = match self.rules.weighting {
            WEIGHTING_KEEPER => commit.weight.get(),
            WEIGHTING_SAMPLES => {
                // samples < 2^32, so the product stays below 2^48 and the quotient is at most one.
                let scaled = u64::from(commit.samples.get()) << WEIGHT_BITS;
                scaled.checked_div(self.sum_samples.get()).unwrap_or(0) as u32
            }
            _ => WEIGHT_ONE.checked_div(self.accepted.get()).unwrap_or(0),
        };
        weight.min(self.rules.max_weight.get())
    }

    /// Counts an approval of the present set and weights.
    pub fn approve(&mut self, set_hash: &[u8; 32], weights_hash: &[u8; 32]) -> Result<()> {
        self.check_locked()?;
        self.check_weights()?;
        require!(self.merge == NONE, FederityError::MergeBegun);
        require!(
            self.set_hash == *set_hash && self.weights_hash == *weights_hash,
            FederityError::ApprovalMismatch
        );
        let count = self.approvals.get().checked_add(1);
        self.approvals = count.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }

    /// Whether the merge may begin: from then on set and weights are fixed.
    pub fn begin_merge(&mut self, merge: Address) -> Result<()> {
        self.check_locked()?;
        require!(self.merge == NONE, FederityError::MergeBegun);
        self.check_weights()?;
        let needed = if self.kind == ROUND_SOLO {
            0
        } else {
            u32::from(self.rules.merge_approvals)
        };
        require!(
            self.approvals.get() >= needed,
            FederityError::MergeNotApproved
        );
        self.merge = merge;
        Ok(())
    }

    /// The factor of an accepted commit's point. Counted into the bound once, with its chunk 0.
    pub fn scaled_weight(&self, address: &Address, commit: &Commit) -> Result<(u32, u64)> {
        self.check_member_commit(address, commit)?;
        let weight = self.weight_of(commit);
        Ok((weight, scale(weight, self.fraction_bits, commit.shift)?))
    }

    /// Counts a factor into what the merge adds to the bound.
    pub fn count_weight(&mut self, scaled: u64) -> Result<()> {
        let sum = self.scaled_sum.get().checked_add(scaled);
        self.scaled_sum = sum.ok_or(FederityError::BoundExceeded)?.into();
        Ok(())
    }

    /// With the last commit of a chunk, refuses a sum that is not `expected`, and counts the chunk.
    pub fn check_sum(&mut self, chunk: &Chunk, expected: &[u8; 64]) -> Result<()> {
        if chunk.added != self.accepted {
            return Ok(());
        }
        require!(chunk.point == *expected, FederityError::MergeSumMismatch);
        let done = self.chunks_done.get().checked_add(1);
        self.chunks_done = done.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }

    /// Bound of the merged head.
    pub fn merged_bound(&self) -> Result<u64> {
        let bound = bound_after(self.bound.get(), self.scaled_sum.get());
        Ok(bound.ok_or(FederityError::BoundExceeded)?)
    }

    /// Ends a merged round.
    pub fn finish(&mut self) -> Result<()> {
        self.check_locked()?;
        require!(self.merge != NONE, FederityError::MergeNotBegun);
        require!(
            self.chunks_done == self.chunks,
            FederityError::MergeIncomplete
        );
        self.state = ROUND_STATE_MERGED;
        Ok(())
    }

    /// Ends a round that is too late: nobody blocks for longer.
    pub fn expire(&mut self, slot: u64) -> Result<()> {
        require!(!self.is_over(), FederityError::RoundNotOpen);
        let empty = self.state == ROUND_STATE_OPEN && self.accepted == 0;
        let deadline = if empty {
            self.review_deadline
        } else {
            self.merge_deadline
        };
        require!(slot > deadline.get(), FederityError::DeadlineNotReached);
        self.state = ROUND_STATE_EXPIRED;
        Ok(())
    }
}

/// `w' = w * 2^(f-16-s)`: the integer factor of a delta at shift `s` on a head with `f` fraction bits.
pub fn scale(weight: u32, fraction_bits: u8, shift: u8) -> Result<u64> {
    let exponent = u32::from(fraction_bits)
        .checked_sub(WEIGHT_BITS)
        .and_then(|n| n.checked_sub(u32::from(shift)));
    // w <= 2^16, so w' stays below 2^61.
    let exponent = exponent.filter(|n| *n <= 44 && weight <= WEIGHT_ONE);
    Ok(u64::from(weight) << exponent.ok_or(FederityError::BoundExceeded)?)
}

/// The bound after adding deltas with factors that sum to `scaled_sum`, while it stays below `2^61`.
fn bound_after(bound: u64, scaled_sum: u64) -> Option<u64> {
    let limit = BOUND_LIMIT / u64::from(DELTA_BOUND);
    let added = (scaled_sum < limit).then_some(scaled_sum << DELTA_BOUND.trailing_zeros())?;
    bound.checked_add(added).filter(|bound| *bound < BOUND_LIMIT)
}
