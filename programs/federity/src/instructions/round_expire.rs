//! Ends a round that is past its deadline and frees the branch.
//!
//! Anyone may do it: neither a silent owner nor a silent keeper blocks a branch. Emits [`RoundExpired`].

use crate::prelude::*;

use crate::{
    errors::FederityError,
    events::RoundExpired,
    instructions::slot,
    state::{Branch, Repository, Round},
};

#[event_cpi]
#[derive(Accounts)]
pub struct RoundExpire {
    #[account(mut)]
    pub repository: Account<Repository>,
    #[account(mut)]
    pub branch: Account<Branch>,
    #[account(mut)]
    pub round: Account<Round>,
}

impl RoundExpire {
    fn validate(&self) -> Result<()> {
        require!(
            self.round.branch == *self.branch.address(),
            FederityError::WrongBranch
        );
        require!(
            self.branch.repository == *self.repository.address(),
            FederityError::WrongRepository
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<RoundExpire>) -> Result<()> {
    ctx.accounts.validate()?;
    let slot = slot()?;
    let round = *ctx.accounts.round.address();
    ctx.accounts.round.expire(slot)?;
    if ctx.accounts.branch.release(&round) {
        ctx.accounts.repository.discount_lock()?;
    }
    emit_cpi!(RoundExpired {
        round,
        branch: *ctx.accounts.branch.address(),
        accepted: ctx.accounts.round.accepted.get(),
        slot,
    });
    Ok(())
}
