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

/// A new owner, and who pays for its membership.
pub(crate) struct Heir {
    pub wallet: Address,
    pub payer: Address,
    /// Of its membership's address.
    pub bump: u8,
    pub slot: u64,
}

/// Makes a new owner a member, or gives the member that it is what is left to it when it hands the repository on.
pub(crate) fn seat(
    repository: &mut Account<Repository>,
    member: &mut Account<Member>,
    heir: &Heir,
) -> Result<()> {
    if member.version == 0 {
        repository.count_member()?;
        member.version = ACCOUNT_VERSION;
        member.bump = heir.bump;
        member.repository = *repository.address();
        member.wallet = heir.wallet;
        member.payer = heir.payer;
        member.joined_slot = heir.slot.into();
    }
    member.role = ROLE_MAINTAINER;
    member.epoch = repository.epoch;
    Ok(())
}

pub fn handler(ctx: &mut Context<RepositoryAccept>) -> Result<()> {
    let heir = Heir {
        wallet: *ctx.accounts.authority.address(),
        payer: *ctx.accounts.payer.address(),
        bump: ctx.bumps.member,
        slot: slot()?,
    };
    let repository = &mut ctx.accounts.repository;
    let from = repository.owner;
    repository.accept(heir.wallet, heir.slot)?;
    seat(repository, &mut ctx.accounts.member, &heir)?;
    emit_cpi!(RepositoryAccepted {
        repository: *ctx.accounts.repository.address(),
        from,
        owner: heir.wallet,
        epoch: ctx.accounts.repository.epoch.get(),
        slot: heir.slot,
    });
    Ok(())
}
