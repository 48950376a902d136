//! Names a hot key that may act for a member, or withdraws it.
//!
//! Signed by the member's wallet itself: a delegate cannot pass its rights on. Emits [`MemberDelegated`].

use crate::prelude::*;

use crate::{errors::FederityError, events::MemberDelegated, state::Member};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct MemberDelegateArgs {
    /// Zero withdraws.
    pub delegate: Address,
}

#[event_cpi]
#[derive(Accounts)]
pub struct MemberDelegate {
    pub authority: Signer,
    #[account(mut)]
    pub member: Account<Member>,
}

impl MemberDelegate {
    fn validate(&self) -> Result<()> {
        require!(
            self.member.wallet == *self.authority.address(),
            FederityError::Unauthorized
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<MemberDelegate>, args: MemberDelegateArgs) -> Result<()> {
    ctx.accounts.validate()?;
    ctx.accounts.member.delegate = args.delegate;
    emit_cpi!(MemberDelegated {
        repository: ctx.accounts.member.repository,
        wallet: ctx.accounts.member.wallet,
        delegate: args.delegate,
    });
    Ok(())
}
