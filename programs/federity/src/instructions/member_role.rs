//! Gives a member another role, or confirms the one it has after the repository changed hands.
//!
//! Signed by owner or maintainer, as when a member is added; the member's own wallet may step down. Emits
//! [`MemberChanged`].

use crate::prelude::*;
use federity_protocol::constants::{ROLE_MAINTAINER, ROLE_OWNER};

use crate::{
    errors::FederityError,
    events::MemberChanged,
    instructions::slot,
    state::{member::check_governs, Here, Member, Repository},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct MemberRoleArgs {
    /// 1 reader, 2 contributor, 3 keeper, 4 maintainer.
    pub role: u8,
}

#[event_cpi]
#[derive(Accounts)]
pub struct MemberRole {
    pub authority: Signer,
    /// The authority's membership; absent when the member itself steps down.
    pub authority_member: Option<Account<Member>>,
    pub repository: Account<Repository>,
    #[account(mut)]
    pub member: Account<Member>,
}

impl MemberRole {
    /// Returns the role that the member had.
    fn validate(&self, args: &MemberRoleArgs, slot: u64) -> Result<u8> {
        let here = Here::new(&self.repository, &self.member.repository, slot)?;
        let before = self.member.standing(&self.repository);
        let power = match &self.authority_member {
            Some(member) => member.authorise(&here, self.authority.address(), ROLE_MAINTAINER)?,
            None => {
                let own = self.member.wallet == *self.authority.address();
                require!(own, FederityError::Unauthorized);
                self.repository.check_active()?;
                require!(args.role < before, FederityError::RoleTooLow);
                ROLE_OWNER
            }
        };
        check_governs(power, before)?;
        check_governs(power, args.role)?;
        Ok(before)
    }
}

pub fn handler(ctx: &mut Context<MemberRole>, args: MemberRoleArgs) -> Result<()> {
    let slot = slot()?;
    let before = ctx.accounts.validate(&args, slot)?;
    ctx.accounts.member.role = args.role;
    ctx.accounts.member.epoch = ctx.accounts.repository.epoch;
    emit_cpi!(MemberChanged {
        repository: *ctx.accounts.repository.address(),
        wallet: ctx.accounts.member.wallet,
        before,
        role: args.role,
        by: match &ctx.accounts.authority_member {
            Some(member) => member.wallet,
            None => ctx.accounts.member.wallet,
        },
        slot,
    });
    Ok(())
}
