//! An immutable record of a change or a head. Seeds: `commit`, round, author; a genesis has its branch twice, a merge
//! its round twice.

use anchor_lang::prelude::*;
use federity_protocol::constants::{
    CHUNK_ELEMENTS, CHUNK_UNITS, COMMIT_INSECURE, COMMIT_SEALED, COMMIT_STATE_ABANDONED,
    COMMIT_STATE_ACCEPTED, COMMIT_STATE_COMPLETE, COMMIT_STATE_HISTORY, KIND_GENESIS,
    KIND_OPERATION, KIND_SERVER, KIND_UPDATE, LEVEL_SIGNED, MAX_SHIFT, ROUND_OPEN,
    ROUND_STATE_EXPIRED, ROUND_STATE_MERGED, VERDICT_APPROVE, VERDICT_COMMENT, VERDICT_REJECT,
};

use crate::{
    errors::FederityError,
    state::{branch::is_fresh, BlobLocation, Branch, Chunk, Round, NONE},
};

mod parts;
#[cfg(test)]
mod tests;

#[account]
pub struct Commit {
    pub version: u8,
    pub bump: u8,
    pub kind: u8,
    pub level: u8,
    pub state: u8,
    /// `s`: a delta counts in steps of `2^-(q+s)`.
    pub shift: u8,
    /// `f` of a genesis or merge.
    pub fraction_bits: u8,
    /// Bit 0: sealed, or a head with something sealed in it. Bit 1: made in a repository created insecure.
    pub flags: u8,
    /// Lowest level of all that a genesis or merge is made of.
    pub history_level: u8,
    pub repository: Address,
    pub branch: Address,
    pub lineage: [u8; 32],
    /// The round it was created in; a genesis has its branch here.
    pub round: Address,
    /// A genesis has its ancestor here, or nothing.
    pub parent: Address,
    pub author: Address,
    pub payer: Address,
    /// Head moves of the branch at which the parent was its head.
    pub parent_seq: PodU64,
    /// Head moves of the branch at which this commit became its head.
    pub seq: PodU64,
    pub created_slot: PodU64,
    pub blob_hash: [u8; 32],
    pub location: BlobLocation,
    /// Verifying key of all its units; zero at L0.
    pub key: Address,
    /// Elements of a unit; zero at L0.
    pub unit_size: PodU32,
    /// Units (L1) or points (L0) that must come in.
    pub parts: PodU32,
    pub parts_done: PodU32,
    pub chunks: PodU32,
    /// Accounts of further chunks that exist.
    pub points_created: PodU32,
    /// `sum d^2 * 4^(8-s)` over the proved units.
    pub norm: PodU64,
    pub norm_bound: PodU64,
    /// Declared by the author, proved by nobody.
    pub samples: PodU32,
    /// Declared loss, in millionths.
    pub loss: PodI32,
    /// Declared accuracy, in millionths.
    pub accuracy: PodI32,
    /// Declared privacy loss, in millionths.
    pub epsilon: PodU32,
    /// Standing approvals and rejections.
    pub approvals: PodU32,
    pub rejects: PodU32,
    /// The round that has accepted it; zero before.
    pub held_by: Address,
    pub index: PodU32,
    /// Q16, as its keeper wrote it; other weights follow from the round.
    pub weight: PodU32,
    /// Bound of a genesis or merge.
    pub bound: PodU64,
    /// The fork point of its branch; a genesis is its own.
    pub start: Address,
    /// How far the head has gone since `start`, in units of `2^-40`: no value of this commit's accumulator differs by
    /// more from that of `start`. The largest number says that nobody knows.
    pub travel: PodU128,
    pub chunk: Chunk,
    /// Room: root of the author's data set.
    pub data_root: [u8; 32],
    /// The branch's dividend up to which its author was paid; zero: nothing yet.
    pub claimed: PodU128,
    pub reserved: [u8; 56],
}

