//! Approves, rejects or comments on a commit. A reject vetoes while it stands; a later call changes the verdict.
//!
//! Signed by maintainer or owner, until the round that decides about the commit is locked. Emits [`ReviewCreated`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, ROLE_MAINTAINER, ROUND_STATE_EXPIRED, VERDICT_APPROVE},
    seeds,
};

use crate::{
    errors::FederityError,
    events::ReviewCreated,
    instructions::slot,
    state::{Commit, Here, Member, Repository, Review, Round},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct ReviewCreateArgs {
    /// 1 approve, 2 reject, 3 comment.
    pub verdict: u8,
    /// sha256 of a note, or zero.
    pub note_hash: [u8; 32],
}

#[event_cpi]
#[derive(Accounts)]
pub struct ReviewCreate {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    #[account(mut)]
    pub commit: Account<Commit>,
    /// The round that accepted the commit, or else the one it was created in.
    #[account(mut)]
    pub round: Account<Round>,
    #[account(init_if_needed, payer = payer, seeds = [seeds::REVIEW, commit.address().as_ref(), member.wallet.as_ref()], bump)]
    pub review: Account<Review>,
    pub system_program: Program<System>,
}

impl ReviewCreate {
    fn validate(&self, args: &ReviewCreateArgs, slot: u64) -> Result<()> {
        let here = Here::new(&self.repository, &self.commit.repository, slot)?;
        self.member
            .authorise(&here, self.authority.address(), ROLE_MAINTAINER)?;
        require!(
            self.commit.decider() == self.round.address(),
            FederityError::WrongRound
        );
        // Reviews of an expired round's commit prepare its acceptance by a later one.
        if self.round.state != ROUND_STATE_EXPIRED {
            self.round.check_open()?;
        }
        require!(
            args.verdict != VERDICT_APPROVE || self.member.wallet != self.commit.author,
            FederityError::SelfApproval
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<ReviewCreate>, args: ReviewCreateArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(&args, slot)?;
    let commit = *ctx.accounts.commit.address();
    let reviewer = ctx.accounts.member.wallet;
    let before = ctx.accounts.review.verdict;
    let accounts = &mut ctx.accounts;
    let round = *accounts.round.address();
    let rejected = accounts.commit.rejects != 0;
    accounts.commit.count_verdict(before, args.verdict)?;
    accounts
        .round
        .follow_verdict(&round, &accounts.commit, rejected)?;

    let review = &mut ctx.accounts.review;
    if review.version == 0 {
        review.version = ACCOUNT_VERSION;
        review.bump = ctx.bumps.review;
        review.commit = commit;
        review.reviewer = reviewer;
        review.payer = *ctx.accounts.payer.address();
    }
    review.verdict = args.verdict;
    review.note_hash = args.note_hash;
    review.slot = slot.into();

    emit_cpi!(ReviewCreated {
        commit,
        reviewer,
        verdict: args.verdict,
        note_hash: args.note_hash,
        approvals: ctx.accounts.commit.approvals.get(),
        rejects: ctx.accounts.commit.rejects.get(),
        slot,
    });
    Ok(())
}
