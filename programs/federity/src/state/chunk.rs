//! The commitment of one chunk and what has happened to it. Chunk 0 lies in the commit, the others in `Points`.

use anchor_lang::{
    bytemuck::{Pod, Zeroable},
    prelude::*,
};

use crate::{errors::FederityError, verifier};

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, IdlType)]
pub struct Chunk {
    /// Commitment, x and y big-endian; zeros are the identity.
    pub point: [u8; 64],
    /// Units proved (L1), or bit 0: declared (L0).
    pub parts: [u8; 32],
    /// The merge attempt that has added this chunk: an accepted commit counts once.
    pub added_attempt: PodU64,
    /// Commits added to this chunk: only in a merge.
    pub added: PodU32,
}

const _: () = assert!(core::mem::size_of::<Chunk>() == 108);

impl Chunk {
    pub fn has_part(&self, slot: u32) -> bool {
        let (byte, bit) = (slot / 8, slot % 8);
        self.parts
            .get(byte as usize)
            .is_some_and(|bits| bits >> bit & 1 == 1)
    }

    /// Marks a part and adds its point. `taken` is the error when the part was there before.
    pub fn add_part(&mut self, slot: u32, point: &[u8; 64], taken: FederityError) -> Result<()> {
        if self.has_part(slot) {
            return Err(taken.into());
        }
        let sum = verifier::add(&self.point, point).map_err(|_| FederityError::PointNotOnCurve)?;
        let bits = self.parts.get_mut((slot / 8) as usize);
        *bits.ok_or(FederityError::UnitOutOfRange)? |= 1 << (slot % 8);
        self.point = sum;
        Ok(())
    }

    /// Adds `weight * point` of a contributor's chunk to this chunk of a merge, once per attempt.
    pub fn merge(&mut self, part: &mut Chunk, weight: u64, attempt: u64) -> Result<()> {
        require!(
            part.added_attempt.get() != attempt,
            FederityError::AlreadyAdded
        );
        let added = self
            .added
            .get()
            .checked_add(1)
            .ok_or(FederityError::CounterOverflow)?;
        if weight != 0 {
            let scaled = verifier::mul(&part.point, &scalar(weight))
                .map_err(|_| FederityError::PointNotOnCurve)?;
            self.point =
                verifier::add(&self.point, &scaled).map_err(|_| FederityError::PointNotOnCurve)?;
        }
        self.added = added.into();
        part.added_attempt = attempt.into();
        Ok(())
    }
}

/// An integer as the big-endian scalar of the curve's multiplication.
fn scalar(value: u64) -> [u8; 32] {
    federity_protocol::encoding::field_from_u64(value)
}
