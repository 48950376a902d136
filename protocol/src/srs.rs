//! Structured reference strings: known by `[tau]G2` alone.

use crate::{constants::SRS_DOMAIN, Bytes32, Sha256, G2};

pub use crate::constants::PERPETUAL_TAU_G2;

/// [`id`] of [`PERPETUAL_TAU_G2`].
pub const PERPETUAL_ID: Bytes32 = [
    0x5c, 0x21, 0x0f, 0xd8, 0xc3, 0x36, 0x87, 0x1a, 0xf3, 0x13, 0x9c, 0xd1, 0xf6, 0x3e, 0x92, 0x54,
    0x20, 0x49, 0x2c, 0xb9, 0xa5, 0x9b, 0xf8, 0xd7, 0x59, 0x19, 0xe4, 0xbc, 0xeb, 0xae, 0xf7, 0x26,
];

/// Ids of SRS that a repository not created `insecure` may use: those of public ceremonies.
pub const TRUSTED_SRS: [Bytes32; 1] = [PERPETUAL_ID];

/// The id under which an SRS is recorded.
pub fn id(tau_g2: &G2, sha256: Sha256) -> Bytes32 {
    sha256(&[SRS_DOMAIN, tau_g2])
}

/// Whether an id is on the program's list of ceremonies.
pub fn is_trusted(srs_id: &Bytes32) -> bool {
    TRUSTED_SRS.contains(srs_id)
}
