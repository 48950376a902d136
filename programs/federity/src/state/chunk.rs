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

#[cfg(test)]
mod tests {
    use super::*;
    use anchor_lang::bytemuck::Zeroable;

    fn holding(point: [u8; 64]) -> Chunk {
        Chunk {
            point,
            ..Chunk::zeroed()
        }
    }

    fn generator() -> [u8; 64] {
        let mut point = [0; 64];
        (point[31], point[63]) = (1, 2);
        point
    }

    #[test]
    fn a_chunk_counts_once_in_an_attempt_and_again_in_the_next() {
        let (mut merge, mut part) = (Chunk::zeroed(), holding(generator()));
        merge.merge(&mut part, 3, 7).unwrap();
        let twice = merge.merge(&mut part, 3, 7);
        assert_eq!(twice, Err(FederityError::AlreadyAdded.into()));
        assert_eq!(merge.added, 1);
        let mut later = Chunk::zeroed();
        later.merge(&mut part, 3, 8).unwrap();
        assert_eq!(later.point, merge.point);
    }

    #[test]
    fn a_merge_is_the_weighted_sum() {
        let mut merge = holding(generator());
        for (weight, attempt) in [(3, 1), (0, 2), (1 << 40, 3)] {
            merge
                .merge(&mut holding(generator()), weight, attempt)
                .unwrap();
        }
        let expected = verifier::mul(&generator(), &scalar(1 + 3 + (1 << 40))).unwrap();
        assert_eq!((merge.point, merge.added.get()), (expected, 3));
    }

    #[test]
    fn a_slot_beyond_the_set_is_no_part() {
        let mut chunk = Chunk::zeroed();
        let beyond = chunk.add_part(256, &generator(), FederityError::UnitAlreadyProved);
        assert_eq!(beyond, Err(FederityError::UnitOutOfRange.into()));
        assert!(!chunk.has_part(256));
        assert_eq!(chunk.point, [0; 64]);
    }
}
