//! Gives a wallet a role.
//!
//! Signed by the owner, or by a maintainer for roles below maintainer. Emits [`MemberAdded`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, ROLE_MAINTAINER},
    seeds,
};

use crate::{
    events::MemberAdded,
    instructions::slot,
    state::{member::check_governs, Here, Member, Repository},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct MemberAddArgs {
    pub wallet: Address,
    /// 1 reader, 2 contributor, 3 keeper, 4 maintainer.
    pub role: u8,
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: MemberAddArgs)]
pub struct MemberAdd {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub authority_member: Account<Member>,
    #[account(mut)]
    pub repository: Account<Repository>,
    #[account(init, payer = payer, seeds = [seeds::MEMBER, repository.address().as_ref(), args.wallet.as_ref()], bump)]
    pub member: Account<Member>,
    pub system_program: Program<System>,
}

impl MemberAdd {
    fn validate(&self, args: &MemberAddArgs, slot: u64) -> Result<()> {
        let here = Here::new(&self.repository, self.repository.address(), slot)?;
        let power =
            self.authority_member
                .authorise(&here, self.authority.address(), ROLE_MAINTAINER)?;
        check_governs(power, args.role)
    }
}

pub fn handler(ctx: &mut Context<MemberAdd>, args: MemberAddArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(&args, slot)?;
    let repository = *ctx.accounts.repository.address();
    ctx.accounts.repository.count_member()?;

    let payer = *ctx.accounts.payer.address();
    let member = &mut ctx.accounts.member;
    member.version = ACCOUNT_VERSION;
    member.bump = ctx.bumps.member;
    member.role = args.role;
    member.repository = repository;
    member.wallet = args.wallet;
    member.payer = payer;
    member.joined_slot = slot.into();
    member.epoch = ctx.accounts.repository.epoch;

    emit_cpi!(MemberAdded {
        repository,
        wallet: args.wallet,
        role: args.role,
        by: ctx.accounts.authority_member.wallet,
        slot,
    });
    Ok(())
}
