//! The sum over a round's set, and what it does to the bound.

use anchor_lang::prelude::*;
use federity_protocol::{
    constants::{BOUND_LIMIT, DELTA_BOUND, ROUND_SOLO, TRAVEL_BITS},
    G1,
};

use super::Round;
use crate::{
    errors::FederityError,
    state::{Approval, Wide, NONE},
};

impl Round {
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

    /// Approvals that a merge needs.
    pub fn merge_approvals_needed(&self) -> u32 {
        if self.kind == ROUND_SOLO {
            0
        } else {
            u32::from(self.rules.merge_approvals)
        }
    }

    /// Whether an approval is of the present set and weights.
    pub fn is_approved_by(&self, address: &Address, approval: &Approval) -> bool {
        approval.round == *address
            && approval.attempt == self.attempt
            && approval.set_hash == self.set_hash
            && approval.weights_hash == self.weights_hash
    }

    /// Whether the merge may begin with so many approvals: from then on set and weights are fixed.
    pub fn begin_merge(&mut self, merge: Address, approvals: u32) -> Result<()> {
        self.check_locked()?;
        require!(self.merge == NONE, FederityError::MergeBegun);
        self.check_weights()?;
        require!(
            approvals >= self.merge_approvals_needed(),
            FederityError::MergeNotApproved
        );
        self.merge = merge;
        self.take_charge()
    }

    /// Counts an update of a weight, and with the factor that follows from it, into what the merge adds to the bound.
    pub fn count_weight(&mut self, weight: u32, scaled: u64) -> Result<()> {
        let sum = self.scaled_sum.get().checked_add(scaled);
        self.scaled_sum = sum.ok_or(FederityError::BoundExceeded)?.into();
        let sum = self.contributed.get().checked_add(weight);
        self.contributed = sum.ok_or(FederityError::WeightSumExceeded)?.into();
        Ok(())
    }

    /// After a commit was added to a chunk: with the last one, refuses a sum that is not `expected`, and counts the
    /// chunk.
    pub fn count_chunk(&mut self, added: u32, point: &G1, expected: &G1) -> Result<()> {
        if self.accepted != added {
            return Ok(());
        }
        require!(point == expected, FederityError::MergeSumMismatch);
        let done = self.chunks_done.get().checked_add(1);
        self.chunks_done = done.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }

    /// How far the merged head is from where the branch began, when the locked one was at `travel`.
    pub fn travelled(&self, travel: PodU128) -> PodU128 {
        let step = Wide::of(self.scaled_sum.get()).times(DELTA_BOUND);
        let unit = TRAVEL_BITS.saturating_sub(self.fraction_bits);
        Wide::from(travel).plus(step.shifted(unit.into())).into()
    }

    /// Bound of the merged head.
    pub fn merged_bound(&self) -> Result<u64> {
        let bound = bound_after(self.bound.get(), self.scaled_sum.get());
        Ok(bound.ok_or(FederityError::BoundExceeded)?)
    }
}

/// The bound after adding deltas with factors that sum to `scaled_sum`, while it stays below `2^61`.
pub(super) fn bound_after(bound: u64, scaled_sum: u64) -> Option<u64> {
    const LIMIT: u64 = BOUND_LIMIT / DELTA_BOUND as u64;
    let added = (scaled_sum < LIMIT).then_some(scaled_sum << DELTA_BOUND.trailing_zeros())?;
    bound
        .checked_add(added)
        .filter(|bound| *bound < BOUND_LIMIT)
}
