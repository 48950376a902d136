//! Sets a branch's rules. A round in progress keeps the ones it opened with.
//!
//! Signed by owner or maintainer. Emits [`BranchProtected`].

use anchor_lang::prelude::*;
use federity_protocol::constants::ROLE_MAINTAINER;

use crate::{
    events::BranchProtected,
    state::{Branch, Member, Rules},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct BranchProtectArgs {
    pub rules: Rules,
}

#[event_cpi]
#[derive(Accounts)]
pub struct BranchProtect {
    pub authority: Signer,
    pub member: Account<Member>,
    #[account(mut)]
    pub branch: Account<Branch>,
}

impl BranchProtect {
    fn validate(&self, args: &BranchProtectArgs) -> Result<()> {
        self.member.authorise(
            &self.branch.repository,
            self.authority.address(),
            ROLE_MAINTAINER,
        )?;
        args.rules.validate()
    }
}

pub fn handler(ctx: &mut Context<BranchProtect>, args: BranchProtectArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    ctx.accounts.branch.rules = args.rules.into();
    emit_cpi!(BranchProtected {
        branch: *ctx.accounts.branch.address(),
        by: ctx.accounts.member.wallet,
        rules: args.rules,
    });
    Ok(())
}
