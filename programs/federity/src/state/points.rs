//! A further chunk of a commit. Seeds: `points`, commit, chunk as u32 little-endian.

use anchor_lang::prelude::*;

use crate::{errors::FederityError, state::Chunk};

#[account]
pub struct Points {
    pub version: u8,
    pub bump: u8,
    pub commit: Address,
    pub payer: Address,
    /// Index of the chunk, at least 1.
    pub index: PodU32,
    pub chunk: Chunk,
    pub reserved: [u8; 16],
}

const _: () = assert!(core::mem::size_of::<Points>() == 186);

impl Points {
    /// Refuses the points of another commit or chunk.
    pub fn check(&self, commit: &Address, index: u32) -> Result<()> {
        require!(
            self.commit == *commit && self.index == index,
            FederityError::WrongPoints
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::key;
    use anchor_lang::bytemuck::Zeroable;

    #[test]
    fn points_of_another_commit_or_chunk_are_refused() {
        let mut points = Points::zeroed();
        (points.commit, points.index) = (key(50), 2.into());
        points.check(&key(50), 2).unwrap();
        for (commit, index) in [(key(51), 2), (key(50), 1)] {
            let refused = points.check(&commit, index);
            assert_eq!(refused, Err(FederityError::WrongPoints.into()));
        }
    }
}
