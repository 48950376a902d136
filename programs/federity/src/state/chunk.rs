//! The commitment of one chunk and how far its sum has come. Chunk 0 lies in the commit, the others in `Points`.

use anchor_lang::{
    bytemuck::{Pod, Zeroable},
    prelude::*,
};

use federity_protocol::{Bytes32, G1};

use crate::{errors::FederityError, verifier};

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, IdlType)]
pub struct Chunk {
    /// Commitment, x and y big-endian; zeros are the identity.
    pub point: [u8; 64],
    /// Units proved (L1), or bit 0: declared (L0).
    pub parts: [u8; 32],
    /// Operands that are in this chunk of a result, in order: the number of the one that comes next.
    pub added: PodU32,
}

const _: () = assert!(core::mem::size_of::<Chunk>() == 100);

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

    /// Whether operand `index` comes next; it may be in already, which is no fault of who brings it again.
    pub fn awaits(&self, index: u32) -> Result<bool> {
        require!(index <= self.added.get(), FederityError::OutOfOrder);
        Ok(index == self.added.get())
    }

    /// Adds `scalar * point` of the operand that comes next.
    pub fn take(&mut self, point: &G1, scalar: &Bytes32) -> Result<()> {
        if *scalar != [0; 32] {
            let scaled =
                verifier::mul(point, scalar).map_err(|_| FederityError::PointNotOnCurve)?;
            self.point =
                verifier::add(&self.point, &scaled).map_err(|_| FederityError::PointNotOnCurve)?;
        }
        self.pass()
    }

    /// Goes past an operand that adds nothing.
    pub fn pass(&mut self) -> Result<()> {
        let added = self.added.get().checked_add(1);
        self.added = added.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anchor_lang::bytemuck::Zeroable;
    use federity_protocol::encoding::field_from_u64;

    const GENERATOR: G1 = {
        let mut point = [0; 64];
        (point[31], point[63]) = (1, 2);
        point
    };

    #[test]
    fn operands_come_in_order_and_one_that_is_in_is_skipped() {
        let mut sum = Chunk::zeroed();
        assert_eq!(sum.awaits(0), Ok(true));
        assert_eq!(sum.awaits(1), Err(FederityError::OutOfOrder.into()));
        sum.take(&GENERATOR, &field_from_u64(3)).unwrap();
        assert_eq!((sum.awaits(0), sum.awaits(1)), (Ok(false), Ok(true)));
    }

    #[test]
    fn a_sum_is_weighted_and_counts_what_weighs_nothing() {
        let mut sum = Chunk::zeroed();
        sum.point = GENERATOR;
        for factor in [3, 0, 1 << 40] {
            sum.take(&GENERATOR, &field_from_u64(factor)).unwrap();
        }
        let expected = verifier::mul(&GENERATOR, &field_from_u64(1 + 3 + (1 << 40))).unwrap();
        assert_eq!((sum.point, sum.added.get()), (expected, 3));
    }

    #[test]
    fn a_slot_beyond_the_set_is_no_part() {
        let mut chunk = Chunk::zeroed();
        let beyond = chunk.add_part(256, &GENERATOR, FederityError::UnitAlreadyProved);
        assert_eq!(beyond, Err(FederityError::UnitOutOfRange.into()));
        assert!(!chunk.has_part(256));
        assert_eq!(chunk.point, [0; 64]);
    }
}
