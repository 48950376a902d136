//! A Groth16 key, addressed by the hash of its bytes, so that it never changes. Seeds: `key`, sha256(bytes).

use anchor_lang::prelude::*;
use federity_protocol::constants::VERIFYING_KEY_BYTES;

/// Says nothing about what the key proves: see [`crate::state::KeyPin`].
#[account]
pub struct VerifyingKey {
    pub version: u8,
    pub bump: u8,
    pub payer: Address,
    /// alpha (G1), beta, gamma, delta (G2), ic0, ic1 (G1).
    pub bytes: [u8; VERIFYING_KEY_BYTES],
    pub reserved: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<VerifyingKey>() == 642);
