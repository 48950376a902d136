//! Sets a branch's rules. A round in progress keeps the ones it opened with.
//!
//! Signed by whom the present rules name, owner or maintainers. A maintainer may always protect the branch; who may
//! change the rules, only the owner changes. Emits [`BranchProtected`].

use crate::prelude::*;
use federity_protocol::constants::ROLE_MAINTAINER;

use crate::{
    events::BranchProtected,
    instructions::slot,
    state::{Branch, Here, Member, Repository, Rules},
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
    pub repository: Account<Repository>,
    #[account(mut)]
    pub branch: Account<Branch>,
}

impl BranchProtect {
    fn validate(&self, args: &BranchProtectArgs) -> Result<()> {
        let here = Here::new(&self.repository, &self.branch.repository, slot()?)?;
        let power = self
            .member
            .authorise(&here, self.authority.address(), ROLE_MAINTAINER)?;
        args.rules.validate(self.repository.is_insecure())?;
        Rules::from(self.branch.rules).check_change(&args.rules, power)
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
