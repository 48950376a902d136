//! A reviewer's verdict on a commit. Seeds: `review`, commit, reviewer.

use anchor_lang::prelude::*;

#[account]
pub struct Review {
    pub version: u8,
    pub bump: u8,
    /// 1 approve, 2 reject, 3 comment; 0 before the first.
    pub verdict: u8,
    pub commit: Address,
    pub reviewer: Address,
    pub payer: Address,
    /// sha256 of the note, zero when there is none.
    pub note_hash: [u8; 32],
    pub slot: PodU64,
    pub reserved: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<Review>() == 171);
