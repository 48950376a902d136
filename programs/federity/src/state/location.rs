//! Where a blob can be found. A commit names one place; anyone may post others.

use anchor_lang::{
    bytemuck::{Pod, Zeroable},
    prelude::*,
};
use federity_protocol::constants::{LOCATION_BUNDLED, LOCATION_NONE};

use crate::errors::FederityError;

/// A tagged union of places: 0 none, 1 local sha256, 2 Arweave transaction, 3 bundled data item.
#[repr(C)]
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Pod,
    Zeroable,
    AnchorSerialize,
    AnchorDeserialize,
    IdlType,
)]
pub struct BlobLocation {
    pub tag: u8,
    pub id: [u8; 32],
}

impl BlobLocation {
    /// Refuses unknown tags, and an id where there is no place.
    pub fn validate(&self) -> Result<()> {
        require!(
            self.tag <= LOCATION_BUNDLED && (self.tag != LOCATION_NONE || self.id == [0; 32]),
            FederityError::InvalidLocation
        );
        Ok(())
    }
}

/// Another place where a commit's blob can be found. Seeds: `location`, commit, poster.
#[account]
pub struct Location {
    pub version: u8,
    pub bump: u8,
    pub commit: Address,
    pub poster: Address,
    pub payer: Address,
    pub blob_hash: [u8; 32],
    pub location: BlobLocation,
    pub slot: PodU64,
    pub reserved: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<Location>() == 203);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_beyond_the_known_or_a_place_called_nowhere_is_refused() {
        let refused = [(4, [0; 32]), (255, [1; 32]), (0, [1; 32])];
        for (tag, id) in refused {
            assert_eq!(
                BlobLocation { tag, id }.validate(),
                Err(FederityError::InvalidLocation.into())
            );
        }
        for (tag, id) in [(0, [0; 32]), (1, [1; 32]), (3, [2; 32])] {
            BlobLocation { tag, id }.validate().unwrap();
        }
    }
}
