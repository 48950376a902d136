//! Takes back a veto: anyone that of a reviewer who holds no power here any more, the owner any.
//!
//! Approvals need no such call: who has lost the power is not counted when they are used. Emits [`ReviewVoided`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ROLE_MAINTAINER, ROLE_OWNER, ROUND_STATE_EXPIRED, VERDICT_REJECT},
    seeds,
};

use crate::{
    errors::FederityError,
    events::ReviewVoided,
    instructions::slot,
    state::{vote::role_since, Commit, Here, Member, Repository, Review, Round},
};

#[event_cpi]
#[derive(Accounts)]
pub struct ReviewVoid {
    pub authority: Signer,
    /// The owner's membership; absent when the reviewer has lost the power.
    pub member: Option<Account<Member>>,
    pub repository: Account<Repository>,
    #[account(mut)]
    pub commit: Account<Commit>,
    /// The round that accepted the commit, or else the one it was created in.
    #[account(mut)]
    pub round: Account<Round>,
    #[account(mut)]
    pub review: Account<Review>,
    /// Where the reviewer's membership is, or was.
    #[account(seeds = [seeds::MEMBER, repository.address().as_ref(), review.reviewer.as_ref()], bump)]
    pub reviewer: UncheckedAccount,
}

impl ReviewVoid {
    fn validate(&self, slot: u64) -> Result<()> {
        let here = Here::new(&self.repository, &self.commit.repository, slot)?;
        require!(
            self.review.commit == *self.commit.address(),
            FederityError::WrongCommit
        );
        require!(
            self.commit.decider() == self.round.address(),
            FederityError::WrongRound
        );
        if self.round.state != ROUND_STATE_EXPIRED {
            self.round.check_open()?;
        }
        require!(
            self.review.verdict == VERDICT_REJECT,
            FederityError::VoteStands
        );
        if let Some(member) = &self.member {
            member.authorise(&here, self.authority.address(), ROLE_OWNER)?;
            return Ok(());
        }
        self.repository.check_active()?;
        let role = role_since(&here, self.reviewer.account(), self.review.slot.get())?;
        require!(role < ROLE_MAINTAINER, FederityError::VoteStands);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<ReviewVoid>) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(slot)?;
    let accounts = &mut ctx.accounts;
    let round = *accounts.round.address();
    accounts.commit.void_veto()?;
    accounts
        .round
        .follow_verdict(&round, &accounts.commit, true)?;
    accounts.review.verdict = 0;
    emit_cpi!(ReviewVoided {
        commit: *ctx.accounts.commit.address(),
        reviewer: ctx.accounts.review.reviewer,
        by: *ctx.accounts.authority.address(),
        approvals: ctx.accounts.commit.approvals.get(),
        rejects: ctx.accounts.commit.rejects.get(),
        slot,
    });
    Ok(())
}
