//! Approves a locked round's set and weights by naming both hashes.
//!
//! Signed by maintainer or owner, before the merge begins. Emits [`MergeApproved`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, ROLE_MAINTAINER},
    seeds,
};

use crate::{
    errors::FederityError,
    events::MergeApproved,
    instructions::slot,
    state::{Approval, Here, Member, Repository, Round},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct MergeApproveArgs {
    pub set_hash: [u8; 32],
    pub weights_hash: [u8; 32],
}

#[event_cpi]
#[derive(Accounts)]
pub struct MergeApprove {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    #[account(mut)]
    pub round: Account<Round>,
    #[account(init_if_needed, payer = payer, seeds = [seeds::APPROVAL, round.address().as_ref(), member.wallet.as_ref()], bump)]
    pub approval: Account<Approval>,
    pub system_program: Program<System>,
}

impl MergeApprove {
    fn validate(&self, slot: u64) -> Result<()> {
        let here = Here::new(&self.repository, &self.round.repository, slot)?;
        self.member
            .authorise(&here, self.authority.address(), ROLE_MAINTAINER)?;
        self.round.check_locked()?;
        // What a member said before leaving counts no more, so it may be said again.
        let stands = self.approval.attempt == self.round.attempt
            && self.approval.slot.get() >= self.member.joined_slot.get();
        require!(!stands, FederityError::AlreadyApproved);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<MergeApprove>, args: MergeApproveArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(slot)?;
    let round = *ctx.accounts.round.address();
    let approver = ctx.accounts.member.wallet;
    ctx.accounts
        .round
        .approve(&args.set_hash, &args.weights_hash)?;

    let approval = &mut ctx.accounts.approval;
    if approval.version == 0 {
        approval.version = ACCOUNT_VERSION;
        approval.bump = ctx.bumps.approval;
        approval.round = round;
        approval.approver = approver;
        approval.payer = *ctx.accounts.payer.address();
    }
    approval.set_hash = args.set_hash;
    approval.weights_hash = args.weights_hash;
    approval.attempt = ctx.accounts.round.attempt;
    approval.slot = slot.into();

    emit_cpi!(MergeApproved {
        round,
        approver,
        set_hash: args.set_hash,
        weights_hash: args.weights_hash,
        attempt: ctx.accounts.round.attempt.get(),
        approvals: ctx.accounts.round.approvals.get(),
    });
    Ok(())
}