const _: () = assert!(core::mem::size_of::<Commit>() == 714);

impl Commit {
    /// Whether it is in the history of its branch.
    pub fn is_history(&self) -> bool {
        self.state == COMMIT_STATE_HISTORY
    }

    /// Whether its delta is committed under blinds, which its proofs then admit.
    pub fn is_sealed(&self) -> bool {
        self.flags & COMMIT_SEALED != 0
    }

    /// Whether it was made in a repository created insecure.
    pub fn is_insecure(&self) -> bool {
        self.flags & COMMIT_INSECURE != 0
    }

    /// What `level`, which its own repository says of it, is worth in another. What a key proves in a repository created
    /// insecure is said by its owner, who may have made it to be forged: those proofs are no more than its word. In any
    /// other only keys of the program's list prove.
    pub fn level_in(&self, repository: &Address, level: u8) -> u8 {
        // A genesis brings nothing that could be doubted.
        let vouched =
            self.kind == KIND_GENESIS || self.repository == *repository || !self.is_insecure();
        if vouched {
            level
        } else {
            LEVEL_SIGNED
        }
    }

    /// Whether it carries someone's delta.
    pub fn is_update(&self) -> bool {
        self.kind == KIND_UPDATE || self.kind == KIND_SERVER
    }

    /// Where the branch at `branch` began and how far its head has gone since, when this commit is its head; `address`
    /// is this commit's.
    pub fn journey(&self, address: &Address, branch: &Address) -> (Address, PodU128) {
        if self.branch == *branch {
            (self.start, self.travel)
        } else {
            (*address, 0.into())
        }
    }

    /// Counts what a part that weighs something is known to be.
    pub fn lower_levels(&mut self, level: u8) {
        self.level = self.level.min(level);
        self.history_level = self.history_level.min(level);
    }

    /// The round that decides about it: the one that accepted it, or the one it was created in.
    pub fn decider(&self) -> &Address {
        if self.held_by == NONE {
            &self.round
        } else {
            &self.held_by
        }
    }

    /// Refuses a shape that could never be completed.
    pub fn check_shape(&self) -> Result<()> {
        require!(self.shift <= MAX_SHIFT, FederityError::ShiftTooLarge);
        let proved = self.key != NONE;
        let known = self.flags & !COMMIT_SEALED == 0 && (self.flags == 0 || proved);
        require!(known, FederityError::InvalidCommitFlags);
        let chunks = self.chunks.get();
        let limit = if proved {
            let units = CHUNK_ELEMENTS.checked_div(self.unit_size.get());
            chunks.checked_mul(units.unwrap_or(0).min(CHUNK_UNITS))
        } else {
            Some(chunks)
        };
        let parts = self.parts.get();
        require!(
            parts >= 1 && limit.is_some_and(|limit| parts <= limit),
            FederityError::InvalidParts
        );
        Ok(())
    }

    /// Refuses what no new base can come from: another repository's commit, or one that no head ever was.
    pub fn check_ancestor(&self, repository: &Address) -> Result<()> {
        require!(
            self.repository == *repository,
            FederityError::WrongRepository
        );
        require!(self.is_history(), FederityError::AncestorNotHistory);
        Ok(())
    }

    /// Refuses what no NFT is of: whatever is not an operation that moved the head, or an update that counts in the merge
    /// of the round shown.
    pub fn check_credit(&self, round: Option<(&Address, &Round)>) -> Result<()> {
        let earned = match round {
            None => self.kind == KIND_OPERATION && self.is_history(),
            Some((address, round)) => {
                self.is_update()
                    && self.state == COMMIT_STATE_ACCEPTED
                    && self.held_by == *address
                    && round.state == ROUND_STATE_MERGED
                    && round.weight_of(self) > 0
            }
        };
        require!(earned, FederityError::CommitNotMerged);
        Ok(())
    }

