//! Creates a repository and its owner's membership.
//!
//! Signed by the owner (`authority`); anyone may pay. Emits [`RepositoryCreated`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, ROLE_MAINTAINER},
    encoding::is_valid_name,
    seeds, srs,
};

use crate::{
    errors::FederityError,
    events::RepositoryCreated,
    instructions::slot,
    state::{
        repository::{check_srs, check_tau},
        Member, Repository,
    },
    verifier::sha256,
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct RepositoryCreateArgs {
    pub name: [u8; 32],
    /// Bit 0: insecure.
    pub flags: u32,
    /// Genesis hash of the cluster.
    pub cluster: [u8; 32],
    /// `[tau]G2` of the reference string.
    pub tau_g2: [u8; 128],
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: RepositoryCreateArgs)]
pub struct RepositoryCreate {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    #[account(init, payer = payer, seeds = [seeds::REPOSITORY, authority.address().as_ref(), args.name.as_ref()], bump)]
    pub repository: Account<Repository>,
    #[account(init, payer = payer, seeds = [seeds::MEMBER, repository.address().as_ref(), authority.address().as_ref()], bump)]
    pub member: Account<Member>,
    pub system_program: Program<System>,
}

impl RepositoryCreate {
    fn validate(&self, args: &RepositoryCreateArgs, srs_id: &[u8; 32]) -> Result<()> {
        require!(is_valid_name(&args.name), FederityError::InvalidName);
        check_srs(srs_id, args.flags)?;
        check_tau(&args.tau_g2)
    }
}

pub fn handler(ctx: &mut Context<RepositoryCreate>, args: RepositoryCreateArgs) -> Result<()> {
    let srs_id = srs::id(&args.tau_g2, sha256);
    ctx.accounts.validate(&args, &srs_id)?;
    let slot = slot()?;
    let creator = *ctx.accounts.authority.address();
    let payer = *ctx.accounts.payer.address();
    let address = *ctx.accounts.repository.address();

    let repository = &mut ctx.accounts.repository;
    repository.version = ACCOUNT_VERSION;
    repository.bump = ctx.bumps.repository;
    repository.flags = args.flags.into();
    repository.creator = creator;
    repository.owner = creator;
    repository.payer = payer;
    repository.name = args.name;
    repository.cluster = args.cluster;
    repository.srs_id = srs_id;
    repository.tau_g2 = args.tau_g2;
    repository.created_slot = slot.into();
    repository.count_member()?;

    let member = &mut ctx.accounts.member;
    member.version = ACCOUNT_VERSION;
    member.bump = ctx.bumps.member;
    member.role = ROLE_MAINTAINER;
    member.repository = address;
    member.wallet = creator;
    member.payer = payer;
    member.joined_slot = slot.into();

    emit_cpi!(RepositoryCreated {
        repository: address,
        creator,
        name: args.name,
        flags: args.flags,
        cluster: args.cluster,
        srs_id,
        slot,
    });
    Ok(())
}
