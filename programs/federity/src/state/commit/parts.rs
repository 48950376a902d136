//! How a commit's points come in: proved units (L1) or declared chunks (L0).

use anchor_lang::prelude::*;
use federity_protocol::{
    constants::{
        COMMIT_STATE_ABANDONED, COMMIT_STATE_COMPLETE, COMMIT_STATE_OPEN, LEVEL_BOUNDED,
        LEVEL_SIGNED, MAX_SHIFT,
    },
    encoding::{unit_place, UnitPlace},
};

use super::Commit;
use crate::{
    errors::FederityError,
    state::{Chunk, NONE},
    verifier,
};

impl Commit {
    fn check_open(&self) -> Result<()> {
        require!(
            self.is_update() && self.state == COMMIT_STATE_OPEN,
            FederityError::CommitNotOpen
        );
        Ok(())
    }

    /// Whether another points account may be created, for chunk `index`.
    pub fn check_points(&self, index: u32) -> Result<()> {
        // Also once all parts are in: a chunk of zeros has an account like any other.
        let waits = self.state == COMMIT_STATE_OPEN || self.state == COMMIT_STATE_COMPLETE;
        require!(self.is_update() && waits, FederityError::CommitNotOpen);
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

    /// Takes back the count of a points account that was closed, and gives up the commit: made anew, the account
    /// would hold nothing of what its parts were counted for.
    pub fn abandon_points(&mut self) {
        self.state = COMMIT_STATE_ABANDONED;
        self.points_created = self.points_created.get().saturating_sub(1).into();
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
        let steps = norm << MAX_SHIFT.saturating_sub(self.shift).saturating_mul(2);
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
