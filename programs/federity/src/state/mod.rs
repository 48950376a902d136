//! One file per account: layout, size, and the pure transitions between its states.

use anchor_lang::{
    bytemuck::{from_bytes, from_bytes_mut, Pod},
    prelude::*,
};

use crate::errors::FederityError;

pub mod approval;
pub mod branch;
pub mod chunk;
pub mod commit;
pub mod key_pin;
pub mod location;
pub mod member;
pub mod points;
pub mod repository;
pub mod review;
pub mod round;
pub mod rules;
pub mod verifying_key;
#[cfg(test)]
mod testing;

pub use {
    approval::Approval,
    branch::Branch,
    chunk::Chunk,
    commit::Commit,
    key_pin::KeyPin,
    location::{BlobLocation, Location},
    member::Member,
    points::Points,
    repository::Repository,
    review::Review,
    round::Round,
    rules::{Rules, StoredRules},
    verifying_key::VerifyingKey,
};

/// The absent address: no delegate, no key, no holder.
pub const NONE: Address = Address::new_from_array([0; 32]);

/// Reads one of this program's accounts out of `remaining_accounts`.
pub fn cast<'a, T: Pod + Discriminator>(view: &AccountView, data: &'a [u8]) -> Result<&'a T> {
    let size = core::mem::size_of::<T>();
    require!(
        view.owned_by(&crate::ID) && data.len() == 8 + size && data.starts_with(T::DISCRIMINATOR),
        FederityError::WrongAccount
    );
    Ok(from_bytes(&data[8..]))
}

/// Like [`cast`], to change it.
pub fn cast_mut<'a, T: Pod + Discriminator>(
    view: &AccountView,
    data: &'a mut [u8],
) -> Result<&'a mut T> {
    let size = core::mem::size_of::<T>();
    require!(
        view.owned_by(&crate::ID)
            && view.is_writable()
            && data.len() == 8 + size
            && data.starts_with(T::DISCRIMINATOR),
        FederityError::WrongAccount
    );
    Ok(from_bytes_mut(&mut data[8..]))
}
