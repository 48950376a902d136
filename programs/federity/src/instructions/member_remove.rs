//! Takes a wallet's role; its rent returns to the recorded payer.
//!
//! Signed by the owner, or by a maintainer for roles below maintainer. Emits [`MemberRemoved`].

use crate::prelude::*;
use federity_protocol::constants::ROLE_MAINTAINER;

use crate::{
    errors::FederityError,
    events::MemberRemoved,
    state::{Member, Repository},
};

#[event_cpi]
#[derive(Accounts)]
pub struct MemberRemove {
    pub authority: Signer,
    pub authority_member: Account<Member>,
    #[account(mut)]
    pub repository: Account<Repository>,
    #[account(mut, close = payer)]
    pub member: Account<Member>,
    #[account(mut, unsafe(dup))]
    pub payer: UncheckedAccount,
}

impl MemberRemove {
    fn validate(&self) -> Result<()> {
        let repository = self.repository.address();
        self.authority_member
            .authorise(repository, self.authority.address(), ROLE_MAINTAINER)?;
        require!(
            self.member.repository == *repository,
            FederityError::WrongMember
        );
        require!(
            self.member.payer == *self.payer.address(),
            FederityError::WrongPayer
        );
        self.authority_member.governs(self.member.role)
    }
}

pub fn handler(ctx: &mut Context<MemberRemove>) -> Result<()> {
    ctx.accounts.validate()?;
    ctx.accounts.repository.discount_member();
    emit_cpi!(MemberRemoved {
        repository: *ctx.accounts.repository.address(),
        wallet: ctx.accounts.member.wallet,
        role: ctx.accounts.member.role,
        by: ctx.accounts.authority_member.wallet,
    });
    Ok(())
}
