//! Pays the repository's owner what was rounded away of payments out of a purse, and is nobody's.
//!
//! Anyone may do it. Emits [`SaleSwept`].

use crate::prelude::*;

use crate::{
    errors::FederityError,
    events::SaleSwept,
    instructions::move_lamports,
    state::{Purse, Repository},
};

#[event_cpi]
#[derive(Accounts)]
pub struct SaleSweep {
    pub repository: Account<Repository>,
    #[account(mut)]
    pub purse: Account<Purse>,
    /// The repository's owner.
    #[account(mut)]
    pub owner: UncheckedAccount,
}

impl SaleSweep {
    fn validate(&self) -> Result<()> {
        require!(
            self.purse.repository == *self.repository.address(),
            FederityError::WrongRepository
        );
        require!(
            self.repository.owner == *self.owner.address(),
            FederityError::WrongRecipient
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<SaleSweep>) -> Result<()> {
    ctx.accounts.validate()?;
    let lamports = ctx.accounts.purse.sweep()?;
    emit_cpi!(SaleSwept {
        branch: ctx.accounts.purse.branch,
        owner: ctx.accounts.repository.owner,
        lamports,
    });
    move_lamports(
        ctx.accounts.purse.account(),
        ctx.accounts.owner.account(),
        lamports,
    )
}
