//! Verifying keys whose meaning the program itself vouches for.

use crate::{
    constants::{RELATION_UPDATE, UPDATE_WIDTH},
    encoding::is_unit_size,
    Bytes32,
};

/// What a verifying key proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// See [`crate::constants::RELATION_UPDATE`].
    pub relation: u8,
    /// Bits of a delta.
    pub width: u8,
    /// Elements of a unit, `n`.
    pub unit_size: u32,
}

impl KeyUse {
    /// Whether this program knows how to use such a key.
    pub fn is_known(&self) -> bool {
        self.relation == RELATION_UPDATE
            && self.width == UPDATE_WIDTH
            && is_unit_size(self.unit_size)
    }
}

/// Keys of public ceremonies, by address, with their use. None has been held yet, so a repository that was not
/// created `insecure` takes commits of level 0 only.
pub const TRUSTED_KEYS: [(Bytes32, KeyUse); 0] = [];

/// What the program's list says of a key.
pub fn trusted_use(key: &Bytes32) -> Option<KeyUse> {
    TRUSTED_KEYS
        .iter()
        .find(|(address, _)| address == key)
        .map(|(_, key_use)| *key_use)
}
