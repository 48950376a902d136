//! A maintainer's approval of a merge's set and weights, or of an operation. Seeds: `approval`, round or operation,
//! approver.

use anchor_lang::prelude::*;

#[account]
pub struct Approval {
    pub version: u8,
    pub bump: u8,
    /// The round or operation.
    pub round: Address,
    pub approver: Address,
    pub payer: Address,
    /// Of an operation the hash of what its author says beside it.
    pub set_hash: [u8; 32],
    pub weights_hash: [u8; 32],
    /// The attempt it counted in; of an operation the slot in which it was made.
    pub attempt: PodU64,
    pub slot: PodU64,
    pub reserved: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<Approval>() == 210);
