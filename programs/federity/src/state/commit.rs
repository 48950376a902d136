//! An immutable record of a change or a head. Seeds: `commit`, round, author; a genesis has its branch twice, a merge
//! its round twice.

use anchor_lang::prelude::*;
use federity_protocol::{
    constants::{
        CHUNK_ELEMENTS, CHUNK_UNITS, COMMIT_SEALED, COMMIT_STATE_ACCEPTED, COMMIT_STATE_COMPLETE,
        COMMIT_STATE_HISTORY, COMMIT_STATE_OPEN, KIND_SERVER, KIND_UPDATE, LEVEL_BOUNDED,
        LEVEL_SIGNED, MAX_SHIFT, ROUND_STATE_EXPIRED, VERDICT_APPROVE, VERDICT_COMMENT,
        VERDICT_REJECT,
    },
    encoding::{unit_place, UnitPlace},
};

use crate::{
    errors::FederityError,
    state::{BlobLocation, Chunk, Round, NONE},
    verifier,
};

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
    /// Bit 0: sealed.
    pub flags: u8,
    pub repository: Address,
    pub branch: Address,
    pub lineage: [u8; 32],
    /// The round it was created in; a genesis has its branch here.
    pub round: Address,
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
    /// Q16, as merged.
    pub weight: PodU32,
    /// Bound of a genesis or merge.
    pub bound: PodU64,
    pub chunk: Chunk,
    /// Room: root of the author's data set.
    pub data_root: [u8; 32],
    /// Room: lamports staked on a training trace.
    pub bond: PodU64,
    pub reserved: [u8; 64],
}

const _: () = assert!(core::mem::size_of::<Commit>() == 673);

impl Commit {
    /// Whether it is in the history of its branch.
    pub fn is_history(&self) -> bool {
        self.state == COMMIT_STATE_HISTORY
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

    fn check_open(&self) -> Result<()> {
        let update = self.kind == KIND_UPDATE || self.kind == KIND_SERVER;
        require!(
            update && self.state == COMMIT_STATE_OPEN,
            FederityError::CommitNotOpen
        );
        Ok(())
    }

    /// Whether another points account may be created, for chunk `index`.
    pub fn check_points(&self, index: u32) -> Result<()> {
        self.check_open()?;
        self.check_further(index)
    }

    /// Refuses an index that is not a further chunk of this vector.
    pub fn check_further(&self, index: u32) -> Result<()> {
        require!(
            index >= 1 && index < self.chunks.get(),
            FederityError::ChunkOutOfRange
        );
        Ok(())
    }

    /// Counts a points account that was created.
    pub fn count_points(&mut self) -> Result<()> {
        let count = self.points_created.get().checked_add(1);
        self.points_created = count.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }

    /// Takes back the count of a points account that was closed.
    pub fn discount_points(&mut self) {
        self.points_created = self.points_created.get().saturating_sub(1).into();
    }

    /// Replaces a reviewer's verdict `before` (0: none) by `after`.
    pub fn count_verdict(&mut self, before: u8, after: u8) -> Result<()> {
        let update = self.kind == KIND_UPDATE || self.kind == KIND_SERVER;
        require!(update, FederityError::WrongCommit);
        let known = (VERDICT_APPROVE..=VERDICT_COMMENT).contains(&after);
        require!(known, FederityError::InvalidVerdict);
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

    /// Refuses to close what a history or a merge is made of, or what a round still decides about.
    pub fn check_closable(&self, decider: &Address, round: &Round) -> Result<()> {
        require!(!self.is_history(), FederityError::CommitStays);
        require!(*self.decider() == *decider, FederityError::WrongRound);
        require!(round.is_over(), FederityError::RoundNotOver);
        require!(
            self.held_by == NONE || round.state == ROUND_STATE_EXPIRED,
            FederityError::CommitStays
        );
        Ok(())
    }

    /// Where a unit of this commit lies.
    pub fn unit_place(&self, unit: u32) -> Result<UnitPlace> {
        let place = unit_place(unit, self.unit_size.get()).ok_or(FederityError::UnitOutOfRange)?;
        require!(
            place.chunk < self.chunks.get(),
            FederityError::UnitOutOfRange
        );
        Ok(place)
    }

    /// Records a unit whose proof was verified: its point joins the chunk, its norm the total. `further` is the
    /// chunk of the unit's points account, or nothing for chunk 0.
    pub fn record_unit(
        &mut self,
        further: Option<&mut Chunk>,
        unit: u32,
        point: &[u8; 64],
        norm: u64,
    ) -> Result<()> {
        self.check_open()?;
        require!(self.key != NONE, FederityError::WrongAssurance);
        let place = self.unit_place(unit)?;
        let most = u64::from(self.unit_size.get()) << 14;
        require!(norm <= most, FederityError::NormOutOfRange);
        // norm < 2^37 and the shift is at most 16, so nothing is lost.
        let steps = norm << (2 * (MAX_SHIFT - self.shift.min(MAX_SHIFT)));
        let total = self
            .norm
            .get()
            .checked_add(steps)
            .ok_or(FederityError::NormOutOfRange)?;
        let chunk = select(&mut self.chunk, further, place.chunk)?;
        require!(
            !chunk.has_part(place.slot),
            FederityError::UnitAlreadyProved
        );
        require!(
            total <= self.norm_bound.get(),
            FederityError::NormBoundExceeded
        );
        chunk.add_part(place.slot, point, FederityError::UnitAlreadyProved)?;
        self.norm = total.into();
        self.finish_part(LEVEL_BOUNDED)
    }

    /// Records the declared point of chunk `index` of a commit without proofs.
    pub fn declare(
        &mut self,
        further: Option<&mut Chunk>,
        index: u32,
        point: &[u8; 64],
    ) -> Result<()> {
        self.check_open()?;
        require!(self.key == NONE, FederityError::WrongAssurance);
        require!(index < self.chunks.get(), FederityError::ChunkOutOfRange);
        require!(verifier::is_point(point), FederityError::PointNotOnCurve);
        let chunk = select(&mut self.chunk, further, index)?;
        chunk.add_part(0, point, FederityError::AlreadyDeclared)?;
        self.finish_part(LEVEL_SIGNED)
    }

    fn finish_part(&mut self, level: u8) -> Result<()> {
        let done = self.parts_done.get().checked_add(1);
        let done = done.ok_or(FederityError::CounterOverflow)?;
        self.parts_done = done.into();
        if done == self.parts.get() {
            self.state = COMMIT_STATE_COMPLETE;
            self.level = level;
        }
        Ok(())
    }

    /// Refuses a commit that cannot join a set: incomplete, a further chunk without an account, rejected, too low.
    pub fn check_acceptable(&self, min_level: u8, approvals: u32) -> Result<()> {
        let complete =
            self.state == COMMIT_STATE_COMPLETE || self.state == COMMIT_STATE_ACCEPTED;
        require!(complete, FederityError::CommitIncomplete);
        require!(
            self.points_created.get().checked_add(1) == Some(self.chunks.get()),
            FederityError::PointsMissing
        );
        require!(self.rejects == 0, FederityError::CommitRejected);
        require!(self.level >= min_level, FederityError::LevelTooLow);
        require!(
            self.approvals.get() >= approvals,
            FederityError::NotApproved
        );
        Ok(())
    }
}

fn select<'a>(
    first: &'a mut Chunk,
    further: Option<&'a mut Chunk>,
    index: u32,
) -> Result<&'a mut Chunk> {
    match (index, further) {
        (0, None) => Ok(first),
        (1.., Some(chunk)) => Ok(chunk),
        _ => Err(FederityError::WrongPoints.into()),
    }
}
