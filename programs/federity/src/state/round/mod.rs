//! The window in which updates are collected, reviewed and merged. Seeds: `round`, branch, index as u64
//! little-endian.

use anchor_lang::prelude::*;
use federity_protocol::constants::{
    ROUND_STATE_EXPIRED, ROUND_STATE_LOCKED, ROUND_STATE_MERGED, ROUND_STATE_OPEN, WEIGHT_ONE,
};

use crate::{
    errors::FederityError,
    state::{Branch, StoredRules, NONE},
};

mod merge;
mod set;
#[cfg(test)]
mod tests;
mod weights;

use {merge::bound_after, weights::scale};

#[account]
pub struct Round {
    pub version: u8,
    pub bump: u8,
    /// 1 open, 2 solo, 3 server.
    pub kind: u8,
    pub state: u8,
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
    /// Accepted commits that stand rejected: they keep their index, and count nothing.
    pub rejected: PodU32,
    /// Samples of the commits that count.
    pub sum_samples: PodU64,
    pub set_hash: [u8; 32],
    pub weights_written: PodU32,
    pub weight_sum: PodU32,
    pub weights_hash: [u8; 32],
    /// Head, its number of moves and its bound at lock.
    pub head: Address,
    pub head_seq: PodU64,
    pub bound: PodU64,
    /// Number of the present merge attempt, from 1: it rises when the keeper starts the weights over.
    pub attempt: PodU64,
    pub chunks: PodU32,
    /// Chunks of the merge that are whole.
    pub chunks_done: PodU32,
    /// Sum of the scaled weights added to chunk 0: what the merge may add to the bound, over 128.
    pub scaled_sum: PodU64,
    /// The merge commit; zero before it has begun.
    pub merge: Address,
    /// Approvals of the present set and weights.
    pub approvals: PodU32,
    /// Commits that exist and that it decides about, its own merge among them.
    pub commits: PodU32,
    /// Head moves of the branch when it opened: what its commits may lag counts from there.
    pub opened_seq: PodU64,
    /// Weights of its updates, Q16, added up as they come into the merge.
    pub contributed: PodU32,
    /// The branch's dividend when it was merged: of sales before that its updates have nothing.
    pub dividend: PodU128,
    pub reserved: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<Round>() == 542);

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
        self.take_charge()
    }

    /// Counts a commit that it decides about from now on.
    fn take_charge(&mut self) -> Result<()> {
        let count = self.commits.get().checked_add(1);
        self.commits = count.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }

    /// Takes back the count of a commit that is closed, or that another round decides about.
    pub fn part_with(&mut self) -> Result<()> {
        let count = self.commits.get().checked_sub(1);
        self.commits = count.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }

    /// Refuses to close a round that is not over, that a history is made of, or that a commit still needs.
    pub fn check_closable(&self) -> Result<()> {
        require!(self.is_over(), FederityError::RoundNotOver);
        require!(
            self.state == ROUND_STATE_EXPIRED && self.commits == 0,
            FederityError::RoundStays
        );
        Ok(())
    }

    /// Refuses a keeper's lock before everybody has had their time, where nobody else has said a word about the set: it
    /// could open, fill and lock a round before anyone saw it.
    pub fn check_lock_by_keeper(&self, slot: u64) -> Result<()> {
        let judged = self.rules.approvals > 0 || self.rules.merge_approvals > 0;
        require!(
            judged || slot > self.propose_deadline.get(),
            FederityError::DeadlineNotReached
        );
        Ok(())
    }

    /// Refuses a push of one's own, and an operation, while this round, the branch's, can be locked by anyone: moves in a
    /// row would keep the head from it until its time is over.
    pub fn check_gives_way(&self, slot: u64) -> Result<()> {
        let due = self.state == ROUND_STATE_OPEN
            && self.counting() > 0
            && slot > self.review_deadline.get()
            && slot <= self.merge_deadline.get();
        require!(!due, FederityError::RoundWaits);
        Ok(())
    }

    /// Ends a round whose merge has not begun.
    pub fn cancel(&mut self) -> Result<()> {
        require!(!self.is_over(), FederityError::RoundNotOpen);
        require!(self.merge == NONE, FederityError::MergeBegun);
        self.state = ROUND_STATE_EXPIRED;
        Ok(())
    }

    /// Whether someone without a keeper's rights may lock an open round now.
    pub fn check_lock_by_anyone(&self, slot: u64) -> Result<()> {
        require!(
            slot > self.review_deadline.get(),
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
        require!(self.counting() > 0, FederityError::NothingAccepted);
        let worst = bound_after(
            branch.bound.get(),
            scale(WEIGHT_ONE, branch.fraction_bits, 0)?,
        );
        require!(worst.is_some(), FederityError::BoundExceeded);
        // The branch may have been protected since the round opened.
        branch.check_kind(self.kind)?;
        branch.lock(*address)?;
        self.state = ROUND_STATE_LOCKED;
        self.head = branch.head;
        self.head_seq = branch.head_seq;
        self.fraction_bits = branch.fraction_bits;
        self.bound = branch.bound;
        self.chunks = branch.chunks;
        self.attempt = 1.into();
        Ok(())
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
        let empty = self.state == ROUND_STATE_OPEN && self.counting() == 0;
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
