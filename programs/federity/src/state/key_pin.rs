//! What an insecure repository says a key proves. Seeds: `key_pin`, repository, key.

use anchor_lang::prelude::*;
use federity_protocol::{
    constants::RELATION_UPDATE,
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
    pub unit_size: PodU32,
    pub repository: Address,
    pub key: Address,
    pub payer: Address,
    pub reserved: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<KeyPin>() == 136);

impl KeyPin {
    /// What this pin says of `key` in `repository`; refuses the pin of another.
    fn key_use(&self, repository: &Address, key: &Address) -> Result<KeyUse> {
        require!(
            self.repository == *repository && self.key == *key,
            FederityError::KeyNotPinned
        );
        Ok(KeyUse {
            relation: self.relation,
            width: self.width,
            unit_size: self.unit_size.get(),
        })
    }
}

/// Elements of a unit that `key` proves the `update` relation for: as the program's list says or, in an insecure
/// repository, its pin. Whoever proves has no say in it.
pub fn update_unit_size(
    repository: &Repository,
    address: &Address,
    key: &Address,
    pin: Option<&KeyPin>,
) -> Result<u32> {
    let trusted = trusted_use(key.as_array());
    let key_use = match trusted {
        Some(key_use) => key_use,
        None => {
            require!(repository.is_insecure(), FederityError::KeyNotTrusted);
            pin.ok_or(FederityError::KeyNotPinned)?.key_use(address, key)?
        }
    };
    require!(
        key_use.relation == RELATION_UPDATE && key_use.is_known(),
        FederityError::KeyNotPinned
    );
    Ok(key_use.unit_size)
}
