//! One file per instruction, in one order: who signs and what changes, arguments, accounts, validation, handler.

use anchor_lang::prelude::*;

use crate::errors::FederityError;

pub mod branch_create;
pub mod branch_protect;
pub mod commit_accept;
pub mod commit_close;
pub mod commit_create;
pub mod commit_declare;
pub mod commit_prove;
pub mod genesis_create;
pub mod key_create;
pub mod key_pin;
pub mod key_repeal;
pub mod location_create;
pub mod member_add;
pub mod member_delegate;
pub mod member_remove;
pub mod member_role;
pub mod merge_add;
pub mod merge_approve;
pub mod merge_begin;
pub mod merge_extend;
pub mod merge_finish;
pub mod nft_mint_commit;
pub mod nft_mint_repository;
pub mod operation_add;
pub mod operation_approve;
pub mod operation_close;
pub mod operation_create;
pub mod operation_extend;
pub mod operation_finish;
pub mod operation_trim;
pub mod points_close;
pub mod points_create;
pub mod record_close;
pub mod remark_create;
pub mod repository_accept;
pub mod repository_archive;
pub mod repository_claim;
pub mod repository_create;
pub mod repository_fork;
pub mod repository_offer;
pub mod review_create;
pub mod review_void;
pub mod round_cancel;
pub mod round_close;
pub mod round_expire;
pub mod round_lock;
pub mod round_open;
pub mod sale_buy;
pub mod sale_cancel;
pub mod sale_claim;
pub mod sale_list;
pub mod sale_sweep;
pub mod tag_close;
pub mod tag_create;
pub mod tag_move;
pub mod weights_write;

// Every file names its entry `handler`; callers reach it through the file's module.
#[allow(ambiguous_glob_reexports)]
pub use {
    branch_create::*, branch_protect::*, commit_accept::*, commit_close::*, commit_create::*,
    commit_declare::*, commit_prove::*, genesis_create::*, key_create::*, key_pin::*,
    key_repeal::*, location_create::*, member_add::*, member_delegate::*, member_remove::*,
    member_role::*, merge_add::*, merge_approve::*, merge_begin::*, merge_extend::*,
    merge_finish::*, nft_mint_commit::*, nft_mint_repository::*, operation_add::*,
    operation_approve::*, operation_close::*, operation_create::*, operation_extend::*,
    operation_finish::*, operation_trim::*, points_close::*, points_create::*, record_close::*,
    remark_create::*, repository_accept::*, repository_archive::*, repository_claim::*,
    repository_create::*, repository_fork::*, repository_offer::*, review_create::*,
    review_void::*, round_cancel::*, round_close::*, round_expire::*, round_lock::*, round_open::*,
    sale_buy::*, sale_cancel::*, sale_claim::*, sale_list::*, sale_sweep::*, tag_close::*,
    tag_create::*, tag_move::*, weights_write::*,
};

/// The present slot.
pub(crate) fn slot() -> Result<u64> {
    Ok(Clock::get()?.slot)
}

/// Moves lamports of an account of this program to any account. After every call of another program: those compare sums
/// of the accounts that they are given.
pub(crate) fn move_lamports(from: &AccountView, to: &AccountView, lamports: u64) -> Result<()> {
    let (mut from, mut to) = (*from, *to);
    let less = from.lamports().checked_sub(lamports);
    let more = to.lamports().checked_add(lamports);
    from.set_lamports(less.ok_or(FederityError::CounterOverflow)?);
    to.set_lamports(more.ok_or(FederityError::CounterOverflow)?);
    Ok(())
}