    /// Whether all its parts are in, so that nothing of it changes any more.
    pub fn is_complete(&self) -> bool {
        self.state == COMMIT_STATE_COMPLETE || self.state == COMMIT_STATE_ACCEPTED
    }

    /// Takes back a standing veto.
    pub fn void_veto(&mut self) -> Result<()> {
        let rejects = self.rejects.get().checked_sub(1);
        self.rejects = rejects.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }

    /// Replaces a reviewer's verdict `before` (0: none) by `after`.
    pub fn count_verdict(&mut self, before: u8, after: u8) -> Result<()> {
        require!(self.is_update(), FederityError::WrongCommit);
        let known = (VERDICT_APPROVE..=VERDICT_COMMENT).contains(&after);
        require!(known, FederityError::InvalidVerdict);
        // Else its author says afterwards what was approved.
        require!(
            after != VERDICT_APPROVE || self.is_complete(),
            FederityError::CommitIncomplete
        );
        let recount = |count: PodU32, verdict: u8| {
            count
                .get()
                .checked_sub(u32::from(before == verdict))
                .and_then(|n| n.checked_add(u32::from(after == verdict)))
                .ok_or(FederityError::CounterOverflow)
        };
        let approvals = recount(self.approvals, VERDICT_APPROVE)?;
        let rejects = recount(self.rejects, VERDICT_REJECT)?;
        self.approvals = approvals.into();
        self.rejects = rejects.into();
        Ok(())
    }

    /// Refuses a commit that cannot join a set: incomplete, a further chunk without an account, rejected, too low.
    pub fn check_acceptable(&self, min_level: u8) -> Result<()> {
        require!(self.is_complete(), FederityError::CommitIncomplete);
        require!(
            self.points_created.get().checked_add(1) == Some(self.chunks.get()),
            FederityError::PointsMissing
        );
        require!(self.rejects == 0, FederityError::CommitRejected);
        require!(self.level >= min_level, FederityError::LevelTooLow);
        Ok(())
    }

    /// Refuses to close what a history or a merge is made of, what a round still decides about, and, unless its author
    /// or who paid for it asks, what a later round may still take. `current` is the branch's round in progress.
    #[allow(clippy::too_many_arguments)]
    pub fn check_closable(
        &self,
        decider: &Address,
        round: &Round,
        branch_address: &Address,
        branch: &Branch,
        current: Option<&Round>,
        authority: &Address,
    ) -> Result<()> {
        require!(!self.is_history(), FederityError::CommitStays);
        require!(*self.decider() == *decider, FederityError::WrongRound);
        require!(self.branch == *branch_address, FederityError::WrongBranch);
        require!(round.is_over(), FederityError::RoundNotOver);
        require!(
            self.held_by == NONE || round.state == ROUND_STATE_EXPIRED,
            FederityError::CommitStays
        );
        let own = self.author == *authority || self.payer == *authority;
        require!(
            own || !self.is_awaited(round, branch, current),
            FederityError::CommitAwaited
        );
        Ok(())
    }

    /// Whether a round after `round`, which is over, may take it as it stands or once its parts are in.
    fn is_awaited(&self, round: &Round, branch: &Branch, current: Option<&Round>) -> bool {
        let alive = self.is_update() && self.state != COMMIT_STATE_ABANDONED && self.rejects == 0;
        let handed_on = round.kind == ROUND_OPEN && round.state == ROUND_STATE_EXPIRED;
        // A round copies the branch's rules when it opens, and counts from the head of then: the one in progress may have
        // others than the one before and the next.
        let head = branch.head_seq;
        let limits = [
            (head, round.rules.max_staleness),
            (head, branch.rules.max_staleness),
        ];
        let now = current.map(|current| (current.opened_seq, current.rules.max_staleness));
        let fresh = limits
            .into_iter()
            .chain(now)
            .any(|(head, limit)| is_fresh(head.get(), self.parent_seq.get(), limit.get()));
        alive && handed_on && fresh
    }
}
