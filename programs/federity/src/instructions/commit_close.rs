//! Closes a rejected or abandoned commit, or the merge of an expired round; its rent returns to the recorded payer.
//!
//! Anyone may do it once the round that decides about the commit is over and no later one can take it; before that only
//! its author or who paid for it. What a branch's history or a merge is made of stays. Emits [`CommitClosed`].

use crate::prelude::*;

use crate::{
    errors::FederityError,
    events::CommitClosed,
    state::{Branch, Commit, Round},
};

#[event_cpi]
#[derive(Accounts)]
pub struct CommitClose {
    pub authority: Signer,
    #[account(mut, close = payer)]
    pub commit: Account<Commit>,
    /// The round that accepted it, or else the one it was created in.
    #[account(mut)]
    pub round: Account<Round>,
    /// The commit's branch.
    pub branch: Account<Branch>,
    /// The branch's round in progress, when that is another; else absent.
    pub current: Option<Account<Round>>,
    #[account(mut, unsafe(dup))]
    pub payer: UncheckedAccount,
}

impl CommitClose {
    fn validate(&self) -> Result<()> {
        require!(
            self.commit.payer == *self.payer.address(),
            FederityError::WrongPayer
        );
        self.commit.check_closable(
            self.round.address(),
            &self.round,
            self.branch.address(),
            &self.branch,
            self.branch.shown(&self.current, self.round.address())?,
            self.authority.address(),
        )?;
        require!(self.commit.points_created == 0, FederityError::PointsRemain);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<CommitClose>) -> Result<()> {
    ctx.accounts.validate()?;
    ctx.accounts.round.part_with()?;
    emit_cpi!(CommitClosed {
        commit: *ctx.accounts.commit.address(),
        round: *ctx.accounts.round.address(),
        author: ctx.accounts.commit.author,
    });
    Ok(())
}
