//! Which commits a round takes.

use anchor_lang::prelude::*;
use federity_protocol::{
    constants::{COMMIT_STATE_ACCEPTED, ROUND_OPEN, ROUND_SOLO, ROUND_STATE_EXPIRED},
    context::extend_set,
};

use super::Round;
use crate::{
    errors::FederityError,
    state::{Branch, Commit},
    verifier::sha256,
};

impl Round {
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
        previous: Option<&mut Round>,
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
        let free = match &previous {
            None => *commit.decider() == *address,
            Some(round) => {
                let both_open = round.kind == ROUND_OPEN && self.kind == ROUND_OPEN;
                both_open && round.state == ROUND_STATE_EXPIRED
            }
        };
        require!(free, FederityError::CommitHeld);
        commit.check_acceptable(self.rules.min_level, self.approvals_needed())?;
        self.rules.check_declared(commit)?;
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
        if let Some(round) = previous {
            round.part_with()?;
            self.take_charge()?;
        }
        self.accepted = count.into();
        self.sum_samples = sum.into();
        commit.state = COMMIT_STATE_ACCEPTED;
        commit.held_by = *address;
        commit.index = index.into();
        commit.weight = 0.into();
        Ok(())
    }

    pub(super) fn check_member_commit(&self, address: &Address, commit: &Commit) -> Result<()> {
        require!(
            commit.held_by == *address && commit.state == COMMIT_STATE_ACCEPTED,
            FederityError::NotAccepted
        );
        Ok(())
    }
}
