//! What an insecure repository says a key proves. Seeds: `key_pin`, repository, key.

use anchor_lang::prelude::*;
use federity_protocol::keys::{trusted_use, KeyUse};

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

/// Refuses a pin of a use that this program does not know or that contradicts its list, and any in a repository that
/// was not created insecure.
pub fn check_pin(repository: &Repository, key: &Address, key_use: &KeyUse) -> Result<()> {
    require!(repository.is_insecure(), FederityError::KeyNotTrusted);
    let listed = trusted_use(key.as_array());
    let agrees = listed.is_none_or(|listed| listed == *key_use);
    require!(key_use.is_known() && agrees, FederityError::InvalidPin);
    Ok(())
}

/// Elements of a unit that `key` proves the `update` relation for: as the program's list says or, in an insecure
/// repository at `address`, its pin. Whoever proves has no say in it.
pub fn update_unit_size(
    repository: &Repository,
    address: &Address,
    key: &Address,
    pin: Option<&KeyPin>,
) -> Result<u32> {
    if let Some(listed) = trusted_use(key.as_array()) {
        return Ok(listed.unit_size);
    }
    require!(repository.is_insecure(), FederityError::KeyNotTrusted);
    let pin = pin.ok_or(FederityError::KeyNotPinned)?;
    require!(
        pin.repository == *address && pin.key == *key,
        FederityError::KeyNotPinned
    );
    Ok(pin.n.get())
}

#[cfg(test)]
mod tests {
    use anchor_lang::bytemuck::Zeroable;
    use federity_protocol::constants::{
        RELATION_UPDATE, REPOSITORY_INSECURE, UNIT_SMALL, UPDATE_WIDTH,
    };

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
    fn units_are_what_the_pin_of_this_repository_and_key_says() {
        let (here, key) = (Address::new_from_array([1; 32]), Address::new_from_array([7; 32]));
        let mut pin = KeyPin::zeroed();
        (pin.repository, pin.key, pin.n) = (here, key, UNIT_SMALL.into());
        let insecure = repository(REPOSITORY_INSECURE);
        assert_eq!(update_unit_size(&insecure, &here, &key, Some(&pin)), Ok(UNIT_SMALL));
        let secure = update_unit_size(&repository(0), &here, &key, Some(&pin));
        assert_eq!(secure, Err(FederityError::KeyNotTrusted.into()));
        let elsewhere = Address::new_from_array([2; 32]);
        for (address, key, pin) in [(here, key, None), (elsewhere, key, Some(&pin)), (here, elsewhere, Some(&pin))] {
            let refused = update_unit_size(&insecure, &address, &key, pin);
            assert_eq!(refused, Err(FederityError::KeyNotPinned.into()));
        }
    }

    #[test]
    fn a_use_that_the_program_does_not_know_is_refused() {
        let key = Address::new_from_array([7; 32]);
        for (relation, width, unit_size) in [(2, 8, 1024), (1, 4, 1024), (1, 8, 1000), (1, 8, 2), (1, 8, 1 << 23)] {
            let unknown = KeyUse { relation, width, unit_size };
            let refused = check_pin(&repository(REPOSITORY_INSECURE), &key, &unknown);
            assert_eq!(refused, Err(FederityError::InvalidPin.into()));
        }
    }
}
