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

const _: () = assert!(core::mem::size_of::<Points>() == 194);

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
