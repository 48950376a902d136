//! Token-2022 as far as NFTs need it: its instructions by their bytes, signed by addresses of this program.
//!
//! No crate of Solana's program library is used: theirs pin other versions of what this program is made of. What each
//! call is, in the order of its bytes, is at its place; the tests run all of it against the true Token-2022.

use anchor_lang::prelude::*;

use crate::errors::FederityError;

mod call;
mod escrow;
mod holding;
mod mint;
mod text;

pub use {
    escrow::{pay, Escrow, Source},
    holding::check_held,
    mint::{Nft, Place},
    text::{commit_name, repository_name, uri},
};

/// The Token-2022 program.
pub const TOKEN: Address = Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// The program that gives each wallet one token account a mint.
pub const ASSOCIATED: Address =
    Address::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
const SYSTEM: Address = Address::new_from_array([0; 32]);

/// Refuses a program that only looks like Token-2022.
pub fn check_token_program(token: &Address) -> Result<()> {
    require!(*token == TOKEN, FederityError::WrongProgram);
    Ok(())
}

/// Refuses programs that only look like those that keep tokens.
pub fn check_programs(token: &Address, associated: &Address) -> Result<()> {
    require!(
        *token == TOKEN && *associated == ASSOCIATED,
        FederityError::WrongProgram
    );
    Ok(())
}
