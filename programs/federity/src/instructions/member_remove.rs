//! Takes a wallet's role; its rent returns to the recorded payer.
//!
//! Signed by the owner, or by a maintainer for roles below maintainer. Emits [`MemberRemoved`].

use crate::prelude::*;
use federity_protocol::constants::{ROLE_MAINTAINER, ROLE_OWNER};

use crate::{
    errors::FederityError,
    events::MemberRemoved,
    instructions::slot,
    state::{member::check_governs, Here, Member, Repository},
};

#[event_cpi]
#[derive(Accounts)]
pub struct MemberRemove {
    pub authority: Signer,
    /// The authority's membership; absent when the member itself leaves.
    pub authority_member: Option<Account<Member>>,
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
        let here = Here::new(&self.repository, repository, slot()?)?;
        require!(
            self.member.repository == *repository,
            FederityError::WrongMember
        );
        require!(
            self.member.payer == *self.payer.address(),
            FederityError::WrongPayer
        );
        let power = match &self.authority_member {
            Some(member) => {
                member.authorise_always(&here, self.authority.address(), ROLE_MAINTAINER)?
            }
            None => {
                let own = self.member.wallet == *self.authority.address();
                require!(own, FederityError::Unauthorized);
                ROLE_OWNER
            }
        };
        check_governs(power, self.member.standing(&self.repository))
    }
}

pub fn handler(ctx: &mut Context<MemberRemove>) -> Result<()> {
    ctx.accounts.validate()?;
    ctx.accounts.repository.discount_member();
    emit_cpi!(MemberRemoved {
        repository: *ctx.accounts.repository.address(),
        wallet: ctx.accounts.member.wallet,
        role: ctx.accounts.member.role,
        by: match &ctx.accounts.authority_member {
            Some(member) => member.wallet,
            None => ctx.accounts.member.wallet,
        },
    });
    Ok(())
}
