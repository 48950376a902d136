//! Puts a commit into the set of an open round.
//!
//! Anyone may do it: reviews, membership and level are counted, not judged. Emits [`CommitAccepted`].

use crate::prelude::*;
use federity_protocol::constants::{ROLE_CONTRIBUTOR, ROUND_OPEN};

use crate::{
    errors::FederityError,
    events::CommitAccepted,
    instructions::slot,
    state::{Branch, Commit, Member, Round},
};

#[event_cpi]
#[derive(Accounts)]
pub struct CommitAccept {
    pub branch: Account<Branch>,
    #[account(mut)]
    pub round: Account<Round>,
    #[account(mut)]
    pub commit: Account<Commit>,
    /// The author's membership.
    pub member: Account<Member>,
    /// The expired round that decided about the commit before; absent when that is `round`.
    #[account(mut)]
    pub previous: Option<Account<Round>>,
}

impl CommitAccept {
    fn validate(&self) -> Result<()> {
        require!(
            self.round.branch == *self.branch.address(),
            FederityError::WrongBranch
        );
        require!(
            self.round.kind == ROUND_OPEN,
            FederityError::RoundKindNotAllowed
        );
        self.member.authorise(
            &self.branch.repository,
            &self.commit.author,
            ROLE_CONTRIBUTOR,
        )?;
        require!(
            self.member.wallet == self.commit.author,
            FederityError::WrongMember
        );
        if let Some(previous) = &self.previous {
            require!(
                self.commit.decider() == previous.address(),
                FederityError::WrongRound
            );
        }
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<CommitAccept>) -> Result<()> {
    ctx.accounts.validate()?;
    let slot = slot()?;
    let accounts = &mut ctx.accounts;
    let (round, commit) = (*accounts.round.address(), *accounts.commit.address());
    let previous = accounts.previous.as_deref_mut();
    accounts.round.accept(
        &round,
        &commit,
        &mut accounts.commit,
        previous,
        &accounts.branch,
        slot,
    )?;
    emit_cpi!(CommitAccepted {
        round,
        commit,
        index: ctx.accounts.commit.index.get(),
        samples: ctx.accounts.commit.samples.get(),
        set_hash: ctx.accounts.round.set_hash,
    });
    Ok(())
}
