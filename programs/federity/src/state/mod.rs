//! One file per account: layout, size, and the pure transitions between its states.

use anchor_lang::prelude::*;

pub mod account;
pub mod approval;
pub mod branch;
pub mod chunk;
pub mod commit;
pub mod key_pin;
pub mod location;
pub mod member;
pub mod operation;
pub mod points;
pub mod purse;
pub mod remark;
pub mod repository;
pub mod review;
pub mod round;
pub mod rules;
pub mod sale;
pub mod tag;
#[cfg(test)]
pub(crate) mod testing;
pub mod verifying_key;
pub mod vote;
pub mod wide;

pub use {
    account::{cast, cast_mut, Account, Stored},
    approval::Approval,
    branch::Branch,
    chunk::Chunk,
    commit::Commit,
    key_pin::KeyPin,
    location::{BlobLocation, Location},
    member::{Here, Member},
    operation::Operation,
    points::Points,
    purse::Purse,
    remark::{check_remark, Remark},
    repository::Repository,
    review::Review,
    round::Round,
    rules::{Rules, StoredRules},
    sale::Sale,
    tag::Tag,
    verifying_key::VerifyingKey,
    wide::Wide,
};

/// The absent address: no delegate, no key, no holder.
pub const NONE: Address = Address::new_from_array([0; 32]);
