//! Closes the account of a further chunk of a commit that may be closed; its rent returns to the recorded payer.
//!
//! Who may do it is who may close the commit: it is given up with its first points, takes no more parts, and no round
//! takes it. Who paid for the points alone may not. Emits [`PointsClosed`].

use crate::prelude::*;

use crate::{
    errors::FederityError,
    events::PointsClosed,
    state::{Branch, Commit, Points, Round},
};

#[event_cpi]
#[derive(Accounts)]
pub struct PointsClose {
    pub authority: Signer,
    #[account(mut)]
    pub commit: Account<Commit>,
    /// The round that accepted the commit, or else the one it was created in.
    pub round: Account<Round>,
    /// The commit's branch.
    pub branch: Account<Branch>,
    /// The branch's round in progress, when that is another; else absent.
    pub current: Option<Account<Round>>,
    #[account(mut, close = payer)]
    pub points: Account<Points>,
    #[account(mut, unsafe(dup))]
    pub payer: UncheckedAccount,
}

impl PointsClose {
    fn validate(&self) -> Result<()> {
        require!(
            self.points.commit == *self.commit.address(),
            FederityError::WrongPoints
        );
        require!(
            self.points.payer == *self.payer.address(),
            FederityError::WrongPayer
        );
        self.commit.check_closable(
            self.round.address(),
            &self.round,
            self.branch.address(),
            &self.branch,
            self.branch.shown(&self.current, self.round.address())?,
            self.authority.address(),
        )
    }
}

pub fn handler(ctx: &mut Context<PointsClose>) -> Result<()> {
    ctx.accounts.validate()?;
    ctx.accounts.commit.abandon_points();
    emit_cpi!(PointsClosed {
        commit: *ctx.accounts.commit.address(),
        chunk: ctx.accounts.points.index.get(),
    });
    Ok(())
}
