//! Puts a commit into the set of an open round.
//!
//! Anyone may do it: reviews, membership and level are counted, not judged. Where the round asks for approvals they follow
//! as further accounts, each review with its reviewer's membership. Emits [`CommitAccepted`].

use crate::prelude::*;
use federity_protocol::constants::{ROLE_CONTRIBUTOR, ROUND_OPEN};

use crate::{
    errors::FederityError,
    events::CommitAccepted,
    instructions::slot,
    state::{Branch, Commit, Here, Member, Repository, Round},
};

#[event_cpi]
#[derive(Accounts)]
pub struct CommitAccept {
    pub repository: Account<Repository>,
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
    /// Returns the approvals among `votes` that count.
    fn validate(&self, votes: &[AccountView], slot: u64) -> Result<u32> {
        require!(
            self.round.branch == *self.branch.address(),
            FederityError::WrongBranch
        );
        require!(
            self.round.kind == ROUND_OPEN,
            FederityError::RoundKindNotAllowed
        );
        let here = Here::new(&self.repository, &self.branch.repository, slot)?;
        self.member
            .authorise(&here, &self.commit.author, ROLE_CONTRIBUTOR)?;
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
        self.round
            .count_approvals(&here, self.commit.address(), &self.commit, votes)
    }
}

pub fn handler(ctx: &mut Context<CommitAccept>) -> Result<()> {
    let slot = slot()?;
    let votes = ctx.remaining_accounts()?;
    let approvals = ctx.accounts.validate(&votes, slot)?;
    let accounts = &mut ctx.accounts;
    let (round, commit) = (*accounts.round.address(), *accounts.commit.address());
    let previous = accounts.previous.as_deref_mut();
    accounts.round.accept(
        &round,
        &commit,
        &mut accounts.commit,
        previous,
        &accounts.branch,
        approvals,
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
