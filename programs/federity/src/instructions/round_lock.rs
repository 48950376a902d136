//! Freezes a round's set and the head it applies to. A solo or server round takes its one commit here.
//!
//! An open round is locked by keeper and up, after the review deadline by anyone; a solo round by anyone once its
//! commit is complete and no round of the branch waits for its lock; a server round by its opener. Where the rules ask
//! for nobody's approval, a keeper waits for the propose deadline. Emits [`RoundLocked`].

use crate::prelude::*;
use federity_protocol::constants::{
    ROLE_CONTRIBUTOR, ROLE_KEEPER, ROLE_MAINTAINER, ROUND_OPEN, ROUND_SOLO,
};

use crate::{
    errors::FederityError,
    events::RoundLocked,
    instructions::slot,
    state::{Branch, Commit, Here, Member, Repository, Round, NONE},
};

#[event_cpi]
#[derive(Accounts)]
pub struct RoundLock {
    pub authority: Signer,
    /// In an open round the authority's membership, absent after the deadline; else the author's.
    pub member: Option<Account<Member>>,
    #[account(mut)]
    pub repository: Account<Repository>,
    #[account(mut)]
    pub branch: Account<Branch>,
    #[account(mut)]
    pub round: Account<Round>,
    /// The one commit of a solo or server round.
    #[account(mut)]
    pub commit: Option<Account<Commit>>,
    /// For a solo round the branch's round in progress; absent when there is none.
    pub current: Option<Account<Round>>,
}

impl RoundLock {
    /// Returns the approvals among `votes` that count for the one commit.
    fn validate(&self, votes: &[AccountView], slot: u64) -> Result<u32> {
        let here = Here::new(&self.repository, &self.branch.repository, slot)?;
        self.repository.check_active()?;
        require!(
            self.round.branch == *self.branch.address(),
            FederityError::WrongBranch
        );
        let open = self.round.kind == ROUND_OPEN;
        require!(open != self.commit.is_some(), FederityError::WrongCommit);
        if let Some(commit) = &self.commit {
            let member = self.member.as_ref().ok_or(FederityError::WrongMember)?;
            require!(member.wallet == commit.author, FederityError::WrongMember);
            let role = if self.round.kind == ROUND_SOLO {
                ROLE_CONTRIBUTOR
            } else {
                ROLE_KEEPER
            };
            let signer = if self.round.kind == ROUND_SOLO {
                &member.wallet
            } else {
                self.authority.address()
            };
            let power = member.authorise(&here, signer, role)?;
            if self.round.kind == ROUND_SOLO {
                let current = self.branch.shown(&self.current, self.round.address())?;
                if let Some(current) = current {
                    current.check_gives_way(slot)?;
                }
            } else if power < ROLE_MAINTAINER {
                self.round.check_lock_by_keeper(slot)?;
            }
            return self
                .round
                .count_approvals(&here, commit.address(), commit, votes);
        }
        match &self.member {
            Some(member) => {
                let power = member.authorise(&here, self.authority.address(), ROLE_KEEPER)?;
                if power < ROLE_MAINTAINER {
                    self.round.check_lock_by_keeper(slot)?;
                }
            }
            None => self.round.check_lock_by_anyone(slot)?,
        }
        Ok(0)
    }
}

pub fn handler(ctx: &mut Context<RoundLock>) -> Result<()> {
    let slot = slot()?;
    let votes = ctx.remaining_accounts()?;
    let approvals = ctx.accounts.validate(&votes, slot)?;
    let accounts = &mut ctx.accounts;
    let round = *accounts.round.address();
    let mut commit_address = NONE;
    if let Some(commit) = &mut accounts.commit {
        commit_address = *commit.address();
        accounts.round.accept(
            &round,
            &commit_address,
            commit,
            None,
            &accounts.branch,
            approvals,
            slot,
        )?;
    }
    accounts.round.lock(&round, &mut accounts.branch, slot)?;
    accounts.repository.count_lock()?;
    emit_cpi!(RoundLocked {
        round,
        branch: ctx.accounts.round.branch,
        head: ctx.accounts.round.head,
        head_seq: ctx.accounts.round.head_seq.get(),
        accepted: ctx.accounts.round.accepted.get(),
        set_hash: ctx.accounts.round.set_hash,
        commit: commit_address,
        attempt: ctx.accounts.round.attempt.get(),
    });
    Ok(())
}
