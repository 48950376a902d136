//! Takes over a repository that was offered. Its keepers, maintainers and delegates lapse until they are confirmed.
//!
//! Signed by the wallet that it was offered to, which becomes a member if it is none. Emits [`RepositoryAccepted`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, ROLE_MAINTAINER},
    seeds,
};

use crate::{
    events::RepositoryAccepted,
    instructions::slot,
    state::{Member, Repository},
};

#[event_cpi]
#[derive(Accounts)]
pub struct RepositoryAccept {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    #[account(mut)]
    pub repository: Account<Repository>,
    #[account(init_if_needed, payer = payer, seeds = [seeds::MEMBER, repository.address().as_ref(), authority.address().as_ref()], bump)]
    pub member: Account<Member>,
    pub system_program: Program<System>,
}

pub fn handler(ctx: &mut Context<RepositoryAccept>) -> Result<()> {
    let slot = slot()?;
    let owner = *ctx.accounts.authority.address();
    let payer = *ctx.accounts.payer.address();
    let address = *ctx.accounts.repository.address();
    let repository = &mut ctx.accounts.repository;
    let from = repository.owner;
    repository.accept(owner, slot)?;
    let epoch = repository.epoch;

    let member = &mut ctx.accounts.member;
    if member.version == 0 {
        repository.count_member()?;
        member.version = ACCOUNT_VERSION;
        member.bump = ctx.bumps.member;
        member.repository = address;
        member.wallet = owner;
        member.payer = payer;
        member.joined_slot = slot.into();
    }
    // What is left to it when it hands the repository on.
    member.role = ROLE_MAINTAINER;
    member.epoch = epoch;

    emit_cpi!(RepositoryAccepted {
        repository: address,
        from,
        owner,
        epoch: epoch.get(),
        slot,
    });
    Ok(())
}
