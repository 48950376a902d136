//! Ends a round before its time. A later round may take its commits.
//!
//! Signed by owner or maintainer until the merge begins; by anyone once its opener has lost the role to open it. Emits
//! [`RoundCancelled`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ROLE_CONTRIBUTOR, ROLE_KEEPER, ROLE_MAINTAINER, ROUND_SOLO},
    seeds,
};

use crate::{
    errors::FederityError,
    events::RoundCancelled,
    instructions::slot,
    state::{vote::role_since, Branch, Here, Member, Repository, Round},
};

#[event_cpi]
#[derive(Accounts)]
pub struct RoundCancel {
    pub authority: Signer,
    /// The authority's membership; absent when the opener has lost the role.
    pub member: Option<Account<Member>>,
    #[account(mut)]
    pub repository: Account<Repository>,
    #[account(mut)]
    pub branch: Account<Branch>,
    #[account(mut)]
    pub round: Account<Round>,
    /// Where the opener's membership is, or was.
    #[account(seeds = [seeds::MEMBER, repository.address().as_ref(), round.opener.as_ref()], bump)]
    pub opener: UncheckedAccount,
}

impl RoundCancel {
    fn validate(&self, slot: u64) -> Result<()> {
        let here = Here::new(&self.repository, &self.branch.repository, slot)?;
        require!(
            self.round.branch == *self.branch.address(),
            FederityError::WrongBranch
        );
        if let Some(member) = &self.member {
            member.authorise_always(&here, self.authority.address(), ROLE_MAINTAINER)?;
            return Ok(());
        }
        let needed = if self.round.kind == ROUND_SOLO {
            ROLE_CONTRIBUTOR
        } else {
            ROLE_KEEPER
        };
        let role = role_since(&here, self.opener.account(), self.round.opened_slot.get())?;
        require!(role < needed, FederityError::Unauthorized);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<RoundCancel>) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(slot)?;
    let round = *ctx.accounts.round.address();
    ctx.accounts.round.cancel()?;
    if ctx.accounts.branch.release(&round) {
        ctx.accounts.repository.discount_lock()?;
    }
    emit_cpi!(RoundCancelled {
        round,
        branch: *ctx.accounts.branch.address(),
        by: *ctx.accounts.authority.address(),
        accepted: ctx.accounts.round.accepted.get(),
        slot,
    });
    Ok(())
}
