//! Creates a repository that goes on where another one is, and its owner's membership.
//!
//! Reference string and cluster are the ancestor's, so that commits of one can be added in the other. A fork of a
//! repository created insecure is insecure. Signed by the owner (`authority`); anyone may pay. Emits
//! [`RepositoryForked`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, REPOSITORY_INSECURE, ROLE_MAINTAINER},
    encoding::is_valid_name,
    seeds,
};

use crate::{
    errors::FederityError,
    events::RepositoryForked,
    instructions::slot,
    state::{repository::check_srs, Member, Repository},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct RepositoryForkArgs {
    pub name: [u8; 32],
    /// Bit 0: insecure.
    pub flags: u32,
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: RepositoryForkArgs)]
pub struct RepositoryFork {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub ancestor: Account<Repository>,
    #[account(init, payer = payer, seeds = [seeds::REPOSITORY, authority.address().as_ref(), args.name.as_ref()], bump)]
    pub repository: Account<Repository>,
    #[account(init, payer = payer, seeds = [seeds::MEMBER, repository.address().as_ref(), authority.address().as_ref()], bump)]
    pub member: Account<Member>,
    pub system_program: Program<System>,
}

impl RepositoryFork {
    fn validate(&self, args: &RepositoryForkArgs) -> Result<()> {
        require!(is_valid_name(&args.name), FederityError::InvalidName);
        check_srs(&self.ancestor.srs_id, args.flags)?;
        require!(
            !self.ancestor.is_insecure() || args.flags & REPOSITORY_INSECURE != 0,
            FederityError::InsecureOrigin
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<RepositoryFork>, args: RepositoryForkArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let slot = slot()?;
    let creator = *ctx.accounts.authority.address();
    let payer = *ctx.accounts.payer.address();
    let address = *ctx.accounts.repository.address();
    let ancestor = *ctx.accounts.ancestor.address();

    let accounts = &mut ctx.accounts;
    let repository = &mut accounts.repository;
    repository.version = ACCOUNT_VERSION;
    repository.bump = ctx.bumps.repository;
    repository.flags = args.flags.into();
    repository.creator = creator;
    repository.owner = creator;
    repository.payer = payer;
    repository.name = args.name;
    repository.cluster = accounts.ancestor.cluster;
    repository.srs_id = accounts.ancestor.srs_id;
    repository.tau_g2 = accounts.ancestor.tau_g2;
    repository.ancestor = ancestor;
    repository.created_slot = slot.into();
    repository.count_member()?;

    let member = &mut accounts.member;
    member.version = ACCOUNT_VERSION;
    member.bump = ctx.bumps.member;
    member.role = ROLE_MAINTAINER;
    member.repository = address;
    member.wallet = creator;
    member.payer = payer;
    member.joined_slot = slot.into();

    emit_cpi!(RepositoryForked {
        repository: address,
        ancestor,
        creator,
        name: args.name,
        flags: args.flags,
        slot,
    });
    Ok(())
}
