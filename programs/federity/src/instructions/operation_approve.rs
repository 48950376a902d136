//! Approves an operation. Its address is its content, so there is nothing else to name.
//!
//! Signed by maintainer or owner; the author's own vote counts like any other's. Emits [`OperationApproved`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, ROLE_MAINTAINER},
    seeds,
};

use crate::{
    errors::FederityError,
    events::OperationApproved,
    instructions::slot,
    state::{Approval, Here, Member, Operation, Repository},
};

#[event_cpi]
#[derive(Accounts)]
pub struct OperationApprove {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    pub operation: Account<Operation>,
    #[account(init_if_needed, payer = payer, seeds = [seeds::APPROVAL, operation.address().as_ref(), member.wallet.as_ref()], bump)]
    pub approval: Account<Approval>,
    pub system_program: Program<System>,
}

impl OperationApprove {
    fn validate(&self, slot: u64) -> Result<()> {
        let here = Here::new(&self.repository, &self.operation.repository, slot)?;
        self.operation.check_open()?;
        self.member
            .authorise(&here, self.authority.address(), ROLE_MAINTAINER)?;
        // What a member said before leaving counts no more, so it may be said again.
        let stands = self.operation.is_meant_by(&self.approval)
            && self.approval.slot.get() >= self.member.joined_slot.get();
        require!(!stands, FederityError::AlreadyApproved);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<OperationApprove>) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(slot)?;
    let operation = *ctx.accounts.operation.address();
    let approver = ctx.accounts.member.wallet;
    let approval = &mut ctx.accounts.approval;
    // An operation that was closed and made again at its address is another one.
    if approval.version == 0 {
        approval.version = ACCOUNT_VERSION;
        approval.bump = ctx.bumps.approval;
        approval.round = operation;
        approval.approver = approver;
        approval.payer = *ctx.accounts.payer.address();
    }
    approval.attempt = ctx.accounts.operation.created_slot;
    approval.set_hash = ctx.accounts.operation.note_hash;
    approval.slot = slot.into();

    emit_cpi!(OperationApproved {
        operation,
        approver,
        slot,
    });
    Ok(())
}
