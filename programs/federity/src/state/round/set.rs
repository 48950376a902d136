//! Which commits a round takes.

use anchor_lang::prelude::*;
use federity_protocol::{
    constants::{
        COMMIT_STATE_ACCEPTED, ROUND_OPEN, ROUND_SOLO, ROUND_STATE_EXPIRED, ROUND_STATE_OPEN,
        VERDICT_APPROVE,
    },
    context::extend_set,
};

use super::Round;
use crate::{
    errors::FederityError,
    state::{branch::is_fresh, vote::count_votes, Branch, Commit, Here, Review},
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

    /// Refuses a parent, at `position` moves of the branch, that lags by more than the rules allow. In an open round the
    /// head of its opening is what counts, so that nobody makes others' work stale by moving the head meanwhile.
    pub fn check_staleness(&self, branch: &Branch, position: u64) -> Result<()> {
        let head = if self.kind == ROUND_OPEN {
            self.opened_seq
        } else {
            branch.head_seq
        };
        require!(
            is_fresh(head.get(), position, self.max_staleness()),
            FederityError::ParentStale
        );
        Ok(())
    }

    /// Approvals that a commit needs.
    pub fn approvals_needed(&self) -> u32 {
        if self.kind == ROUND_SOLO {
            0
        } else {
            u32::from(self.rules.approvals)
        }
    }

    /// The approvals of a commit among the shown votes that count; none are read where none are needed.
    pub fn count_approvals(
        &self,
        here: &Here,
        address: &Address,
        commit: &Commit,
        votes: &[AccountView],
    ) -> Result<u32> {
        if self.approvals_needed() == 0 {
            return Ok(0);
        }
        count_votes(here, votes, |review: &Review| {
            review.commit == *address
                && review.verdict == VERDICT_APPROVE
                && review.reviewer != commit.author
        })
    }

    /// Puts a commit into the set: dense index, running sum and hash. `previous` is the round that decided about the
    /// commit before, when that is another; `approvals` are those that count.
    #[allow(clippy::too_many_arguments)]
    pub fn accept(
        &mut self,
        address: &Address,
        commit_address: &Address,
        commit: &mut Commit,
        previous: Option<&mut Round>,
        branch: &Branch,
        approvals: u32,
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
        commit.check_acceptable(self.rules.min_level)?;
        require!(
            approvals >= self.approvals_needed(),
            FederityError::NotApproved
        );
        self.rules.check_declared(commit)?;
        // The bound it was proved under may be another round's.
        require!(
            commit.norm.get() <= self.rules.norm_bound.get(),
            FederityError::NormBoundExceeded
        );
        self.check_staleness(branch, commit.parent_seq.get())?;

        let index = self.accepted.get();
        let samples = commit.samples.get();
        let count = index.checked_add(1).ok_or(FederityError::CounterOverflow)?;
        self.set_hash = extend_set(
            &self.set_hash,
            commit_address.as_array(),
            index,
            samples,
            sha256,
        );
        self.count_in(commit)?;
        if let Some(round) = previous {
            round.part_with()?;
            self.take_charge()?;
        }
        self.accepted = count.into();
        commit.state = COMMIT_STATE_ACCEPTED;
        commit.held_by = *address;
        commit.index = index.into();
        commit.weight = 0.into();
        Ok(())
    }

    /// Accepted commits that count: those that do not stand rejected.
    pub fn counting(&self) -> u32 {
        self.accepted.get().saturating_sub(self.rejected.get())
    }

    /// Follows what reviewers say about a commit, which stood rejected before or did not: while the round takes
    /// commits, one of its set leaves count and samples with its first veto and comes back with the last.
    pub fn follow_verdict(
        &mut self,
        address: &Address,
        commit: &Commit,
        rejected: bool,
    ) -> Result<()> {
        let own = commit.held_by == *address && self.state == ROUND_STATE_OPEN;
        match (rejected, commit.rejects != 0) {
            (false, true) if own => {
                let out = self.rejected.get().checked_add(1);
                self.rejected = out.ok_or(FederityError::CounterOverflow)?.into();
                self.count_out(commit)
            }
            (true, false) if own => {
                let out = self.rejected.get().checked_sub(1);
                self.rejected = out.ok_or(FederityError::CounterOverflow)?.into();
                self.count_in(commit)
            }
            _ => Ok(()),
        }
    }

    fn count_in(&mut self, commit: &Commit) -> Result<()> {
        let samples = u64::from(commit.samples.get());
        let sum = self.sum_samples.get().checked_add(samples);
        self.sum_samples = sum.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }

    fn count_out(&mut self, commit: &Commit) -> Result<()> {
        let samples = u64::from(commit.samples.get());
        let sum = self.sum_samples.get().checked_sub(samples);
        self.sum_samples = sum.ok_or(FederityError::CounterOverflow)?.into();
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
