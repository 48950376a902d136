//! What a key proves in one repository; a commit takes no other key. Seeds: `key_pin`, repository, key.

use anchor_lang::prelude::*;
use federity_protocol::{
    constants::{RELATION_UPDATE, UPDATE_WIDTH},
    keys::{trusted_use, KeyUse},
};

use crate::{errors::FederityError, state::Repository};

#[account]
pub struct KeyPin {
    pub version: u8,
    pub bump: u8,
    /// 1: `update`.
    pub relation: u8,
    /// Bits of a delta.
    pub width: u8,
    /// Elements of a unit.
    pub n: PodU32,
    pub repository: Address,
    pub key: Address,
    pub payer: Address,
    pub reserved: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<KeyPin>() == 136);

impl KeyPin {
    /// Refuses another repository's pin, and one of another use than updates at this width.
    pub fn check_updates(&self, repository: &Address) -> Result<()> {
        require!(
            self.repository == *repository
                && self.relation == RELATION_UPDATE
                && self.width == UPDATE_WIDTH,
            FederityError::KeyNotPinned
        );
        Ok(())
    }
}

/// Refuses a pin of a use that this program does not know, that contradicts its list, or that is not on it while the
/// repository was not created insecure.
pub fn check_pin(repository: &Repository, key: &Address, key_use: &KeyUse) -> Result<()> {
    let agrees = match trusted_use(key.as_array()) {
        Some(listed) => listed == *key_use,
        None => {
            require!(repository.is_insecure(), FederityError::KeyNotTrusted);
            true
        }
    };
    require!(key_use.is_known() && agrees, FederityError::InvalidPin);
    Ok(())
}

#[cfg(test)]
mod tests {
    use anchor_lang::bytemuck::Zeroable;
    use federity_protocol::constants::{REPOSITORY_INSECURE, UNIT_SMALL};

    use super::*;

    const UPDATE: KeyUse = KeyUse {
        relation: RELATION_UPDATE,
        width: UPDATE_WIDTH,
        unit_size: UNIT_SMALL,
    };

    fn repository(flags: u32) -> Repository {
        let mut repository = Repository::zeroed();
        repository.flags = flags.into();
        repository
    }

    #[test]
    fn a_development_key_needs_an_insecure_repository() {
        let key = Address::new_from_array([7; 32]);
        check_pin(&repository(REPOSITORY_INSECURE), &key, &UPDATE).unwrap();
        let refused = check_pin(&repository(0), &key, &UPDATE);
        assert_eq!(refused, Err(FederityError::KeyNotTrusted.into()));
    }

    #[test]
    fn a_use_that_the_program_does_not_know_is_refused() {
        let key = Address::new_from_array([7; 32]);
        for (relation, width, unit_size) in [
            (2, 8, 1024),
            (1, 4, 1024),
            (1, 8, 1000),
            (1, 8, 2),
            (1, 8, 1 << 23),
        ] {
            let unknown = KeyUse {
                relation,
                width,
                unit_size,
            };
            let refused = check_pin(&repository(REPOSITORY_INSECURE), &key, &unknown);
            assert_eq!(refused, Err(FederityError::InvalidPin.into()));
        }
    }
}
