//! One file per account: layout, size, and the pure transitions between its states.

use anchor_lang::{
    bytemuck::{try_from_bytes, try_from_bytes_mut, Pod},
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
#[cfg(test)]
mod testing;
pub mod verifying_key;

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
    let body = data.strip_prefix(T::DISCRIMINATOR);
    let body = body.filter(|_| view.owned_by(&crate::ID));
    let cast = body.and_then(|body| try_from_bytes(body).ok());
    Ok(cast.ok_or(FederityError::WrongAccount)?)
}

/// Like [`cast`], to change it.
pub fn cast_mut<'a, T: Pod + Discriminator>(
    view: &AccountView,
    data: &'a mut [u8],
) -> Result<&'a mut T> {
    let own = view.owned_by(&crate::ID) && view.is_writable() && data.starts_with(T::DISCRIMINATOR);
    let body = data.get_mut(T::DISCRIMINATOR.len()..).filter(|_| own);
    let cast = body.and_then(|body| try_from_bytes_mut(body).ok());
    Ok(cast.ok_or(FederityError::WrongAccount)?)
}
