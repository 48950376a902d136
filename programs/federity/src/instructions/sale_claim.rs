//! Pays the author of a merged update what the update has earned in sales since it was paid last.
//!
//! Anyone may do it: the lamports go to the author's wallet and nowhere else. Emits [`SaleClaimed`].

use crate::prelude::*;
use federity_protocol::seeds;

use crate::{
    errors::FederityError,
    events::SaleClaimed,
    instructions::move_lamports,
    state::{Branch, Commit, Purse, Round},
};

#[event_cpi]
#[derive(Accounts)]
pub struct SaleClaim {
    pub branch: Account<Branch>,
    /// The round that merged the update.
    pub round: Account<Round>,
    #[account(mut)]
    pub commit: Account<Commit>,
    #[account(mut, seeds = [seeds::PURSE, branch.address().as_ref()], bump)]
    pub purse: Account<Purse>,
    /// Whose update it is.
    #[account(mut)]
    pub author: UncheckedAccount,
}

impl SaleClaim {
    fn validate(&self) -> Result<()> {
        require!(
            self.round.branch == *self.branch.address(),
            FederityError::WrongBranch
        );
        require!(
            self.commit.author == *self.author.address(),
            FederityError::WrongRecipient
        );
        self.commit
            .check_credit(Some((self.round.address(), &self.round)))
    }
}

pub fn handler(ctx: &mut Context<SaleClaim>) -> Result<()> {
    ctx.accounts.validate()?;
    let accounts = &mut ctx.accounts;
    let earned = accounts
        .branch
        .settle(&accounts.round, &mut accounts.commit);
    let lamports = accounts.purse.pay(earned)?;
    emit_cpi!(SaleClaimed {
        branch: *ctx.accounts.branch.address(),
        commit: *ctx.accounts.commit.address(),
        author: ctx.accounts.commit.author,
        lamports,
        dividend: ctx.accounts.branch.dividend.get(),
    });
    move_lamports(
        ctx.accounts.purse.account(),
        ctx.accounts.author.account(),
        lamports,
    )
}
