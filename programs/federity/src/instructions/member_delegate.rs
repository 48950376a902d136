//! Names a hot key that may act for a member, or withdraws it.
//!
//! Signed by the member's wallet itself: a delegate cannot pass its rights on. Emits [`MemberDelegated`].

use crate::prelude::*;

use crate::{
    errors::FederityError,
    events::MemberDelegated,
    instructions::slot,
    state::{Here, Member, Repository},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct MemberDelegateArgs {
    /// Zero withdraws.
    pub delegate: Address,
    /// The most that it may do: 1 reader, 2 contributor, 3 keeper, 4 maintainer; 0 with no delegate.
    pub role: u8,
    /// Last slot in which it may act; 0: until it is withdrawn.
    pub expires: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct MemberDelegate {
    pub authority: Signer,
    pub repository: Account<Repository>,
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
    let accounts = &mut ctx.accounts;
    let named = accounts.member.repository;
    let here = Here::new(&accounts.repository, &named, slot()?)?;
    accounts
        .member
        .delegate_to(&here, args.delegate, args.role, args.expires)?;
    emit_cpi!(MemberDelegated {
        repository: ctx.accounts.member.repository,
        wallet: ctx.accounts.member.wallet,
        delegate: args.delegate,
        role: args.role,
        expires: args.expires,
    });
    Ok(())
}
